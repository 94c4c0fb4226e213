// What the plan takes, in a few numbers.

function addSummary(parent) {
  const { totals, target, solver } = plan;
  document.getElementById("subtitle").append(
    `${shown(target.name, 60)} · ${plural(target.cores, "core")} at ${megahertz(target.figures.clocks.clusterHertz)} · `,
    `${plural(layers.length, "layer")} · objective ${plan.objective}`);
  const greatest = PARTS.reduce((best, part) =>
    (explanation.parts[part[0]] > explanation.parts[best[0]] ? part : best));
  if (report.isChanged) {
    parent.append(element("p", { class: "warning" },
      "The plan was changed after it was made: its digest is not that of its contents."));
  }
  parent.append(
    element(
      "dl",
      { class: "figures" },
      figure("Predicted time", duration(totals.predictedCycles, plan), `${count(totals.predictedCycles)} cycles an inference`),
      figure("MAC/cycle", totals.macs > 0 ? decimal(totals.macs / totals.predictedCycles) : "–",
        `${count(totals.macs)} multiply-accumulates`),
      figure("Most time goes to", greatest[1], `${percent(explanation.parts[greatest[0]], explanation.cycles)} of it`),
      figure("Proof", solver.status === "optimal" ? "optimal" : `within ${gap(solver.gap)}`,
        solver.gap > 0 ? `by this cost model no plan is more than ${gap(solver.gap)} faster`
          : "by this cost model no plan is faster"),
    ),
    element("h3", {}, "Where the time goes"),
    bar(PARTS.map(([key]) => [key, explanation.parts[key]]), explanation.parts, "time"),
    element("ul", { class: "legend" }, PARTS.map(([key, words]) =>
      element("li", {}, element("span", { class: `key ${key}`, "aria-hidden": "true" }), `${words} `,
        element("strong", {}, percent(explanation.parts[key], explanation.cycles)),
        element("span", { class: "dim" }, ` ${count(explanation.parts[key])}`)))),
    costliest(),
    element("h3", {}, "Memory"),
    memoryTableOfLevels(),
  );
  if (PARTS.reduce((sum, [key]) => sum + explanation.parts[key], 0) !== explanation.cycles) {
    parent.append(element("p", { class: "warning" },
      "By this version's cost model the plan takes another time than it says: another version made it, or it was changed."));
  }
}

function costliest() {
  const byCost = layers.slice().sort((a, b) => b.cycles.total - a.cycles.total || a.step - b.step).slice(0, 5);
  const cycles = byCost.reduce((sum, layer) => sum + layer.cycles.total, 0);
  return element("p", {},
    byCost.length === 1 ? "One layer takes all of it: "
      : `The ${byCost.length} costliest layers take ${percent(cycles, plan.totals.predictedCycles)}: `,
    byCost.map((layer, index) => [
      index > 0 && ", ", layerLink(layer.step), ` ${percent(layer.cycles.total, plan.totals.predictedCycles)}`]), ".");
}

// A button with a layer's name that shows the layer.
function layerLink(step) {
  return element("button", {
    type: "button", class: "link",
    click: () => {
      view.choose(step);
      document.getElementById("layer").scrollIntoView();
      document.getElementById("layer-title").focus({ preventScroll: true });
    },
  }, name(layers[step].name, 40));
}

function memoryTableOfLevels() {
  const rows = ["l1", "l2", "l3", "flash"].filter((level) => budget(plan, level)).map((level) => {
    const { capacityBytes, availableBytes } = budget(plan, level);
    const used = peakOf(occupants(plan, level));
    return [
      LEVELS[level], count(used), count(availableBytes), count(capacityBytes - availableBytes),
      percent(used, availableBytes),
      bar([["used", used], ["free", availableBytes - used], ["taken", capacityBytes - availableBytes]], capacityBytes),
    ];
  });
  return table(
    "Bytes of each level: used at most, there for data, and taken by stacks, code and reserves",
    [["level"], ["peak", true], ["for data", true], ["reserved", true], ["used", true], [""]], rows);
}
