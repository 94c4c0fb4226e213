# SPDX-License-Identifier: Apache-2.0
"""Kernels on the simulated cluster: products or elements a cycle, against goals and limits."""

# By kernel and shape: the least rate that is the goal, and the limit of the algorithm, both for 8 cores with all data in
# L1; None where there is none. Limits count the instructions of the inner loop and of the requantization only.
GOALS = {
    "dense conv 3x3 16x16x32 -> 64": (19.5, 21.3),
    "dense conv 3x3 7x7x64 -> 64": (19.0, 21.3),
    "dense conv 3x3 s2 64x64x3 -> 32": (12.4, 13.9),
    "dense pw 8x8x128 -> 128": (18.5, 19.3),
    "dense pw 16x16x64 -> 64": (16.9, 17.7),
    "dense pw 4x4x256 -> 64": (18.5, 20.2),
    "dense pw 7x7x256 -> 64": (18.0, 20.2),
    "dense fc 512 -> 64": (13.4, 15.1),
    "columns depthwise 3x3 16x16x64": (7.4, 8.0),
    "columns depthwise 3x3 8x8x256": (6.6, 8.0),
    "columns depthwise 3x3 7x7x128": (5.5, 7.0),
    "columns depthwise 3x3 s2 16x16x64": (4.6, 5.1),
    "columns depthwise 5x5 16x16x64": (6.0, None),
    "columns depthwise 5x5 s2 16x16x64": (4.0, None),
    "addition 16x16x64": (1.8, None),
    "pooling 4x4x1024": (5.0, None),
}
# The form that a goal is about where it is not rq32 alone.
FORMS = {"addition 16x16x64": "rq32, 16-bit scales, u8", "pooling 4x4x1024": "sum, rq32, u8"}


def rate(entry):
    return entry["work"] / max(entry["cycles"], 1)


def key(entry):
    return f"{entry['kernel']} {entry['shape']}"


def goals(entries):
    """One result a goal: those of form rq32; rq32c is to be at most 5 % slower."""
    best = {key(entry): rate(entry) for entry in entries if entry["form"] == FORMS.get(key(entry), "rq32")}
    results = []
    for name, (goal, _) in GOALS.items():
        value = best.get(name)
        if goal is not None:
            results.append({"kernel": name, "found": value, "limit": goal, "met": value is not None and value >= goal})
    for entry in entries:
        if entry["form"] == "rq32c" and key(entry) in best:
            share = rate(entry) / best[key(entry)]
            results.append({"kernel": f"{key(entry)} rq32c", "found": share, "limit": 0.95, "met": share >= 0.95})
    return results


def shapes(entries):
    """Rates of all forms by kernel and shape, in the order in which they were measured."""
    rows = {}
    for entry in entries:
        rows.setdefault(key(entry), {})[entry["form"]] = entry
    return rows


def text(entries):
    lines = []
    for name, forms in shapes(entries).items():
        goal, limit = GOALS.get(name, (None, None))
        rates = "  ".join(f"{form} {rate(entry):.2f}" for form, entry in forms.items())
        lines.append(f"{name:44} goal {goal or '-':>5}  limit {limit or '-':>5}  {rates}")
    return "\n".join(lines)


def markdown(entries):
    """The tables of kernels: convolutions by form of requantization, all others one form a row."""
    convolutions = {name: found for name, found in shapes(entries).items() if found.keys() & {"rq32c", "rqh"}}
    forms = list(dict.fromkeys(form for found in convolutions.values() for form in found))
    rows = [
        "| kernel | goal | limit | " + " | ".join(forms) + " | conflicts |",
        "| --- | --: | --: |" + " --: |" * (len(forms) + 1),
    ]
    for name, found in convolutions.items():
        goal, limit = GOALS.get(name, (None, None))
        rates = [f"{rate(found[form]):.2f}" if form in found else "" for form in forms]
        rows.append(row(name, goal or "", limit or "", *rates, conflicts(next(iter(found.values())))))
    rows += ["", "| kernel | form | goal | rate | conflicts |", "| --- | --- | --: | --: | --: |"]
    for entry in entries:
        if key(entry) not in convolutions:
            goal = GOALS[key(entry)][0] if FORMS.get(key(entry)) == entry["form"] else ""
            rows.append(row(key(entry), entry["form"], goal, f"{rate(entry):.2f}", conflicts(entry)))
    return "\n".join(rows) + "\n"


def conflicts(entry):
    return f"{entry['conflicts'] / (8 * entry['cycles']):.1%}"


def row(*cells):
    return "| " + " | ".join(map(str, cells)) + " |"
