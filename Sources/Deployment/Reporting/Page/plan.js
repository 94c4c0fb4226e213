// What the page shows: the plan, its explanation, and what follows from both.

const report = JSON.parse(document.getElementById("data").textContent);
const { plan, explanation } = report;
const layers = plan.layers;

// Parts of a step's time: [key of the explanation, words].
const PARTS = [
  ["compute", "kernels"],
  ["dma", "waiting for L2–L1 transfers"],
  ["l3", "waiting for L3 transfers"],
  ["overhead", "starting layers and tiles"],
];

const LEVELS = { l1: "L1", l2: "L2", l3: "L3", flash: "flash" };

const LIMITS = { compute: "compute", dma: "DMA", l3: "L3", overhead: "overhead" };

// Cycles before each step, and at the end those of all steps.
const begins = [0];
for (const layer of layers) begins.push(begins[begins.length - 1] + layer.cycles.total);

function budget(level) {
  return plan.budgets.find((budget) => budget.level === level);
}

// What lies in a level, and when: {name, kind, offset, bytes, first, last, text}.
function occupants(level) {
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
