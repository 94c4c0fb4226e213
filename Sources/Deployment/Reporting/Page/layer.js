// One layer in full: how it is cut, what lies in its slots, and why.

// Tiles that are drawn at most.
const MOST_TILES = 4096;

function addLayer(parent) {
  const heading = document.getElementById("layer-title");
  heading.setAttribute("tabindex", "-1");
  const select = element("select", { id: "layer-choice", change: () => view.choose(Number(select.value)) },
    layers.map((layer, step) => element("option", { value: step }, `${step}: ${shown(layer.name, 60)}`)));
  const content = element("div", {});
  const move = (words, by) => element("button", { type: "button", click: () => view.choose(view.step + by) }, words);
  parent.append(
    element("div", { class: "controls" }, element("label", { for: "layer-choice" }, "Layer"), select,
      move("Previous", -1), move("Next", 1)),
    content);
  let drawn = "";
  const show = () => {
    const width = drawingWidth(content);
    if (drawn === `${view.step} ${width}`) return;
    drawn = `${view.step} ${width}`;
    select.value = String(view.step);
    content.replaceChildren(layerContent(layers[view.step], width));
  };
  view.listeners.push(show);
  new ResizeObserver(show).observe(content);
  show();
}

// Room for the drawings of a layer, in steps, so that few sizes of a window make new ones.
function drawingWidth(parent) {
  return Math.max(280, Math.min(720, Math.floor(parent.clientWidth / 20) * 20));
}

// Everything about a layer.
function layerContent(layer, width) {
  const { parts } = explanation.layers[layer.step];
  return element("div", { class: "layer" },
    element("h3", {}, name(layer.name), ` – ${layer.op}`),
    element("p", {}, operandWords(layer.inputs), " → ", operandWords([layer.output]), `; ${cutWords(layer)}.`),
    bar(PARTS.map(([key]) => [key, parts[key]]), PARTS.reduce((sum, [key]) => sum + parts[key], 0)),
    timeTable(layer),
    tilingDrawing(layer, width),
    slotDrawing(layer, "l1", width), slotDrawing(layer, "l2", width),
    element("h4", {}, "Why"),
    element("ul", { class: "reasons" }, report.sentences[layer.step].map((line) => element("li", {}, shown(line)))));
}

// Where the layer's time goes, and what it would save if a resource took no time.
function timeTable(layer) {
  const { parts, savings, limit } = explanation.layers[layer.step];
  const { total } = layer.cycles;
  return table(
    `${count(total)} cycles, ${percent(total, plan.totals.predictedCycles)} of the network; limited by ${LIMITS[limit]}`,
    [["its time goes to"], ["cycles", true], ["share", true], ["less if that took no time", true]],
    PARTS.map(([key, words]) => [
      [element("span", { class: `key ${key}`, "aria-hidden": "true" }), words], count(parts[key]),
      percent(parts[key], total), count(savings[key])]));
}

function operandWords(operands) {
  return operands.map((operand, index) => [
    index > 0 && " and ", `${operand.type} ${extents(operand.shape)}`, operand.level === "l3" && " (in L3)"]);
}

function cutWords(layer) {
  const [height, , channels] = layer.output.shape;
  const chunks = Math.ceil(height / layer.stripe.rows) * Math.ceil(channels / layer.stripe.channels);
  const inChunks = chunks > 1
    ? `${plural(chunks, "chunk")} of ${plural(layer.stripe.rows, "row")} and ${plural(layer.stripe.channels, "channel")} in L2`
    : "";
  if (isDirect(layer)) return chunks > 1 ? inChunks : "computed in L2";
  return `${inChunks && inChunks + ", "}${plural(layer.tiles, "tile")} of ${tileWords(layer)} in L1`;
}

// The slots of a level side by side, as long as their bytes.
function slotDrawing(layer, level, width) {
  const list = slots(layer, level, layer.step).sort((a, b) => a.offset - b.offset);
  if (list.length === 0) return null;
  const { availableBytes } = budget(plan, level);
  const height = 46;
  const scale = width / Math.max(1, availableBytes, peakOf(list));
  const words = list.map((slot) => `${OPERANDS[slot.kind]} (${slot.text}) ${count(slot.bytes)} B at ${count(slot.offset)}`);
  return element("div", {},
    element("h4", {}, level === "l1" ? `L1 slots: ${count(peakOf(list))} of ${count(availableBytes)} bytes`
      : "L2 slots of what is streamed"),
    drawing(width, height, `${LEVELS[level]} slots of ${shown(layer.name, 60)}`, words.join("; "),
      shape("rect", { x: 0.5, y: 0.5, width: width - 1, height: 27, class: "ground" }),
      list.map((slot) => shape("rect", {
        x: slot.offset * scale, y: 0.5, width: Math.max(0.5, slot.bytes * scale - 1), height: 27, class: slot.kind })),
      list.filter((slot) => slot.bytes * scale > 56).map((slot) => shape("text",
        { x: slot.offset * scale + 4, y: 18, class: `on-fill ink-${slot.kind}` },
        shown(OPERANDS[slot.kind], Math.floor((slot.bytes * scale - 8) / 6)))),
      shape("text", { x: 0, y: 42 }, "0"),
      shape("text", { x: width, y: 42, "text-anchor": "end" }, `${count(availableBytes)} B`)),
    element("ul", { class: "legend" }, list.map((slot, index) => element("li", {},
      element("span", { class: `key ${slot.kind}`, "aria-hidden": "true" }), words[index]))));
}
