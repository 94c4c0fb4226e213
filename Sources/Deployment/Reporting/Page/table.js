// The table of layers, sorted by any column.

// [heading, value that is sorted by, words where they are others than the number]; numbers sort from the greatest.
const COLUMNS = [
  ["step", (layer) => layer.step],
  ["layer", (layer) => layer.name, (layer) => layerLink(layer.step)],
  ["cycles", (layer) => layer.cycles.total],
  ["share", (layer) => layer.cycles.total, (layer) => percent(layer.cycles.total, plan.totals.predictedCycles)],
  ["MAC/cycle", (layer) => (layer.macs > 0 ? layer.macs / layer.cycles.total : -1),
    (layer) => (layer.macs > 0 ? decimal(layer.macs / layer.cycles.total) : "–")],
  ["limited by", (layer) => LIMITS[explanation.layers[layer.step].limit]],
  ["operator", (layer) => layer.op],
  ["output", (layer) => extents(layer.output.shape)],
  ["mode", (layer) => layer.mode],
  ["tile", (layer) => tileWords(layer)],
  ["tiles", (layer) => layer.tiles],
  ["L1 bytes", (layer) => l1Bytes(layer)],
  ["traffic", (layer) => trafficRatio(layer), (layer) => ratio(trafficRatio(layer))],
  ["L3 bytes", (layer) => layer.transfers.l3ReadBytes + layer.transfers.l3WriteBytes],
];

const isNumeric = COLUMNS.map(([, value]) => layers.length > 0 && typeof value(layers[0]) === "number");

function addTable(parent) {
  const body = element("tbody", {});
  const rows = layers.map((layer, step) => element("tr", { "data-step": step }, COLUMNS.map(([, value, words], column) =>
    element(column === 1 ? "th" : "td", { scope: column === 1 && "row", class: isNumeric[column] && "number" },
      words ? words(layer) : isNumeric[column] ? count(value(layer)) : value(layer)))));
  let [sorted, isDescending] = [0, false];
  const headings = COLUMNS.map(([words], column) => element("th",
    { scope: "col", class: isNumeric[column] && "number" },
    element("button", { type: "button", click: () => sort(column) }, words)));

  function sort(column) {
    isDescending = column === sorted ? !isDescending : isNumeric[column] && column > 0;
    sorted = column;
    const values = layers.map(COLUMNS[column][1]);
    const order = layers.map((_, step) => step).sort((a, b) => {
      const [first, second] = isDescending ? [values[b], values[a]] : [values[a], values[b]];
      return (first < second ? -1 : first > second ? 1 : 0) || a - b;
    });
    body.replaceChildren(...order.map((step) => rows[step]));
    mark();
  }

  function mark() {
    headings.forEach((heading, column) => column === sorted
      ? heading.setAttribute("aria-sort", isDescending ? "descending" : "ascending")
      : heading.removeAttribute("aria-sort"));
  }

  body.append(...rows);
  mark();
  const highlight = () => rows.forEach((row, step) => row.classList.toggle("on", step === view.step));
  view.listeners.push(highlight);
  highlight();
  parent.append(element("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Table of layers" },
    element("table", { class: "sortable" },
      element("caption", {}, "One row a layer, in the order in which they run; a heading sorts, a name shows the layer"),
      element("thead", {}, element("tr", {}, headings)), body)));
}

// Height, width and output channels; /n where the tile is summed up from n input channels at a time.
function tileWords(layer) {
  if (isDirect(layer)) return "in L2";
  const { height, width, outputChannels, inputChannels } = layer.tile;
  const isCut = layer.geometry.groups === 1 && inputChannels < layer.inputs[0].shape[2];
  return extents([height, width, outputChannels]) + (isCut ? `/${inputChannels}` : "");
}

// Bytes between L2 and L1 over those of the layer's tensors; 0 where it works in L2.
function trafficRatio(layer) {
  const { trafficBytes, leastTrafficBytes } = explanation.layers[layer.step];
  return leastTrafficBytes > 0 ? trafficBytes / leastTrafficBytes : 0;
}

function ratio(value) {
  return value > 0 ? `${decimal(value)}×` : "–";
}
