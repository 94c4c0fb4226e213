#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fits the cycles of a family of kernels to measured samples: fit.py dense [columns ...]

`<family>.jsonl` holds samples, one a line; `<family>_model.py` counts what each core does in one: a core's time is the
sum of counts times the numbers that are fitted, plus the cycles under `fixed`; a tile's is its busiest core's, times what
cores lose to each other in the banks of L1. Every fourth sample is left out of the fit and tells its error.
"""
import importlib
import json
import sys
from pathlib import Path

import numpy

HERE = Path(__file__).resolve().parent
ROUNDS = 30


def core_time(counted, figures):
    return sum(number * figures.get(name, 1 if name == "fixed" else 0) for name, number in counted.items())


def busiest(cores, figures):
    return max(cores, key=lambda counted: core_time(counted, figures))


def solve(rows, targets, names):
    """Least squares of relative errors, in which no number is negative: those that would be are held at 0."""
    active = list(names)
    while True:
        matrix = numpy.array([[row.get(name, 0) for name in active] for row in rows], float)
        fixed = numpy.array([row.get("fixed", 0) for row in rows], float)
        weights = 1 / numpy.array(targets)
        found, *_ = numpy.linalg.lstsq(matrix * weights[:, None], (numpy.array(targets) - fixed) * weights, rcond=None)
        if (found >= 0).all():
            return dict(zip(active, found))
        del active[int(found.argmin())]


def fit(samples, model):
    """The figures, and the factor by which each number of cores is slower than its busiest core alone."""
    counted = [list(model.counts(sample)) for sample in samples]
    names = sorted({name for cores in counted for core in cores for name in core} - {"fixed"})
    figures, factors = {}, {sample["cores"]: 1.0 for sample in samples}
    for _ in range(ROUNDS):
        rows = [busiest(cores, figures) for cores in counted]
        figures = solve(rows, [sample["cycles"] / factors[sample["cores"]] for sample in samples], names)
        for cores in factors:
            ratios = [sample["cycles"] / core_time(row, figures)
                      for sample, row in zip(samples, rows) if sample["cores"] == cores]
            factors[cores] = 1.0 if cores == 1 else float(numpy.median(ratios))
    return figures, factors


def errors(samples, model, figures, factors):
    """Predicted by measured, less 1."""
    return numpy.array([core_time(busiest(list(model.counts(sample)), figures), figures) * factors[sample["cores"]]
                        / sample["cycles"] - 1 for sample in samples])


def describe(title, found):
    if len(found):
        print(f"{title}: {len(found)} samples, mean {100 * found.mean():+.2f} %, median of magnitudes "
              f"{100 * numpy.median(abs(found)):.2f} %, 95 % within {100 * numpy.quantile(abs(found), 0.95):.2f} %, "
              f"worst {100 * abs(found).max():.2f} %")


def main(families):
    sys.path.insert(0, str(HERE))
    for family in families:
        model = importlib.import_module(f"{family}_model")
        samples = [json.loads(line) for line in (HERE / f"{family}.jsonl").read_text().splitlines() if line]
        held_out = samples[::4]
        figures, factors = fit([sample for i, sample in enumerate(samples) if i % 4], model)
        print(family)
        describe("  fitted", errors([sample for i, sample in enumerate(samples) if i % 4], model, figures, factors))
        describe("  held out", errors(held_out, model, figures, factors))
        print("  " + json.dumps({name: round(value, 2) for name, value in sorted(figures.items())}))
        print("  factors " + json.dumps({str(cores): round(value, 4) for cores, value in sorted(factors.items())}))


if __name__ == "__main__":
    main(sys.argv[1:] or ["dense"])
