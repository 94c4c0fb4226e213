// Which bytes of each level hold what, and when.

const KINDS = {
  input: "network input", activation: "activation", output: "network output", weights: "weights",
};

// The operands of a layer that lie in its slots.
const OPERANDS = {
  input0: "first input", input1: "second input", weights: "weights", parameters: "parameters", output: "output",
  accumulator: "32-bit sums", scratch: "working memory",
};

const STREAMED = { input0: "inputs", input1: "second inputs", weights: "weights", output: "outputs" };

// What lies in a level, with its words and with how many bytes high a map of it is: all, or up to the peak where more than
// half are free. Nothing where the level is not there or not used.
function memoryContents(plan, level) {
  const items = (budget(plan, level) ? occupants(plan, level) : [])
    .map((item) => ({ ...item, words: (item.isSlot ? OPERANDS : KINDS)[item.kind] }));
  if (items.length === 0) return undefined;
  const { availableBytes } = budget(plan, level);
  const peak = peakOf(items);
  return { items, peak, top: peak < availableBytes / 2 ? peak : Math.max(availableBytes, peak) };
}

// Adds a map of a level: steps from left to right, addresses from bottom to top.
//
// - `title`: of the drawing.
// - `height`: bytes that it stands for, where that is not to be found from the plan alone.
function addMemory(parent, view, level, title = `${LEVELS[level]} over time`, height = 0) {
  const { plan } = view;
  const contents = memoryContents(plan, level);
  if (!contents) return;
  const { items, peak } = contents;
  const { availableBytes, capacityBytes } = budget(plan, level);
  const top = Math.max(contents.top, height);
  const kinds = Object.keys(KINDS).filter((kind) => items.some((item) => item.kind === kind && !item.isSlot));
  const slotKinds = Object.keys(OPERANDS).filter((kind) => items.some((item) => item.kind === kind && item.isSlot));
  const byStep = plan.layers.map(() => []);
  for (const item of items.slice().sort((a, b) => a.offset - b.offset)) {
    if (item.last - item.first < 1) byStep[item.first].push(item);
  }
  const long = items.filter((item) => item.last > item.first).sort((a, b) => a.offset - b.offset);
  chart(parent, view, {
    title,
    description: `${plural(items.length, "place")} up to byte ${count(peak)} of ${count(availableBytes)} that are there `
      + `for data, of ${count(capacityBytes)} in all. The table below has each of them.`,
    head: legend(
      kinds.map((kind) => [kind, KINDS[kind]]).concat(
        slotKinds.map((kind) => level === "l1" ? [kind, OPERANDS[kind]]
          : [`slot ${kind}`, `slots of streamed ${STREAMED[kind]}`]))),
    height: { l1: 150, l2: 240 }[level] ?? 120,
    inStep: (step) => byStep[step].concat(long.filter((item) => item.first <= step && step <= item.last))
      .sort((a, b) => a.offset - b.offset),
    words: (item) => describe(item, plan.layers),
    draw(area) {
      const y = (byte) => area.height * (1 - byte / top);
      area.tick(y(0), "0");
      area.tick(y(top / 2), bytes(top / 2));
      area.tick(y(top), bytes(top));
      for (const item of items) {
        if (item.last < view.from || item.first >= view.to) continue;
        const box = view.span(item.first, item.last, area.width);
        area.add(
          { ...box, y: y(item.offset + item.bytes), height: (area.height * item.bytes) / top,
            class: `${level === "l1" ? "" : item.isSlot ? "slot " : ""}${item.kind}` },
          item, item.isSlot ? item.words : item.name);
      }
    },
  });
  parent.append(
    element("p", { class: "note" }, `${count(peak)} of ${count(availableBytes)} bytes are used at most`
      + (capacityBytes > availableBytes ? `, of ${count(capacityBytes)} in all${reserved(budget(plan, level))}` : "")
      + `${peak === top && peak < availableBytes ? "; the map ends at the peak" : ""}.`),
    folded(`${LEVELS[level]} as a table`, () => memoryTable(level, items)),
  );
}

// What else the bytes of a level are for.
function reserved(budget) {
  const items = budget.items.filter((item) => item.bytes > 0);
  return items.length === 0 ? "" : ` (less ${items.map((item) => `${count(item.bytes)} for ${item.name}`).join(", ")})`;
}

function describe(item, layers) {
  const steps = item.first === item.last ? `step ${item.first}` : `steps ${item.first} to ${item.last}`;
  return [
    name(item.name, 64), ` · ${item.words}`, item.text && ` · ${item.text}`,
    ` · ${count(item.bytes)} B at ${count(item.offset)} · ${steps}`,
    item.first !== item.last && [" (", name(layers[item.first].name, 24), " … ", name(layers[item.last].name, 24), ")"],
  ].flat().filter(Boolean);
}

function memoryTable(level, items) {
  return table(
    `What lies in ${LEVELS[level]}`,
    [["name"], ["what"], ["bytes", true], ["offset", true], ["first step", true], ["last step", true]],
    items.map((item) => [
      name(item.name), item.text ? `${item.words}, ${item.text}` : item.words, count(item.bytes), count(item.offset),
      item.first, item.last,
    ]),
  );
}
