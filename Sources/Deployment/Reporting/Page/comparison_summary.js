// Both plans in a few numbers, side by side.

function addSummary(parent) {
  const models = SIDES.map(({ plan }) => shown(plan.model.name, 60));
  const each = (words) => both(SIDES.map(({ plan }) => words(plan)));
  document.getElementById("subtitle").append(
    `Two plans compared: ${each(({ target }) => shown(target.name, 40))}, `,
    `${each(({ target }) => plural(target.cores, "core"))}, `,
    `L1 ${each(({ target }) => bytes(target.l1Bytes))}, L2 ${each(({ target }) => bytes(target.l2Bytes))}, `,
    `objective ${each(({ objective }) => objective)}`);
  if (models[0] !== models[1]) {
    parent.append(element("p", { class: "warning" }, "The plans are of different models: ", name(models[0]), " and ",
      name(models[1]), ". Their layers are put side by side by name."));
  }
  for (const { words, isChanged } of SIDES) {
    if (isChanged) {
      parent.append(element("p", { class: "warning" },
        `The plan ${words} was changed after it was made: its digest is not that of its contents.`));
    }
  }
  if (comparison.changes.length === 0) {
    parent.append(element("p", {}, element("strong", {}, "The plans say the same."),
      " Only their digests may differ, which are not compared."));
  }
  const [before, after] = SIDES.map(({ plan }) => plan.totals.predictedCycles);
  parent.append(
    element("dl", { class: "figures" },
      figure("Predicted time", both(SIDES.map(({ plan }) => duration(plan.totals.predictedCycles, plan))),
        `${both([before, after].map(count))} cycles an inference`),
      figure("Change", change(before, after), `${signed(after - before)} cycles`),
      figure("Layers that change", count(pairs.filter(({ cycles }) => cycles[0] !== cycles[1]).length),
        `in their time, of ${count(pairs.length)}`)),
    element("h3", {}, "Where the time goes"),
    element("div", {}, SIDES.map(({ words, times }) => [
      element("h4", {}, words),
      bar(PARTS.map(([key]) => [key, partOf(times, key)]), Math.max(...SIDES.map(({ times }) => timeOf(times)))),
    ])),
    legend(PARTS),
    element("h3", {}, "In numbers"), numbers());
}

function partOf(times, key) {
  return times.reduce((sum, { parts }) => sum + parts[key], 0);
}

function timeOf(times) {
  return PARTS.reduce((sum, [key]) => sum + partOf(times, key), 0);
}

// Of levels that both plans have as much of, this says nothing.
const ROOM = "there for data";

// [words, number of a side]
const NUMBERS = [
  ["predicted cycles", ({ plan }) => plan.totals.predictedCycles],
  ...PARTS.map(([key, words]) => [words, ({ times }) => partOf(times, key)]),
  ["cycles that no plan goes below", ({ plan }) => plan.solver.bound],
  ["multiply-accumulates", ({ plan }) => plan.totals.macs],
  ["layers", ({ plan }) => plan.layers.length],
  ...["l1", "l2", "l3", "flash"].flatMap((level) => [
    [`${LEVELS[level]}: peak, bytes`, ({ plan }) => (budget(plan, level) ? peakOf(occupants(plan, level)) : 0)],
    [`${LEVELS[level]}: ${ROOM}, bytes`, ({ plan }) => budget(plan, level)?.availableBytes ?? 0],
  ]),
  ["from L2 to L1, bytes", ({ plan }) => plan.totals.l2l1ReadBytes],
  ["from L1 to L2, bytes", ({ plan }) => plan.totals.l2l1WriteBytes],
  ["commands of the DMA engine", ({ plan }) => plan.totals.dmaCommands],
  ["from external memory, bytes", ({ plan }) => plan.totals.l3ReadBytes],
  ["to external memory, bytes", ({ plan }) => plan.totals.l3WriteBytes],
];

function numbers() {
  const rows = NUMBERS.map(([words, number]) => [words, ...SIDES.map(number)])
    .filter(([words, before, after]) => before !== after || (before !== 0 && !words.includes(ROOM)));
  return table("Of one inference", [["what"], ["before", true], ["after", true], ["change", true], ["in percent", true]],
    rows.map(([words, before, after]) =>
      [words, count(before), count(after), signed(after - before), change(before, after)]));
}
