// The drawing of a layer's tiles: input and output from above, channels as strips beside them.

// A drawing with a slider that goes through the tiles in their order.
function tilingDrawing(layer, width) {
  const list = tiles(layer, MOST_TILES);
  const holder = element("div", { class: "tiling" });
  const words = element("p", { class: "readout", "aria-live": "polite" });
  const unit = isDirect(layer) ? "chunk" : "tile";
  const slider = element("input", {
    type: "range", min: 1, max: list.length, value: 1, step: 1, "aria-label": `${unit} that is drawn`,
    input: () => show(Number(slider.value) - 1),
  });
  function show(index) {
    const tile = list[index];
    holder.replaceChildren(mapsDrawing(layer, tile, width));
    const total = Math.max(layer.tiles, list.length);
    const text = `${unit} ${count(index + 1)} of ${count(total)}: rows ${interval(tile.rows)}, `
      + `columns ${interval(tile.columns)}, channels ${interval(tile.channels)}, `
      + `from input channels ${interval(tile.inputs)}`;
    words.textContent = text;
    slider.setAttribute("aria-valuetext", text);
  }
  show(0);
  return element("div", {},
    element("h4", {}, `The ${unit}s`),
    holder, list.length > 1 && slider, words,
    list.length < layer.tiles && element("p", { class: "note" }, `The first ${count(list.length)} are shown.`));
}

// 0–15, or one number.
function interval([start, end]) {
  return end - start === 1 ? `${start}` : `${start}–${end - 1}`;
}

// Both maps, with one tile and what it reads: side by side, or one below the other where that is too narrow.
function mapsDrawing(layer, tile, width) {
  const [input, output] = [layer.inputs[0].shape, layer.output.shape];
  const side = Math.min(190, 24 * Math.max(input[0], input[1], output[0], output[1]));
  const isWide = width > 560;
  const strip = isWide ? width / 2 - 60 : width - 16;
  const height = side + 74;
  const rows = pieces(0, output[0], layer.stripe.rows);
  const channels = pieces(0, output[2], layer.stripe.channels);
  const parts = (list, size) => (isDirect(layer) ? list : list.flatMap(([start, end]) => pieces(start, end, size)));
  const read = isDirect(layer) ? { rows: [0, input[0]], columns: [0, input[1]], channels: [0, input[2]] }
    : { rows: needed(tile.rows, "height", layer), columns: needed(tile.columns, "width", layer), channels: tile.inputs };
  return drawing(width, isWide ? height : 2 * height, `Tiles of ${shown(layer.name, 60)}`,
    `The output, ${extents(output)}, is cut into ${plural(layer.tiles, "tile")} of ${tileWords(layer)}. `
      + "The words below say which one is marked.",
    shape("g", { transform: "translate(1 22)" },
      mapDrawing(input, read, {}, { side, strip, kind: "input0", words: layer.inputs.length > 1 ? "each input" : "input" }),
      shape("g", { transform: `translate(${isWide ? width / 2 : 0} ${isWide ? 0 : height})` },
        mapDrawing(output, tile, {
          rows: parts(rows, layer.tile.height), columns: parts([[0, output[1]]], layer.tile.width),
          channels: parts(channels, layer.tile.outputChannels), stripes: rows, chunks: channels,
        }, { side, strip, kind: "output", words: "output" })),
      isWide && shape("text", { x: width / 2 - 36, y: side / 2 + 6, class: "arrow" }, "→")));
}

// A map from above, rows down and columns to the right, and its channels as a strip below.
//
// - `marked`: intervals of rows, columns and channels that are filled.
// - `cuts`: lists of intervals: of tiles `rows`, `columns` and `channels`, of chunks in L2 `stripes` and `chunks`.
function mapDrawing([height, width, channels], marked, cuts, { side, strip, kind, words }) {
  // As wide and high as the map, but no side less than a tenth of the other.
  const longest = Math.max(height, width);
  const [high, wide] = [height, width].map((extent) => side * Math.max(0.1, extent / longest));
  const row = (index) => (high * index) / height;
  const column = (index) => (wide * index) / width;
  const channel = (index) => (strip * index) / channels;
  // More lines than that would hide the map.
  const starts = (list = []) => (list.length > 128 ? [] : list.map(([start]) => start).filter((start) => start > 0));
  const line = (x1, y1, x2, y2, kind) => shape("line", { x1, y1, x2, y2, class: kind });
  const across = (list, kind) => starts(list).map((index) => line(0, row(index), wide, row(index), kind));
  const below = (list, kind, more) => starts(list).map((index) =>
    line(channel(index), side + 12 - more, channel(index), side + 26 + more, kind));
  const box = (x, y, width, height, kind) =>
    shape("rect", { x, y, width: Math.max(1, width), height: Math.max(1, height), class: kind });
  return [
    shape("text", { x: 0, y: -8 },
      `${words}: ${plural(height, "row")}, ${plural(width, "column")}, ${plural(channels, "channel")}`),
    box(0, 0, wide, high, "map"),
    box(column(marked.columns[0]), row(marked.rows[0]), column(marked.columns[1] - marked.columns[0]),
      row(marked.rows[1] - marked.rows[0]), kind),
    across(cuts.rows, "cut"), across(cuts.stripes, "stripe"),
    starts(cuts.columns).map((index) => line(column(index), 0, column(index), high, "cut")),
    box(0, side + 12, strip, 14, "map"),
    box(channel(marked.channels[0]), side + 12, channel(marked.channels[1] - marked.channels[0]), 14, kind),
    below(cuts.channels, "cut", 0), below(cuts.chunks, "stripe", 3),
    shape("text", { x: 0, y: side + 42 }, "channels"),
  ];
}
