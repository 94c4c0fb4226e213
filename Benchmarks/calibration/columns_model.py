# SPDX-License-Identifier: Apache-2.0
"""What dory_columns does in a tile, counted: the names are those of `kernels.columns` in a target file.

Everything follows Templates/kernels/dory_columns.h: which function a layer has, and how cores share groups and strips.
A 3x3 window's odd last channel and single column, which functions for pairs leave out, are not among the samples.
"""

GROUP = 4
FUSED = ("rq32", "rq32c", "rqh")
# Instructions of a row of a strip by form, from the functions' texts. Plans' forms, computed as they are encoded: RQ32P,
# RQ32L and RQ32D; rqh stands for all that two products do.
ROW_CYCLES = {
    "pair1": {"rq32": 36, "rq32c": 41, "rqh": 48},
    "pair2": {"rq32": 50, "rq32c": 54, "rqh": 59},
    "one1": {"rq32": 24, "rq32c": 25, "rqh": 26},
    "one2": {"rq32": 29, "rq32c": 30, "rqh": 31},
}


def up(a, b):
    return -(-a // b)


def path(sample):
    """The function for a layer: two channels by two columns (pair), one channel and column (one), or any window."""
    size, stride = sample["size"], sample["stride"]
    if sample["form"] in FUSED and sample.get("dilation", 1) == 1 and stride <= 2:
        if size == 3 and sample["columns"] > 1:
            return f"pair{stride}"
        if size == 5:
            return f"one{stride}"
    return "any"


def runs(sample, core):
    """The groups and the number of strips of each part of a core's work: whole groups in turn, then a share of the strips
    of the groups that are left."""
    cores = sample["cores"]
    groups = up(sample["channels"], GROUP)
    strips = up(sample["columns"], 2) if path(sample).startswith("pair") else sample["columns"]
    rounds = groups // cores
    if rounds:
        yield [core + i * cores for i in range(rounds)], strips
    total = (groups - rounds * cores) * strips
    following, end = core * total // cores, (core + 1) * total // cores
    while following < end:
        group, strip = divmod(following, strips)
        count = min(strips - strip, end - following)
        yield [rounds * cores + group], count
        following += count


def counts(sample):
    """For each core what it does: {name: how often}; `fixed` are cycles that nothing has to be fitted for."""
    kind, form, rows = path(sample), sample["form"], sample["rows"]
    for core in range(sample["cores"]):
        result = {"tileCycles": 1, "fixed": 0}

        def add(name, number):
            result[name] = result.get(name, 0) + number

        def add_any(positions, channels):
            add("any.windowCycles", positions)
            add("any.kernelRowCycles", positions * sample["size"])
            add("any.wordCycles", positions * sample["size"] * up(sample["size"], 4))
            add(f"any.{form}.codeCycles", positions * channels)
            if sample["entries"]:
                add(f"any.{form}.entryCycles", positions * channels * sample["entries"])

        def add_rows(number):
            add("fixed", number * ROW_CYCLES[kind][form])

        for groups, strips in runs(sample, core):
            add(f"{kind.rstrip('12')}.runCycles", 1)
            for group in groups:
                channels = min(sample["channels"] - GROUP * group, GROUP)
                if kind == "any":
                    add("any.groupCycles", 1)
                    add_any(rows * strips, channels)
                elif kind.startswith("one"):
                    add("one.channelCycles", channels)
                    add(f"{kind}.stripCycles", channels * strips)
                    add_rows(channels * strips * rows)
                else:
                    pairs = channels // 2
                    add("pair.channelCycles", pairs)
                    add(f"{kind}.stripCycles", pairs * strips)
                    add("pair.oddRowCycles", pairs * strips * (rows % 2))
                    add_rows(pairs * strips * rows)
                    if channels % 2:
                        add("any.groupCycles", 1)
                        add_any(rows * min(2 * strips, sample["columns"]), 1)
        yield result
