// Every number and text that differs.

const SUBJECTS = {
  plan: "The plan", target: "The target", totals: "Sums", solver: "The search", budget: "Budgets of memory", layer: "Layers",
  tensor: "Tensors",
};

// Changes of these are many, and folded away.
const FOLDED = ["layer", "tensor"];

function addChanges(parent) {
  const { changes } = comparison;
  if (changes.length === 0) return parent.append(element("p", {}, "Nothing differs."));
  for (const [subject, words] of Object.entries(SUBJECTS)) {
    const own = changes.filter((entry) => entry.subject === subject);
    if (own.length === 0) continue;
    const content = () => element("div", { class: "changes" }, changeTable(words, own));
    parent.append(element("h3", {}, words),
      FOLDED.includes(subject) ? folded(`${plural(own.length, "difference")}`, content) : content());
  }
}

function changeTable(words, changes) {
  const hasNames = changes.some((entry) => entry.name !== undefined);
  const value = (side) => (side === undefined ? "–" : typeof side === "number" ? count(side) : shown(side));
  const percents = ({ before, after }) => (typeof before === "number" && typeof after === "number" ? change(before, after) : "");
  return table(`${words}: ${plural(changes.length, "difference")}`,
    [hasNames && ["name"], ["what"], ["before"], ["after"], ["in percent", true]].filter(Boolean),
    changes.map((entry) => [
      ...(hasNames ? [entry.name === undefined ? "" : name(entry.name)] : []), shown(entry.what), value(entry.before),
      value(entry.after), percents(entry)]));
}
