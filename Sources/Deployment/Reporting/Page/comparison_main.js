// Fills the page of two plans in its order.

const section = (id) => document.getElementById(id);

addSummary(section("summary"));
addTimes(section("time"));
addMaps(section("memory"));
addTable(section("layers"));
addChanges(section("changes"));
document.getElementById("colophon").append("Cycles are predicted by the figures in the plans; measured on no chip. ",
  `Written by ${both(SIDES.map(({ plan }) => shown(plan.generator, 60)))}.`);

// The maps of both plans side by side, to one scale: as many bytes high, and as many cycles wide.
function addMaps(parent) {
  const leastCycles = Math.max(...SIDES.map(({ view }) => view.begins[view.begins.length - 1]));
  for (const level of ["l1", "l2", "l3", "flash"]) {
    const height = Math.max(...SIDES.map(({ plan }) => memoryContents(plan, level)?.top ?? 0));
    if (height === 0) continue;
    // In the page before they are drawn, so that drawings know how wide they are.
    const places = SIDES.map(() => element("div", {}));
    parent.append(element("div", { class: "sides" }, places));
    SIDES.forEach(({ words, view }, index) => {
      view.leastCycles = leastCycles;
      addMemory(places[index], view, level, `${LEVELS[level]}, ${words}`, height);
      if (!places[index].firstChild) {
        places[index].append(element("p", { class: "note" }, `${words}: nothing is in ${LEVELS[level]}.`));
      }
    });
  }
}

// On paper nothing can be opened: every list of changes is. Tables of memory are printed where they are open.
addEventListener("beforeprint", () => {
  for (const details of section("changes").querySelectorAll("details")) {
    details.open = true;
    // The browser would tell only after the page is on paper.
    details.dispatchEvent(new Event("toggle"));
  }
});
addEventListener("afterprint", () => {
  for (const details of section("changes").querySelectorAll("details")) details.open = false;
});

// Milliseconds until everything was drawn, for tests of the page.
document.documentElement.dataset.ready = String(Math.round(performance.now()));
