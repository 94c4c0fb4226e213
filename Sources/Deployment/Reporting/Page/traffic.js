// What moves between the levels, against every tensor moved once: a kernel that skips rows moves less.

// Layers that are named at most.
const MOST_LISTED = 12;

function addTraffic(parent) {
  const { totals } = plan;
  const once = explanation.layers.reduce((sum, layer) => sum + layer.tensorBytes, 0);
  const moved = totals.l2l1ReadBytes + totals.l2l1WriteBytes;
  const all = explanation.layers.filter((layer) => layer.trafficBytes > layer.tensorBytes && layer.tensorBytes > 0)
    .sort((a, b) => b.trafficBytes - b.tensorBytes - a.trafficBytes + a.tensorBytes || a.step - b.step);
  parent.append(
    element("p", {}, `Between L2 and L1 an inference moves ${count(moved)} bytes with ${count(totals.dmaCommands)} commands of `
      + `the DMA engine. Each layer's tensors moved once are ${count(once)} bytes`
      + (once > 0 ? `: the plan moves ${ratio(moved / once)} as much.` : ".")),
    all.length > 0 ? excess(all.slice(0, MOST_LISTED), all.length) : "");
  addExternal(parent);
}

// The layers that move most beyond their tensors.
function excess(listed, number) {
  const greatest = listed.reduce((most, layer) => Math.max(most, layer.trafficBytes), 0);
  return element("div", {},
    table(
      number > listed.length ? `The ${listed.length} of ${number} layers that move most beyond each tensor once`
        : "Layers that move more than each tensor once",
      [["layer"], ["bytes moved", true], ["each tensor once", true], ["ratio", true], [""]],
      listed.map((layer) => [
        layerLink(layer.step), count(layer.trafficBytes), count(layer.tensorBytes),
        ratio(layer.trafficBytes / layer.tensorBytes),
        bar([["least", layer.tensorBytes], ["excess", layer.trafficBytes - layer.tensorBytes]], greatest)])),
    legend([["least", "each tensor once"], ["excess", "moved again"]]));
}

// What crosses the bus of the external memories, by kind.
function addExternal(parent) {
  const { totals } = plan;
  if (totals.l3ReadBytes + totals.l3WriteBytes === 0) {
    parent.append(element("p", {}, "Nothing moves between L2 and external memory during an inference."));
    return;
  }
  const sums = { weights: 0, pageIn: 0, pageOut: 0 };
  let copied = 0;
  for (const copy of layers.flatMap((layer) => layer.transfers.l3)) {
    sums[copy.kind] += copy.bytes;
    copied += copy.bytes;
  }
  const streamed = totals.l3ReadBytes + totals.l3WriteBytes - copied;
  const constants = layers.reduce((sum, layer) => sum + (layer.constants ? layer.constants.bytes : 0), 0);
  const resident = plan.initialTransfers.reduce((sum, copy) => sum + copy.bytes, 0);
  parent.append(table(
    "Bytes between L2 and external memory in one inference",
    [["what"], ["bytes", true]],
    [
      ["weights fetched before their layer, or beside earlier ones", count(sums.weights)],
      ["activations brought back to L2", count(sums.pageIn)],
      ["activations moved out of L2", count(sums.pageOut)],
      ["streamed through slots while a layer runs", count(streamed)],
      ["all: read", count(totals.l3ReadBytes)],
      ["all: written", count(totals.l3WriteBytes)],
    ]),
  element("p", {}, `All weights with their parameters are ${count(constants)} bytes; ${count(resident)} of them stay in L2 for `
    + "good and are loaded once, before the first inference."));
}
