// What the page of two plans shows: both plans, their layers side by side, and every change.

const comparison = JSON.parse(document.getElementById("data").textContent);
// [heading, plan with what was found of it, its drawings over time]
const SIDES = [["before", comparison.before], ["after", comparison.after]].map(([words, side]) => ({
  words, ...side, view: new View(side.plan),
}));

// {name, steps, layers, times, cycles}: lists with one element a side, undefined where that plan has no such layer.
const pairs = comparison.layers.map(({ name, steps }) => {
  const of = (list) => SIDES.map((side, index) => (steps[index] === undefined || steps[index] === null
    ? undefined : list(side)[steps[index]]));
  const layers = of((side) => side.plan.layers);
  return {
    name, layers, times: of((side) => side.times),
    cycles: layers.map((layer) => layer?.cycles.total ?? 0),
  };
});

// +1,234 or −1,234; 0 for no change.
function signed(number) {
  return number > 0 ? `+${count(number)}` : number < 0 ? `−${count(-number)}` : "0";
}

// The change of a number in percent of what it was: +1.2 %, −0.3 %.
function change(before, after) {
  if (before === after) return "0";
  if (before === 0) return "new";
  const percents = (100 * (after - before)) / Math.abs(before);
  return `${percents > 0 ? "+" : "−"}${decimal(Math.abs(percents), 1)}\u00a0%`;
}

// What both plans say, once where it is the same.
function both(words) {
  const [before, after] = words.map((word) => word ?? "–");
  return before === after ? before : `${before} → ${after}`;
}
