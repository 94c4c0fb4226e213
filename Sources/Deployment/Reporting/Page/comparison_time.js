// The time of each layer in both plans, as two columns beside each other.

function addTimes(parent) {
  const [height, tallest] = [180, Math.max(1, ...pairs.flatMap(({ cycles }) => cycles))];
  const frame = element("div", {
    class: "chart wide", tabindex: "0", role: "group",
    "aria-label": "Time of each layer. Left and right arrows choose a layer.",
  });
  const readout = element("p", { class: "readout", "aria-live": "polite" });
  let [groups, chosen] = [[], -1];

  function show(index) {
    groups[chosen]?.classList.remove("on");
    chosen = Math.max(-1, Math.min(pairs.length - 1, index));
    groups[chosen]?.classList.add("on");
    readout.replaceChildren(...(chosen < 0 ? [] : pairWords(pairs[chosen])));
    groups[chosen]?.scrollIntoView?.({ block: "nearest", inline: "nearest" });
  }

  function render() {
    const room = Math.max(200, frame.clientWidth - MARGIN.left - MARGIN.right);
    const step = Math.max(9, room / Math.max(1, pairs.length));
    const width = step * pairs.length;
    const column = Math.min(34, step * 0.4);
    // Names stand on end below the columns where a line of them has room. A letter is about 6.2 long.
    const names = pairs.map((pair) => (step >= 13 ? shown(pair.name, 14) : ""));
    const below = Math.max(MARGIN.bottom, 16 + 6.2 * Math.max(0, ...names.map((name) => name.length)));
    groups = pairs.map((pair, index) => shape("g", { "data-pair": index }, [
      shape("rect", { class: "place", x: index * step, y: 0, width: step, height }),
      pair.times.map((time, side) => time && columnOf(time, {
        x: (index + 0.5) * step + (side === 0 ? -column : 0), width: column, height, tallest, side,
      })),
      names[index] && shape("text", {
        transform: `translate(${(index + 0.5) * step + 4} ${height + 8}) rotate(-90)`, "text-anchor": "end",
        "aria-hidden": "true",
      }, names[index]),
    ]));
    const size = roundSize(tallest, 4);
    const ticks = Array.from({ length: Math.floor(tallest / size) + 1 }, (_, number) => {
      const y = height * (1 - (number * size) / tallest);
      return shape("g", {}, shape("line", { x1: -4, x2: width, y1: y, y2: y }),
        shape("text", { x: -7, y: y + 4, "text-anchor": "end" }, thousands(number * size)));
    });
    const drawn = drawing(
      width + MARGIN.left + MARGIN.right, height + MARGIN.top + below, "Time of each layer, before and after",
      `${plural(pairs.length, "layer")}, each with a column for its time before and one for after. `
        + "The table of layers has the numbers.",
      shape("g", { transform: `translate(${MARGIN.left} ${MARGIN.top})` },
        shape("g", { class: "axis", "aria-hidden": "true" }, ticks), groups));
    drawn.style.minWidth = `${width + MARGIN.left + MARGIN.right}px`;
    frame.replaceChildren(drawn);
    show(chosen);
  }

  const pairAt = (event) => Number(event.target.closest?.("[data-pair]")?.dataset.pair ?? -1);
  frame.addEventListener("pointermove", (event) => show(pairAt(event)));
  frame.addEventListener("pointerleave", () => show(-1));
  frame.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1, Home: -pairs.length, End: pairs.length }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    show(Math.max(0, chosen + by));
  });
  parent.append(
    element("p", { class: "note" },
      "Of each layer the left column is its time before, the paler right one its time after, in cycles. A layer that one plan "
        + "alone has stands alone. Point at a layer for its numbers, or use the arrow keys."),
    legend(PARTS), element("div", { class: "figure" }, frame, readout));
  let drawnWidth = 0;
  new ResizeObserver(() => {
    if (frame.clientWidth === drawnWidth) return;
    drawnWidth = frame.clientWidth;
    render();
  }).observe(frame);
  render();
}

// The parts of a step's time, from below.
function columnOf({ parts }, { x, width, height, tallest, side }) {
  let top = height;
  return PARTS.map(([key]) => {
    const size = (height * parts[key]) / tallest;
    top -= size;
    return size > 0 && shape("rect", { class: `${key} ${side === 1 ? "after" : ""}`, x, y: top, width, height: size });
  });
}

function pairWords(pair) {
  const [before, after] = pair.cycles;
  const limits = both(pair.times.map((time) => time && LIMITS[time.limit]));
  if (!pair.layers[1]) return [name(pair.name, 48), `: ${count(before)} cycles, only before; limited by ${limits}`];
  if (!pair.layers[0]) return [name(pair.name, 48), `: ${count(after)} cycles, only after; limited by ${limits}`];
  return [name(pair.name, 48), `: ${both([before, after].map(count))} cycles`,
    before !== after && ` (${change(before, after)})`, `; limited by ${limits}`].filter(Boolean);
}
