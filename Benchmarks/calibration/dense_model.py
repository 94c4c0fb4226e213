# SPDX-License-Identifier: Apache-2.0
"""What dory_dense does in a tile, counted: the names are those of `kernels.dense` in a target file.

Everything follows Templates/kernels/dory_dense_share.h: windows, the cores' shares, and the blocks of a share.
"""

import math

PIXELS = 4
GROUP = 4
GATHERED_BYTES = 128
GATHER_BYTES = 304
WIDE = ("rq64", "rq64s")
# Instructions of DORY_FORM, DORY_LIMIT, DORY_PACK and DORY_OUTPUT for a block of n pixels and four channels: (a, b) for
# a + b * n. Plans' forms, computed as constants are encoded: rq32c as RQ32L, rqh as RQ32D.
FUSED = {"rq32": (14, 15), "rq32c": (16, 19), "rqh": (20, 23), "rq64": (25, 57), "rq64s": (26, 69)}


def up(a, b):
    return -(-a // b)


def window(sample):
    """Steps of a segment, segments, and of a gathered window its lines and the words of a line; None of others."""
    size, depth = sample["size"], sample["depth"] * sample.get("inputBytes", 1)
    dilation = sample.get("dilation", 1)
    lines, width = size, size * depth
    if dilation > 1 and size > 1:
        lines, width = size * size, depth
    together, apart = up(lines * width, 4), lines * up(width, 4)
    if together < apart and 4 * together <= GATHERED_BYTES:
        return together, 1, (lines, up(width, 4))
    return up(width, 4), lines, None


def misaligned(sample):
    """The share of words of windows that do not begin at a multiple of four, which take a core two accesses."""
    if window(sample)[2] is not None:
        return 0
    depth = sample["depth"] * sample.get("inputBytes", 1)
    columns = (sample["columns"] - 1) * sample["stride"] + (sample["size"] - 1) * sample.get("dilation", 1) + 1
    steps = [sample["stride"] * depth]
    if sample["size"] > 1 or sample["rows"] > 1:
        steps.append(columns * depth)
    return 1 - math.gcd(4, *steps) / 4


def is_fused(sample):
    """Whether codes are made where sums are."""
    is_byte = sample.get("inputBytes", 1) == 1
    return sample["form"] in FUSED and sample.get("pass", "only") == "only" and (is_byte or sample["form"] not in WIDE)


def rows_of(sample):
    """Positions of a row, as shares see them: exchanged, or all of them."""
    rows, columns = sample["rows"], sample["columns"]
    if columns == 1:
        return rows
    is_flat = sample["size"] == 1 and sample["stride"] == 1
    return rows * columns if is_flat else columns


def estimate(sample, positions, groups, row):
    """The kernel's own estimate of a core's time, by which it chooses a division."""
    steps, segments, _ = window(sample)
    blocks = up(positions, PIXELS)
    if positions > row:
        rows = positions // row
        blocks = rows * up(row, PIXELS) + up(positions - rows * row, PIXELS)
    steps *= segments
    return groups * (steps * (4 * blocks + 5 * positions) + 12 * blocks + 15 * positions) + 80 * blocks


def division(sample, row):
    """Logarithm of how many ranges the groups are cut into."""
    cores, positions = sample["cores"], sample["rows"] * sample["columns"]
    groups = up(sample["channels"], GROUP)
    bits = range(cores.bit_length())
    if cores & (cores - 1) == 0 and row % 4 == 0:
        for b in bits:
            if positions % (4 * (cores >> b)) == 0 and groups % (1 << b) == 0:
                return b
    choices = [b for b in bits if groups > (1 << b) >> 1]
    return min(choices, key=lambda b: (estimate(sample, up(positions, cores >> b), up(groups, 1 << b), row), b))


def shares(sample):
    """The first position, positions, groups, and whether the last group is not whole, of each core."""
    positions, groups = sample["rows"] * sample["columns"], up(sample["channels"], GROUP)
    row = rows_of(sample)
    bits = division(sample, row) if positions > 1 else 0
    for core in range(sample["cores"]):
        if positions == 1:
            each, first, width, group = 1, 0, up(groups, sample["cores"]), core * up(groups, sample["cores"])
        else:
            parts, part = sample["cores"] >> bits, core >> bits
            each, width = up(positions, parts), up(groups, 1 << bits)
            first, group = part * each, (core - (part << bits)) * width
            if part >= parts:
                continue
        own = min(width, groups - group)
        count = min(each, positions - first)
        if own > 0 and count > 0:
            yield first, count, own, sample["channels"] < GROUP * (group + own)


def blocks(sample, first, count):
    """Pixels of the blocks of a share, and whether each begins a run of blocks of four in a row."""
    row = rows_of(sample)
    steps, _, gathered = window(sample)
    most = PIXELS
    while gathered and most * 4 * steps > GATHER_BYTES:
        most -= 1
    column = first % row
    before = 0
    while count > 0:
        pixels = min(count, row - column, most)
        yield pixels, not (pixels == before == PIXELS and column > 0)
        before = pixels
        count -= pixels
        column = (column + pixels) % row


def counts(sample):
    """For each core what it does: {name: how often}; `fixed` are cycles that nothing has to be fitted for."""
    steps, segments, gathered = window(sample)
    form, fused = sample["form"], is_fused(sample)
    in_segments = segments > 1 or steps == 1 or sample.get("inputBytes", 1) == 2 or not fused or form in WIDE
    kind = "apart.partial" if sample.get("pass", "only") in ("first", "middle") else f"apart.{form}"
    for first, count, groups, is_partial in shares(sample):
        result = {"fixed": 0}

        def add(name, number=1):
            result[name] = result.get(name, 0) + number

        is_single = sample["size"] == 1 and sample["rows"] * sample["columns"] == 1
        is_short = is_single and not in_segments and not is_partial
        add("singleTileCycles" if is_short else "pointTileCycles" if is_single else "tileCycles")
        total = steps * segments
        for pixels, begins in blocks(sample, first, count):
            if not is_short and (begins or is_partial or not fused):
                add("runCycles")
            if gathered:
                lines, words = gathered
                if words <= 4:
                    add("gatherWordCycles", pixels * lines * words)
                else:
                    add("gatherLongWordCycles", pixels * lines * words)
            if is_partial and fused:
                add("partialGroupCycles")
            whole = groups - (1 if is_partial else 0)
            pairs = whole // 2 if is_short else 0
            add("fixed", total * (pairs * 17 + (groups - 2 * pairs) * (4 + 5 * pixels)))
            add("fixed", total * groups * pixels * misaligned(sample))
            if in_segments:
                add("segmentedGroupCycles", groups)
                add("segmentCycles", groups * (segments - 1))
            if fused:
                group, pixel = FUSED[form]
                add("groupCycles", groups)
                add("fixed", groups * (group + pixel * pixels))
            else:
                add(f"{kind}.groupCycles", groups)
                add(f"{kind}.pixelCycles", groups * pixels)
            if sample["entries"]:
                add(f"{kind}.entryCycles", groups * pixels * sample["entries"])
        yield result
