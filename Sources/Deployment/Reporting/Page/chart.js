// A drawing over time: things of the plan as rectangles, read out below when the pointer or the keyboard is on them.

const MARGIN = { left: 56, right: 8, top: 6, bottom: 20 };

// Adds a chart of what `view` shows to `parent`.
//
// - `title`, `description`: what a screen reader says of it.
// - `head`: what stands between the title and the drawing.
// - `height`: of the area with the rectangles.
// - `draw(area)`: its rectangles; `area` has `width`, `height` and `add(attributes, item, label)`.
// - `inStep(step)`: the items of a step, in the order of the up and down keys.
// - `words(item)`: what is read out.
function chart(parent, view, { title, description, head, height, draw, inStep, words }) {
  const frame = element("div", {
    class: "chart", tabindex: "0", role: "group",
    "aria-label": `${title}. Left and right arrows choose a step, up and down what is in it.`,
  });
  const readout = element("p", { class: "readout", "aria-live": "polite" });
  parent.append(element("div", { class: "figure" }, element("h3", {}, title), head, frame, readout));
  const { length } = view.plan.layers;
  let items = [];
  let chosen = null;

  const area = {
    height,
    width: 0,
    add(attributes, item, label) {
      if (attributes.width < 0.05 || attributes.height < 0.05) return;
      const node = shape("rect", { ...attributes, "data-item": items.length });
      items.push({ item, node, box: attributes, label });
      area.plot.append(node);
    },
    // Writes the label of a rectangle where none of those that are drawn after it covers the line.
    label({ item, box, label }, index) {
      const { y, height } = box;
      if (!hasRoom(label, box.width) || height < 13) return;
      const line = Math.min(height / 2 + 4, 13);
      let [start, end] = [box.x, box.x + box.width];
      for (const { box: other } of items.slice(index + 1)) {
        const right = other.x + other.width;
        const isBeside = right <= start || other.x >= end;
        if (isBeside || other.y + other.height <= y + line - 10 || other.y >= y + line + 3) continue;
        if (other.x - start > end - right) end = other.x;
        else start = right;
      }
      if (!hasRoom(label, end - start)) return;
      area.texts.append(shape("svg", { x: start, y, width: end - start, height },
        shape("text", { x: 4, y: line, class: `ink-${item.kind}` }, shown(label, letters(end - start)))));
    },
    // Words at the left end of a height.
    tick(y, text) {
      area.axis.append(
        shape("line", { x1: -4, x2: 0, y1: y, y2: y }),
        shape("text", { x: -7, y: y + 4, "text-anchor": "end" }, text),
      );
    },
  };

  function render() {
    items = [];
    chosen = null;
    area.width = Math.max(120, frame.clientWidth - MARGIN.left - MARGIN.right);
    area.plot = shape("g", { class: "plot" });
    area.texts = shape("g", { class: "texts", "aria-hidden": "true" });
    area.axis = shape("g", { class: "axis", "aria-hidden": "true" });
    const cursor = shape("rect", { class: "cursor", y: 0, height });
    area.plot.append(shape("rect", { class: "ground", x: 0, y: 0, width: area.width, height }));
    draw(area);
    items.forEach((entry, index) => entry.label && area.label(entry, index));
    timeAxis(area, view);
    area.cursor = cursor;
    frame.replaceChildren(
      drawing(
        area.width + MARGIN.left + MARGIN.right, height + MARGIN.top + MARGIN.bottom, title, description,
        shape("g", { transform: `translate(${MARGIN.left} ${MARGIN.top})` }, area.plot, area.texts, area.axis, cursor),
      ),
    );
    moveCursor();
  }

  function moveCursor() {
    const { x, width } = view.span(view.step, view.step, area.width);
    fill(area.cursor, { x, width: Math.max(1, width) }, []);
  }

  function show(entry) {
    chosen?.node?.classList.remove("on");
    chosen = entry;
    readout.replaceChildren(...(entry ? words(entry.item) : []));
    entry?.node?.classList.add("on");
  }

  function entryAt(event) {
    const index = event.target.dataset ? event.target.dataset.item : undefined;
    return index === undefined ? null : items[Number(index)];
  }

  function press(event) {
    const sideways = { ArrowLeft: -1, ArrowRight: 1, Home: -length, End: length }[event.key];
    const upwards = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (sideways === undefined && upwards === undefined) return;
    event.preventDefault();
    if (sideways !== undefined) view.choose(view.step + sideways);
    const here = inStep(view.step);
    if (here.length === 0) return show(null);
    const now = chosen ? here.indexOf(chosen.item) : -1;
    const next = upwards === undefined ? Math.max(0, now) : (now + upwards + here.length) % here.length;
    // What is too small to be drawn is read out all the same.
    show(items.find((entry) => entry.item === here[next]) ?? { item: here[next] });
  }

  frame.addEventListener("pointermove", (event) => show(entryAt(event)));
  frame.addEventListener("pointerleave", () => show(null));
  frame.addEventListener("click", (event) => {
    const box = frame.firstChild.getBoundingClientRect();
    const place = (event.clientX - box.left - MARGIN.left) / area.width;
    if (place >= 0 && place <= 1) view.choose(view.stepAt(place));
    show(entryAt(event));
  });
  frame.addEventListener("keydown", press);
  view.listeners.push((isOfShape) => (isOfShape ? render() : moveCursor()));
  new ResizeObserver(() => {
    if (Math.max(120, frame.clientWidth - MARGIN.left - MARGIN.right) !== area.width) render();
  }).observe(frame);
  render();
}

// How many letters of a label a width has room for. A letter is about 6.2 wide.
function letters(width) {
  return Math.floor((width - 8) / 6.2);
}

// Whether a label says something in a width: fewer than ten letters of a longer name say nothing.
function hasRoom(label, width) {
  return letters(width) >= Math.min(10, label.length);
}

// Round times, or numbers of steps, below a chart.
function timeAxis(area, view) {
  const from = view.at(view.from);
  const to = from + view.extent;
  const size = roundSize(to - from, Math.max(2, Math.floor(area.width / 90)));
  for (let value = Math.ceil(from / size) * size; value <= to; value += size) {
    const x = ((value - from) / Math.max(1, to - from)) * area.width;
    const isLast = value + size > to;
    const words = view.byTime ? `${thousands(value)}${isLast ? " cycles" : ""}` : `step ${value}`;
    const anchor = x > area.width - 60 ? "end" : x < 20 ? "start" : "middle";
    area.axis.append(
      shape("line", { x1: x, x2: x, y1: area.height, y2: area.height + 4 }),
      shape("text", { x, y: area.height + 16, "text-anchor": anchor }, words),
    );
  }
}

// The least round number of which an extent has no more than `most`.
function roundSize(extent, most) {
  const unit = 10 ** Math.floor(Math.log10(Math.max(1, extent / most)));
  return [1, 2, 5, 10].map((factor) => factor * unit).find((size) => extent / size <= most) ?? unit * 10;
}

// Cycles beside a chart: 250 k, 1.5 M.
function thousands(cycles) {
  if (cycles >= 1e6) return `${cycles / 1e6} M`;
  return cycles >= 1e3 ? `${cycles / 1e3} k` : `${cycles}`;
}
