# SPDX-License-Identifier: Apache-2.0
"""What pools do in a tile of bytes, counted: the names are those of `kernels.pools` in a target file; all on 8 cores."""

CORES = 8
# Instructions of the loops over outputs of dory_pool_maxima.h.
TWO, THREE, SHARED = 10, 20, 15


def up(a, b):
    return -(-a // b)


def block_output(sample):
    """Cycles of four channels of an output of a block; None where there is no such loop."""
    misaligned = sample["channels"] % 4 != 0
    if sample["kernel"] != "maximum" or sample["channels"] < 4:
        return None
    if sample["size"] == 2:
        return TWO + 4 * misaligned
    if sample["size"] == 3:
        return SHARED + 6 * misaligned if sample["stride"] == 2 else THREE + 9 * misaligned
    return None


def block_counts(sample, output):
    """Of each core: outputs are counted through for one word of channels after the other."""
    rows, columns = sample["rows"], sample["columns"]
    outputs = rows * columns
    total = outputs * up(sample["channels"], 4)
    each = up(total, CORES)
    for first in range(0, total, each):
        end = min(first + each, total)
        result = {"tileCycles": 1, "fixed": (end - first) * output, "blockCycles": 0, "rowCycles": 0}
        i = first
        while i < end:
            column = i % columns
            whole = 0 if column else min((end - i) // columns, rows - i % outputs // columns)
            result["blockCycles"] += 1
            result["rowCycles"] += max(whole, 1)
            i += whole * columns if whole else min(end - i, columns - column)
        yield result


def counts(sample):
    """For each core what it does: {name: how often}; `fixed` are cycles that nothing has to be fitted for."""
    output = block_output(sample)
    if output is not None:
        yield from block_counts(sample, output)
        return
    positions, words = sample["rows"] * sample["columns"], up(sample["channels"], 4)
    by_words = positions == 1 or positions * up(words, CORES) < up(positions, CORES) * words
    mine, each = (positions, up(words, CORES)) if by_words else (up(positions, CORES), words)
    size, form = sample["size"], sample["form"]
    gapless = sample["columns"] == 1 or size == 2
    rows = 1 if gapless else size
    pairs = up(size * size // rows, 2)
    result = {"generalTileCycles": 1, "positionCycles": mine, "fixed": mine * each * rows * pairs * (4 if sample["kernel"] == "maximum" else 8)}
    if sample["kernel"] == "sum" and form == "rq32" and gapless:
        result["meanWordCycles"] = mine * each
        result["fixed"] = mine * each * (size * size // 2) * 8
    else:
        kind = {"maximum": "maximum", "average": "average"}.get(sample["kernel"]) or ("sum" if form == "rq32" else "wideSum")
        result[f"{kind}WordCycles"] = mine * each
        result["maximumRowCycles" if kind == "maximum" else "windowRowCycles"] = mine * each * rows
    yield result
