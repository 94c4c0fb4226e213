// Fills the page in its order.

const section = (id) => document.getElementById(id);

addSummary(section("summary"));
addControls(section("time"), view);
addTimeline(section("time"), view);
for (const level of ["l1", "l2", "l3", "flash"]) addMemory(section("time"), view, level);
addTable(section("layers"));
addLayer(section("layer"));
addTraffic(section("traffic"));
addCertificate(section("certificate"));

// Layers whose drawings and sentences are printed.
const MOST_PRINTED = 100;

// On paper no layer can be chosen: every one is shown. Tables of memory are printed where they are open.
addEventListener("beforeprint", () => {
  if (layers.length > MOST_PRINTED) return;
  const others = layers.filter((layer) => layer.step !== view.step);
  section("layer").append(element("div", { id: "printed" }, others.map((layer) => layerContent(layer, drawingWidth(section("layer"))))));
});
addEventListener("afterprint", () => document.getElementById("printed")?.remove());

// Milliseconds until everything was drawn, for tests of the page.
document.documentElement.dataset.ready = String(Math.round(performance.now()));
