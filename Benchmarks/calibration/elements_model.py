# SPDX-License-Identifier: Apache-2.0
"""What element-wise layers without a loop over words do in a tile, counted: the names are those of `kernels.elements` in a
target file; all on 8 cores."""

CORES = 8
ROWS, PIXELS = 0, 1


def up(a, b):
    return -(-a // b)


def counts(sample):
    """The busiest core: {name: how often}."""
    rows, columns, channels = sample["rows"], sample["columns"], sample["channels"]
    if sample["split"] == ROWS:
        positions = up(rows, CORES) * columns
    elif sample["split"] == PIXELS:
        positions = min(rows * columns, 2 * up(up(rows * columns, 2), CORES))
    else:
        positions, channels = rows * columns, min(channels, 4 * up(up(channels, 4), CORES))
    kernel = sample["kernel"]
    name = f"wide{kernel.capitalize()}" if sample["isWide"] and kernel != "rescale" else kernel
    yield {"tileCycles": 1, "positionCycles": positions, f"{name}Cycles": positions * channels}
