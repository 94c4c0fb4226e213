// Numbers that stand for themselves, and bars.

function figure(words, value, detail) {
  return element("div", {}, element("dt", {}, words), element("dd", {}, element("strong", {}, value),
    element("span", {}, detail)));
}

function megahertz(hertz) {
  return `${decimal(hertz / 1e6, hertz % 1e6 === 0 ? 0 : 1)} MHz`;
}

// A part of 1 that is proven, rounded up.
function gap(value) {
  return `${decimal(Math.ceil(value * 1e4) / 100, value === 0 ? 0 : 2)}\u00a0%`;
}

// Numbers as parts of a whole, from left to right; read out by the legend below it.
function bar(parts, whole) {
  const sum = typeof whole === "number" ? whole : parts.reduce((sum, [, number]) => sum + number, 0);
  return element("div", { class: "bar", "aria-hidden": "true" }, parts.filter(([, number]) => number > 0).map(
    ([kind, number]) => element("span", { class: kind, style: { width: `${(100 * number) / Math.max(1, sum)}%` } })));
}
