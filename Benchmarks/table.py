# SPDX-License-Identifier: Apache-2.0
"""The table of figures, one line a network, and the table of goals."""

import statistics
import tempfile
from dataclasses import dataclass

import planning

# Each run of a network differs from the others in what a plan must not depend on.
ENVIRONMENTS = [{}, {"LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu"}, {"LC_ALL": "C", "HOME": "/nonexistent"}]

COLUMNS = [
    ("wall s", "wall", "{:.2f}", 1),
    ("CPU s", "cpu", "{:.2f}", 1),
    ("RSS MB", "residentBytes", "{:.0f}", 1e6),
    ("rows", "rows", "{}", None),
    ("columns", "columns", "{}", None),
    ("nodes", "nodes", "{}", None),
    ("status", "status", "{}", None),
    ("gap %", "gap", "{:.3f}", 0.01),
    ("L2-L1", "l2l1Ratio", "{:.3f}", 1),
    ("L3", "l3Ratio", "{:.3f}", 1),
    ("Mcycles", "predictedCycles", "{:.3f}", 1e6),
    ("MAC/cycle", "macsPerCycle", "{:.2f}", 1),
    ("L1 kB", "l1PeakBytes", "{:.1f}", 1024),
    ("L2 kB", "l2PeakBytes", "{:.1f}", 1024),
]
NAME_WIDTH = 26


@dataclass(frozen=True)
class Goals:
    """Upper limits: seconds of wall time, gap, ratio of traffic between L2 and L1, predicted cycles."""

    wall: float
    gap: float
    l2l1Ratio: float
    predictedCycles: float | None = None


TINY = Goals(wall=0.3, gap=0, l2l1Ratio=1.10)
# Those for cycles are what the cost model gives for the optimum of an earlier prototype, and 5 % more.
GOALS = {
    "mlperf_tiny_resnet8": TINY,
    "mlperf_tiny_dscnn": TINY,
    "mlperf_tiny_mobilenet": TINY,
    "mlperf_tiny_autoencoder": TINY,
    "mobilenet_v1_1.0_128": Goals(wall=1.5, gap=0.001, l2l1Ratio=1.35, predictedCycles=1.05 * 20e6),
    "mobilenet_v1_1.0_224": Goals(wall=2, gap=0.001, l2l1Ratio=1.35),
    "mobilenet_v2_1.0_128": Goals(wall=3, gap=0.005, l2l1Ratio=1.35, predictedCycles=1.05 * 17e6),
    "mobilenet_v2_1.0_224": Goals(wall=3, gap=0.005, l2l1Ratio=1.35),
}


def chosen(networks):
    """The names of those that are measured unless others are asked for: all."""
    return list(networks)


def measured(tool, networks):
    """Measures and prints both tables.

    Returns what `--json` writes; `sound` is whether every network was planned.
    """
    print(line("network", (title for title, *_ in COLUMNS)))
    found = {}
    for name, model in networks.items():
        found[name] = measurement(tool, model)
        print(described(name, found[name]), flush=True)
    goals = [goal for name in found if name in GOALS for goal in compared(name, found[name])]
    print_goals(goals)
    return {"networks": found, "goals": goals, "sound": all("refused" not in entry for entry in found.values())}


def measurement(tool, model):
    """Medians of the times of three runs, whose plans must be the same bytes."""
    runs = []
    for environment in ENVIRONMENTS:
        with tempfile.TemporaryDirectory() as folder:
            runs.append(planning.plan(tool, model, environment=environment, folder=folder))
    if len({run.document for run in runs}) > 1:
        raise planning.Failed(f"{model}: three runs gave plans that differ")
    times = {
        "wall": statistics.median(run.wall for run in runs),
        "cpu": statistics.median(run.cpu for run in runs),
        "residentBytes": max(run.resident for run in runs),
    }
    if runs[0].document is None:
        return {**times, "refused": runs[0].message}
    return {**times, **planning.figures(runs[0].document)}


def line(name, cells):
    return f"{name:{NAME_WIDTH}}" + "".join(f"{cell:>10}" for cell in cells)


def described(name, entry):
    if "refused" in entry:
        return f"{name:{NAME_WIDTH}}  refused: {entry['refused'].splitlines()[0]}"
    return line(name, (cell(entry[key], form, unit) for _, key, form, unit in COLUMNS))


def cell(value, form, unit):
    if value is None:
        return "-"
    return form.format(value if unit is None else value / unit)


def compared(name, entry):
    """One result a goal: what was found, and how far it is from the limit; a refused network misses all."""
    for figure, limit in vars(GOALS[name]).items():
        if limit is not None:
            value = entry.get(figure)
            met = value is not None and value <= limit
            yield {"network": name, "figure": figure, "found": value, "limit": limit, "met": met}


def print_goals(goals):
    if not goals:
        return
    print(f"\n{'goal':{NAME_WIDTH}}{'figure':>18}{'found':>14}{'limit':>14}{'of limit':>10}")
    for goal in goals:
        value, limit = goal["found"], goal["limit"]
        share = f"{value / limit:.2f}" if limit and value is not None else "-"
        found = "-" if value is None else f"{value:.5g}"
        verdict = "met" if goal["met"] else "missed"
        print(f"{goal['network']:{NAME_WIDTH}}{goal['figure']:>18}{found:>14}{limit:>14.5g}{share:>10}  {verdict}")
    print(f"{sum(goal['met'] for goal in goals)} of {len(goals)} goals are met")
