// What is proven of the plan, and where it comes from.

function addCertificate(parent) {
  const { solver, model, totals } = plan;
  const requantized = layers.filter((layer) => layer.requantization);
  const channels = requantized.reduce((sum, layer) => sum + layer.requantization.channels, 0);
  const scope = plan.objective === "memory" ? "In that little L2 no plan" : "No plan";
  const entries = [
    ["Speed", [
      element("strong", {}, solver.status), `: ${scope.toLowerCase()} that is made of the tiles and chunks considered, `
        + `keeps constants in these homes and has the pins, takes less than ${count(solver.bound)} cycles by this cost model. `
        + `This one takes ${count(solver.predictedCycles)}; the gap is ${gap(solver.gap)}.`]],
    ["How it was found", [
      "Tiles of each layer by trying every candidate that could win; the network "
        + (solver.columns > 0
          ? `by a mixed-integer program of ${plural(solver.rows, "row")} and ${plural(solver.columns, "column")}, `
            + `${plural(solver.nodes, "node")} searched.`
          : "needed no search: the fastest choice of every layer fits at once.")]],
    ["Exactness", [
      requantized.length > 0
        ? `The integer arithmetic of ${plural(requantized.length, "layer")} (${plural(channels, "channel")}) is proven equal to `
          + "the model's rule on every sum that can occur." : "No layer requantizes."]],
    ["Checked", [
      "When this page was made the plan verifier found no rule broken: every output element is written once, what is read "
        + "is there, nothing alive overlaps, every address is aligned and inside its budget, and the sums are sums."]],
    ["Forms of requantization", requantized.length > 0 && [formWords(requantized)]],
    ["Model", [name(model.name), model.sha256 && [", SHA-256 ", element("code", {}, shown(model.sha256))]]],
    ["Plan", [`format ${plan.version}, `, shown(plan.generator), ", digest ", element("code", {}, shown(plan.digest))]],
  ];
  parent.append(element("dl", { class: "entries" }, entries.filter(([, words]) => words).map(([term, words]) =>
    [element("dt", {}, term), element("dd", {}, words)])));
  document.getElementById("colophon").append(
    `${count(totals.predictedCycles)} cycles, predicted by the figures in the plan; measured on no chip. `,
    `Written by ${shown(plan.generator, 60)}.`);
}

// rq32 in 12 layers, …
function formWords(requantized) {
  const counts = new Map();
  for (const { requantization: { form } } of requantized) counts.set(form, (counts.get(form) ?? 0) + 1);
  return [...counts].map(([form, number]) => `${form} in ${plural(number, "layer")}`).join(", ");
}
