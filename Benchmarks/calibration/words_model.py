# SPDX-License-Identifier: Apache-2.0
"""What element-wise layers do that are computed by words of four elements, counted: the names are those of `kernels.words`
in a target file; all on 8 cores."""

CORES = 8


def up(a, b):
    return -(-a // b)


def counts(sample):
    """The busiest core: {name: how often}."""
    elements = sample["rows"] * sample["columns"] * sample["channels"]
    yield {"tileCycles": 1, f"{sample['loop']}Cycles": up(up(elements, 4), CORES)}
