// When the cores, the DMA engine and the bus of external memory work, and what is waited for.

// Adds the choice of scale and the part of the plan that is shown.
function addControls(parent, view) {
  const { layers } = view.plan;
  const choice = (words, byTime) =>
    element(
      "label",
      {},
      element("input", {
        type: "radio", name: "scale", checked: view.byTime === byTime,
        change: () => { view.byTime = byTime; view.changed(true); },
      }),
      words,
    );
  const button = (words, steps) => element("button", { type: "button", click: () => view.zoom(steps()) }, words);
  const where = element("output", {});
  const show = () => {
    where.textContent = view.to - view.from === layers.length
      ? `all ${plural(layers.length, "step")}` : `steps ${view.from} to ${view.to - 1} of ${layers.length}`;
  };
  view.listeners.push(show);
  show();
  parent.append(
    element(
      "div",
      { class: "controls", role: "group", "aria-label": "What the drawings show" },
      element("span", {}, "Width of a step:"), choice("its time", true), choice("all equal", false),
      element("span", { class: "gap" }),
      button("Zoom in", () => (view.to - view.from) / 2), button("Zoom out", () => (view.to - view.from) * 2),
      button("All", () => layers.length), where,
    ),
  );
}

// A stack of the parts of each step's time, and below it how busy the DMA engine and the external bus are.
function addTimeline(parent, view) {
  const busy = [["dma", "DMA L2–L1"], ["l3", "L3 bus"]];
  const [stack, lane, gap] = [84, 26, 8];
  const height = stack + busy.length * (lane + gap);
  const items = layers.map((layer, step) => [
    ...PARTS.map(([key, words]) => ({ step, key, words, cycles: explanation.layers[step].parts[key] }))
      .filter((item) => item.cycles > 0),
    ...busy.map(([key, words]) => ({ step, key: `busy-${key}`, words: `${words} busy`, cycles: layer.cycles[key] }))
      .filter((item) => item.cycles > 0),
  ]);
  const head = [
    element("p", { class: "note" },
      "A column is a step, filled from below with what its time goes to: the kernels, then what they wait for. Transfers run ",
      "beside the kernels; the lanes below show for what part of the step the DMA engine and the bus of the external memory ",
      "are at work. Within a step the parts alternate from tile to tile; they are drawn as sums. All times are predicted ",
      `from the figures of ${shown(plan.target.name, 40)}. Point at a part for its numbers, or use the arrow keys; a click `,
      "chooses the layer."),
    legend(PARTS.map(([key, words]) => [key, words]).concat([["busy", "transfers under way"]])),
  ];
  chart(parent, view, {
    title: "Time of each step",
    description: `${plural(layers.length, "step")} in ${count(plan.totals.predictedCycles)} cycles. `
      + PARTS.map(([key, words]) => `${words}: ${percent(explanation.parts[key], explanation.cycles)}`).join(", ")
      + ". The table of layers has the numbers of each step.",
    head,
    height,
    inStep: (step) => items[step],
    words: (item) => [
      name(layers[item.step].name, 48), `, step ${item.step}: ${item.words} ${count(item.cycles)} of `,
      `${count(layers[item.step].cycles.total)} cycles (${percent(item.cycles, layers[item.step].cycles.total)})`,
    ],
    draw(area) {
      area.tick(0, "100 %");
      area.tick(stack, "0 %");
      busy.forEach(([, words], index) => area.tick(stack + gap + index * (lane + gap) + lane / 2, words.split(" ")[0]));
      for (let step = view.from; step < view.to; step++) {
        const { x, width } = view.span(step, step, area.width);
        let top = stack;
        for (const item of items[step]) {
          const index = busy.findIndex(([key]) => item.key === `busy-${key}`);
          const share = item.cycles / Math.max(1, layers[step].cycles.total, explanation.layers[step].cycles);
          const size = Math.min(1, share) * (index < 0 ? stack : lane);
          if (index < 0) top -= size;
          const y = index < 0 ? top : stack + (index + 1) * (gap + lane) - size;
          area.add({ x, y, width, height: size, class: index < 0 ? item.key : "busy" }, item);
        }
      }
    },
  });
}
