// What all drawings over time share: which steps they show, how wide each is, and which one is chosen.

const view = {
  // Steps are as wide as their time, or all equally wide.
  byTime: true,
  // Steps that are shown: from `from` up to, not including, `to`.
  from: 0,
  to: layers.length,
  step: explanation.layers.reduce((best, layer, step, all) => (layer.cycles > all[best].cycles ? step : best), 0),
  // Called after a change of the above, with whether the steps that are shown or their widths changed.
  listeners: [],
};

// Where a step begins, from 0 at the left end to 1 at the right one; outside of both for steps that are not shown.
function position(step) {
  const at = (index) => (view.byTime ? begins[index] : index);
  const span = at(view.to) - at(view.from);
  return span > 0 ? (at(step) - at(view.from)) / span : 0;
}

// Where an interval of steps begins and how wide it is, cut off at what is shown.
function span(first, last, width) {
  const left = Math.max(0, position(first)) * width;
  const right = Math.min(1, position(last + 1)) * width;
  return { x: left, width: Math.max(0, right - left) };
}

// The step at a place from 0 to 1.
function stepAt(place) {
  let [low, high] = [view.from, view.to - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (position(middle) <= place) low = middle;
    else high = middle - 1;
  }
  return low;
}

// Shows `steps` steps around the chosen one.
function zoom(steps) {
  const wanted = Math.max(1, Math.min(layers.length, Math.round(steps)));
  view.from = Math.max(0, Math.min(layers.length - wanted, view.step - (wanted >> 1)));
  view.to = view.from + wanted;
  changed(true);
}

// Chooses a step, and moves what is shown so that it is seen.
function choose(step) {
  view.step = Math.max(0, Math.min(layers.length - 1, step));
  const isOutside = view.step < view.from || view.step >= view.to;
  if (isOutside) zoom(view.to - view.from);
  else changed(false);
}

function changed(isOfShape) {
  for (const listener of view.listeners) listener(isOfShape);
}
