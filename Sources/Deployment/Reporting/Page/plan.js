// Words for what a plan says, and what follows from it.

// Parts of a step's time: [key of the explanation, words].
const PARTS = [
  ["compute", "kernels"],
  ["dma", "waiting for L2–L1 transfers"],
  ["l3", "waiting for L3 transfers"],
  ["overhead", "starting layers and tiles"],
];

const LEVELS = { l1: "L1", l2: "L2", l3: "L3", flash: "flash" };

const LIMITS = { compute: "compute", dma: "DMA", l3: "L3", overhead: "overhead" };

function budget(plan, level) {
  return plan.budgets.find((budget) => budget.level === level);
}

// What lies in a level, and when: {name, kind, offset, bytes, first, last, text}.
function occupants(plan, level) {
  const { layers } = plan;
  if (level === "l1") return layers.flatMap((layer) => slots(layer, "l1", layer.step));
  const tensors = plan.tensors.filter((tensor) => tensor.level === level).map((tensor) => ({
    name: tensor.name, kind: tensor.kind, offset: tensor.offset, bytes: tensor.bytes, first: tensor.firstStep,
    last: tensor.lastStep, text: tensor.kind === "weights" ? "" : `${tensor.type} ${extents(tensor.shape)}`,
  }));
  return level === "l2" ? tensors.concat(layers.flatMap((layer) => slots(layer, "l2", layer.step))) : tensors;
}

// The slots of a layer's buffers, each for itself.
function slots(layer, level, step) {
  return layer.buffers.filter((buffer) => buffer.level === level).flatMap((buffer) =>
    Array.from({ length: buffer.count }, (_, slot) => ({
      name: layer.name, kind: buffer.operand, isSlot: true, offset: buffer.offset + slot * buffer.bytes,
      bytes: buffer.bytes, first: step, last: step,
      text: buffer.count > 1 ? `slot ${slot + 1} of ${buffer.count}` : "one slot",
    })));
}

// Bytes of L1 that a layer's buffers reach to.
function l1Bytes(layer) {
  return peakOf(slots(layer, "l1", 0));
}

// Where the highest of them ends.
function peakOf(items) {
  return items.reduce((peak, item) => Math.max(peak, item.offset + item.bytes), 0);
}

// Whether a layer works in L2, without tiles in L1.
function isDirect(layer) {
  return !layer.buffers.some((buffer) => buffer.level === "l1");
}

// Height, width and output channels; /n where the tile is summed up from n input channels at a time.
function tileWords(layer) {
  if (isDirect(layer)) return "in L2";
  const { height, width, outputChannels, inputChannels } = layer.tile;
  const isCut = layer.geometry.groups === 1 && inputChannels < layer.inputs[0].shape[2];
  return extents([height, width, outputChannels]) + (isCut ? `/${inputChannels}` : "");
}
