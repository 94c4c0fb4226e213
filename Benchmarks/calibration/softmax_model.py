# SPDX-License-Identifier: Apache-2.0
"""What a softmax does in a tile, counted: the names are those of `kernels.softmax` in a target file; all on 8 cores."""

CORES = 8
# Exponentials that are kept; from so many codes on each difference is computed once, half of which are taken to occur.
KEPT, COUNTED = 16, 256


def up(a, b):
    return -(-a // b)


def counts(sample):
    """The busiest core: {name: how often}."""
    positions, count = sample["rows"] * sample["columns"], sample["channels"]
    shares_channels = positions < CORES
    own = up(count, CORES) if shares_channels else count
    sums = COUNTED // 2 if count >= COUNTED else count
    again = own if count >= COUNTED else min(own, max(0, count - KEPT))
    mine = positions if shares_channels else up(positions, CORES)
    yield {"tileCycles": 1, "positionCycles": mine, "codeCycles": mine * count,
           "exponentialCycles": mine * (sums + again), "resultCycles": mine * own}
