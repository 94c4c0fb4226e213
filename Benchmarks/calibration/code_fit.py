# SPDX-License-Identifier: Apache-2.0
"""Figures of the parts of the code from samples, and what they bound."""
import collections
import re
import statistics

import code_parts
from program import SPELLINGS

# Other versions of compilers.
MARGIN = 1.03
# What network.c has for each layer: calls, the output's description, and up to two transfers of 32 bytes; and for all.
NETWORK_LAYER_BYTES, NETWORK_BYTES = 60 + 2 * 32, 200
# Functions of which a layer uses one of each pattern, whether a sample used it or not.
INSTANCES = {
    "denseApart": [r"_apart$"],
    "denseSingle": [r"dense_\w+_single$"],
    "denseShort": [r"dense_[ui]8_rq32p?_(within_)?[ui]8$", r"dense_[ui]8_rq32p?_(within_)?[ui]8_any$"],
    "denseLimited": [r"dense_[ui]8_rq32l_(within_)?[ui]8$", r"dense_[ui]8_rq32l_(within_)?[ui]8_any$"],
    "denseDouble": [r"dense_[ui]8_rq32d_(within_)?[ui]8$", r"dense_[ui]8_rq32d_(within_)?[ui]8_any$"],
    "denseClipped": [r"dense_[ui]8_rq32c$", r"dense_[ui]8_rq32c_any$", r"dense_[ui]8_rq32c_within_[ui]8$",
                     r"dense_[ui]8_rq32c_within_[ui]8_any$"],
    "denseHigh": [r"dense_[ui]8_rqh_within_[ui]8$", r"dense_[ui]8_rqh_within_[ui]8_any$"],
    "denseWide": [r"dense_[ui]8_rq64s?_within_[ui]8_any$"],
    "denseHalves": [r"dense_[ui]16_rq32\w*_any$"],
    "denseFinish": [r"dense_finish_(raw|rq32\w?|rqh)$"],
    "denseFinishLong": [r"dense_finish_(rq64\w*|thr)$"],
    "columnsPairs": [r"columns_(3x3|stride2)_"],
    "columnsSingles": [r"columns_5x5_"],
}
# Dense layers whose loops make the codes: their own code is much the same.
LOOPS = ["denseShort", "denseLimited", "denseDouble", "denseClipped", "denseHigh", "denseWide", "denseHalves"]
# Own bytes of a layer in the longest form, which no sample has: from networks of 60 such layers.
RARE = {"depthwiseAny": 2410, "grouped": 1044, "groupedAny": 1690, "multiplicationElements": 1028}


def split(use):
    """A part and its variant."""
    part, _, variant = use.partition(" ")
    return part, variant


def greatest(functions, pattern):
    """Bytes of the largest function whose name the pattern is found in."""
    return max((size for name, size in functions.items() if re.search(pattern, name)), default=0)


def figures(samples, spelling):
    """Bytes of each part: (of each layer, of each variant)."""
    layer, once, shared = collections.Counter(), collections.Counter(), collections.defaultdict(dict)
    layers = [sample for sample in samples if "uses" in sample]
    with_variants = {part for sample in layers for part, variant in map(split, sample["uses"]) if variant}
    for sample in layers:
        own = split(sample["uses"][-1])[0]
        layer[own] = max(layer[own], sample[spelling]["own"])
        sums = collections.Counter()
        for name, size in sample[spelling]["shared"].items():
            part = code_parts.place(name, own)
            sums[part] += size
            shared[part][name] = max(size, shared[part].get(name, 0))
        for part, size in sums.items():
            once[part] = max(once[part], size)
    # Of dense layers whose form no sample has, as much as of any other.
    for part, size in RARE.items():
        layer[part] = max(layer[part], size)
    for part in LOOPS:
        layer[part] = layer[part] or max(layer[other] for other in LOOPS)
    # Layers that use the same variant may use different functions of the part.
    for part, functions in shared.items():
        if part not in with_variants:
            once[part] = sum(functions.values())
    for sample in samples:
        if sample.get("spelling") == spelling:
            for part, patterns in INSTANCES.items():
                once[part] = max(once[part], sum(greatest(sample["functions"], pattern) for pattern in patterns))
    base = max(sample[f"{spelling}Base"] for sample in samples if "network" in sample)
    layer["program"], once["program"] = NETWORK_LAYER_BYTES, once["program"] + base + NETWORK_BYTES
    return {part: tuple(-(-int(MARGIN * size[part]) // 4) * 4 for size in (layer, once)) for part in {*layer, *once}}


def bound(sample, found):
    """Bytes that the figures give for the parts of a network."""
    uses = [split(use) for number, layer in sample["layers"] for use in ["program", *layer] * number]
    return sample["nameBytes"] + sum(found.get(part, (0, 0))[0] for part, _ in uses) + sum(
        found.get(part, (0, 0))[1] for part, _ in set(uses))


def main(samples):
    found = {spelling: figures(samples, spelling) for spelling in SPELLINGS}
    for part in sorted({*found["portable"], *found["xpulp"]}):
        numbers = [number for spelling in SPELLINGS for number in found[spelling].get(part, (0, 0))]
        print(f"    .{part}: ({', '.join(map(str, numbers))}),")
    ratios = {}
    for sample in samples:
        if "network" in sample:
            bounds = {spelling: bound(sample, found[spelling]) for spelling in SPELLINGS}
            for spelling in SPELLINGS:
                if bounds[spelling] < sample[spelling]:
                    print(f"TOO LOW: {sample['network']} {spelling} {bounds[spelling]} < {sample[spelling]}")
            measured = max(sample[spelling] for spelling in SPELLINGS)
            ratios[sample["network"]] = max(bounds.values()) / measured
            print(f"{sample['network']:30} {sample['portable']:7} {sample['xpulp']:7} bound {max(bounds.values()):7} "
                  f"{max(bounds.values()) / measured:.3f}")
    real = [ratio for name, ratio in ratios.items() if not name.startswith("random")]
    print(f"bound by measured: median {statistics.median(real):.3f}, worst {max(real):.3f}, "
          f"least {min(ratios.values()):.3f}")
