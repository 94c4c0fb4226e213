# SPDX-License-Identifier: Apache-2.0
"""What dory_dense does in a tile, counted: the names are those of `kernels.dense` in a target file.

Everything follows Templates/kernels/dory_dense_share.h: windows, the cores' shares, and the blocks of a share.
"""

PIXELS = 4
GROUP = 4
GATHERED_BYTES = 128
GATHER_BYTES = 304
FUSED = ("rq32", "rq32c", "rqh", "rq64", "rq64s")


def up(a, b):
    return -(-a // b)


def window(sample):
    """Steps of a segment, segments, whether they are gathered, words that a gathered window is copied in."""
    size, depth = sample["size"], sample["depth"]
    dilation = sample.get("dilation", 1)
    lines, width = size, size * depth
    if dilation > 1 and size > 1:
        lines, width = size * size, depth
    together, apart = up(size * size * depth, 4), lines * up(width, 4)
    if together < apart and 4 * together <= GATHERED_BYTES:
        return together, 1, True, lines * up(width, 4)
    return up(width, 4), lines, False, 0


def rows_of(sample):
    """Positions of a row, as shares see them: exchanged, or all of them."""
    rows, columns = sample["rows"], sample["columns"]
    if columns == 1:
        return rows
    is_flat = sample["size"] == 1 and sample["stride"] == 1
    return rows * columns if is_flat else columns


def estimate(sample, positions, groups, row):
    """The kernel's own estimate of a core's time, by which it chooses a division."""
    steps, segments, _, _ = window(sample)
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
    """Pixels of the blocks of a share."""
    row = rows_of(sample)
    steps, _, gathered, _ = window(sample)
    most = PIXELS
    while gathered and most * 4 * steps > GATHER_BYTES:
        most -= 1
    column = first % row
    while count > 0:
        pixels = min(count, row - column, most)
        yield pixels
        count -= pixels
        column = (column + pixels) % row


def counts(sample):
    """For each core what it does: {name: how often}; `fixed` are cycles that nothing has to be fitted for."""
    steps, segments, gathered, words = window(sample)
    form = sample["form"]
    is_fused = form in FUSED
    for first, count, groups, is_partial in shares(sample):
        result = {"tileCycles": 1, "fixed": 0}

        def add(name, number):
            result[name] = result.get(name, 0) + number

        for pixels in blocks(sample, first, count):
            add("blockCycles", 1)
            add("pixelCycles", pixels)
            if gathered:
                add("gatherWindowCycles", pixels)
                add("gatherWordCycles", pixels * words)
            if is_partial and is_fused:
                add("partialGroupCycles", 1)
            whole = groups - (1 if is_partial else 0)
            pairs = whole // 2 if pixels == 1 and is_fused and segments == 1 and steps > 1 else 0
            total = steps * segments
            add("fixed", total * (pairs * 17 + (groups - 2 * pairs) * (4 + 5 * pixels)))
            add("groupCycles", groups)
            add("segmentCycles", groups * (segments - 1))
            add(f"{form}.groupCycles", groups)
            add(f"{form}.pixelCycles", groups * pixels)
            if sample["entries"]:
                add(f"{form}.entryCycles", groups * pixels * sample["entries"])
        yield result
