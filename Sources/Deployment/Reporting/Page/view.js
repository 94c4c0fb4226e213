// What all drawings of a plan over time share: which steps they show, how wide each is, and which one is chosen.

class View {
  constructor(plan) {
    this.plan = plan;
    // Steps are as wide as their time, or all equally wide.
    this.byTime = true;
    // Steps that are shown: from `from` up to, not including, `to`.
    this.from = 0;
    this.to = plan.layers.length;
    // The chosen step.
    this.step = plan.layers.reduce((best, layer, step, all) => (layer.cycles.total > all[best].cycles.total ? step : best), 0);
    // Cycles that the whole width stands for at least, so that two plans can be drawn alike.
    this.leastCycles = 0;
    // Called after a change of the above, with whether the steps that are shown or their widths changed.
    this.listeners = [];
    // Cycles before each step, and at the end those of all steps.
    this.begins = [0];
    for (const layer of plan.layers) this.begins.push(this.begins[this.begins.length - 1] + layer.cycles.total);
  }

  // Where a step begins in cycles, or in steps.
  at(step) {
    return this.byTime ? this.begins[step] : step;
  }

  // What the whole width stands for: cycles or steps.
  get extent() {
    return Math.max(this.at(this.to) - this.at(this.from), this.byTime ? this.leastCycles : 0);
  }

  // Where a step begins, from 0 at the left end to 1 at the right one; outside of both for steps that are not shown.
  position(step) {
    return this.extent > 0 ? (this.at(step) - this.at(this.from)) / this.extent : 0;
  }

  // Where an interval of steps begins and how wide it is, cut off at what is shown.
  span(first, last, width) {
    const left = Math.max(0, this.position(first)) * width;
    const right = Math.min(1, this.position(last + 1)) * width;
    return { x: left, width: Math.max(0, right - left) };
  }

  // The step at a place from 0 to 1.
  stepAt(place) {
    let [low, high] = [this.from, this.to - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.position(middle) <= place) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  // Shows `steps` steps around the chosen one.
  zoom(steps) {
    const { length } = this.plan.layers;
    const wanted = Math.max(1, Math.min(length, Math.round(steps)));
    this.from = Math.max(0, Math.min(length - wanted, this.step - (wanted >> 1)));
    this.to = this.from + wanted;
    this.changed(true);
  }

  // Chooses a step, and moves what is shown so that it is seen.
  choose(step) {
    this.step = Math.max(0, Math.min(this.plan.layers.length - 1, step));
    const isOutside = this.step < this.from || this.step >= this.to;
    if (isOutside) this.zoom(this.to - this.from);
    else this.changed(false);
  }

  changed(isOfShape) {
    for (const listener of this.listeners) listener(isOfShape);
  }
}
