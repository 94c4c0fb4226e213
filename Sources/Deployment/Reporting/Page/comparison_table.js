// The layers of both plans in a table.

// As `sortableTable` reads them.
const COLUMNS = [
  ["layer", (pair) => pair.name, (pair) => name(pair.name, 40)],
  ["cycles before", (pair) => pair.cycles[0], (pair) => (pair.layers[0] ? count(pair.cycles[0]) : "–")],
  ["after", (pair) => pair.cycles[1], (pair) => (pair.layers[1] ? count(pair.cycles[1]) : "–")],
  ["change", (pair) => pair.cycles[1] - pair.cycles[0], (pair) => signed(pair.cycles[1] - pair.cycles[0])],
  ["in percent", (pair) => ratioOf(pair.cycles), (pair) => change(...pair.cycles)],
  ["limited by", (pair) => both(pair.times.map((time) => time && LIMITS[time.limit]))],
  ["mode", modes, (pair) => parted(modes(pair))],
  ["tile", (pair) => both(pair.layers.map((layer) => layer && tileWords(layer)))],
  ["tiles", (pair) => both(pair.layers.map((layer) => layer && count(layer.tiles)))],
  ["L2–L1 bytes", (pair) => moved(pair, between), (pair) => signed(moved(pair, between))],
  ["L3 bytes", (pair) => moved(pair, external), (pair) => signed(moved(pair, external))],
];

function modes({ layers }) {
  return both(layers.map((layer) => layer?.mode));
}

function between({ transfers }) {
  return transfers.l2l1ReadBytes + transfers.l2l1WriteBytes;
}

function external({ transfers }) {
  return transfers.l3ReadBytes + transfers.l3WriteBytes;
}

// What the layer moves more in the second plan.
function moved(pair, bytes) {
  const [before, after] = pair.layers.map((layer) => (layer ? bytes(layer) : 0));
  return after - before;
}

// The change of a number as a part of what it was; beyond all of them where it was 0.
function ratioOf([before, after]) {
  if (before === after) return 0;
  return before === 0 ? Number.MAX_VALUE : (after - before) / Math.abs(before);
}

function addTable(parent) {
  parent.append(sortableTable(
    "Table of layers", "One row a layer, in the order of the first plan; a heading sorts. The last two columns are changes",
    COLUMNS, pairs, 0).node);
}
