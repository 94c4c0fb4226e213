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

// Adds a map of a level: steps from left to right, addresses from bottom to top.
function addMemory(parent, level) {
  const { availableBytes, capacityBytes } = budget(level);
  const items = occupants(level).map((item) => ({ ...item, words: (item.isSlot ? OPERANDS : KINDS)[item.kind] }));
  if (items.length === 0) return;
  const peak = peakOf(items);
  // Where more than half of the bytes are free the map ends at the peak.
  const isCut = peak < availableBytes / 2;
  const top = isCut ? peak : Math.max(availableBytes, peak);
  const height = { l1: 150, l2: 240 }[level] ?? 120;
  const kinds = Object.keys(KINDS).filter((kind) => items.some((item) => item.kind === kind && !item.isSlot));
  const slotKinds = Object.keys(OPERANDS).filter((kind) => items.some((item) => item.kind === kind && item.isSlot));
  const byStep = layers.map(() => []);
  for (const item of items.slice().sort((a, b) => a.offset - b.offset)) {
    if (item.last - item.first < 1) byStep[item.first].push(item);
  }
  const long = items.filter((item) => item.last > item.first).sort((a, b) => a.offset - b.offset);
  chart(parent, {
    title: `${LEVELS[level]} over time`,
    description: `${plural(items.length, "place")} up to byte ${count(peak)} of ${count(availableBytes)} that are there `
      + `for data, of ${count(capacityBytes)} in all. The table below has each of them.`,
    head: legend(
      kinds.map((kind) => [kind, KINDS[kind]]).concat(
        slotKinds.map((kind) => level === "l1" ? [kind, OPERANDS[kind]]
          : [`slot ${kind}`, `slots of streamed ${STREAMED[kind]}`]))),
    height,
    inStep: (step) => byStep[step].concat(long.filter((item) => item.first <= step && step <= item.last))
      .sort((a, b) => a.offset - b.offset),
    words: describe,
    draw(area) {
      const y = (byte) => area.height * (1 - byte / top);
      area.tick(y(0), "0");
      area.tick(y(top / 2), bytes(top / 2));
      area.tick(y(top), bytes(top));
      for (const item of items) {
        if (item.last < view.from || item.first >= view.to) continue;
        const box = span(item.first, item.last, area.width);
        area.add(
          { ...box, y: y(item.offset + item.bytes), height: (area.height * item.bytes) / top,
            class: `${level === "l1" ? "" : item.isSlot ? "slot " : ""}${item.kind}` },
          item, item.isSlot ? item.words : item.name);
      }
    },
  });
  parent.append(
    element("p", { class: "note" }, `${count(peak)} of ${count(availableBytes)} bytes are used at most`
      + (capacityBytes > availableBytes ? `, of ${count(capacityBytes)} in all${reserved(level)}` : "")
      + `${isCut ? "; the map ends at the peak" : ""}.`),
    folded(`${LEVELS[level]} as a table`, () => memoryTable(level, items)),
  );
}

// What else the bytes of a level are for.
function reserved(level) {
  const items = budget(level).items.filter((item) => item.bytes > 0);
  return items.length === 0 ? "" : ` (less ${items.map((item) => `${count(item.bytes)} for ${item.name}`).join(", ")})`;
}

function describe(item) {
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
