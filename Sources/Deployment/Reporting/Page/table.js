// The table of layers, sorted by any column.

// As `sortableTable` reads them.
const COLUMNS = [
  ["step", (layer) => layer.step],
  ["layer", (layer) => layer.name, (layer) => layerLink(layer.step)],
  ["cycles", (layer) => layer.cycles.total],
  ["share", (layer) => layer.cycles.total, (layer) => percent(layer.cycles.total, plan.totals.predictedCycles)],
  ["MAC/cycle", (layer) => (layer.macs > 0 ? layer.macs / layer.cycles.total : -1),
    (layer) => (layer.macs > 0 ? decimal(layer.macs / layer.cycles.total) : "–")],
  ["limited by", (layer) => LIMITS[explanation.layers[layer.step].limit]],
  ["operator", (layer) => layer.op, (layer) => parted(layer.op)],
  ["output", (layer) => extents(layer.output.shape)],
  ["mode", (layer) => layer.mode, (layer) => parted(layer.mode)],
  ["tile", (layer) => tileWords(layer)],
  ["tiles", (layer) => layer.tiles],
  ["L1 bytes", (layer) => l1Bytes(layer)],
  ["traffic", (layer) => trafficRatio(layer), (layer) => ratio(trafficRatio(layer))],
  ["L3 bytes", (layer) => layer.transfers.l3ReadBytes + layer.transfers.l3WriteBytes],
];

function addTable(parent) {
  const { node, rows } = sortableTable(
    "Table of layers", "One row a layer, in the order in which they run; a heading sorts, a name shows the layer",
    COLUMNS, layers, 1);
  const highlight = () => rows.forEach((row, step) => row.classList.toggle("on", step === view.step));
  view.listeners.push(highlight);
  highlight();
  parent.append(node);
}

// Bytes between L2 and L1 over those of the layer's tensors; 0 where it works in L2.
function trafficRatio(layer) {
  const { trafficBytes, tensorBytes } = explanation.layers[layer.step];
  return tensorBytes > 0 ? trafficBytes / tensorBytes : 0;
}

function ratio(value) {
  return value > 0 ? `${decimal(value)}×` : "–";
}
