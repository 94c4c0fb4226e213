// What the page of one plan shows: the plan, its explanation, and which step is chosen.

const report = JSON.parse(document.getElementById("data").textContent);
const { plan, explanation } = report;
const { layers } = plan;
const view = new View(plan);
