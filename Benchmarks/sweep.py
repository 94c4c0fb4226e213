# SPDX-License-Identifier: Apache-2.0
"""Plans networks for 16 sizes of L2 and looks for the least one that is feasible."""

import planning

KIB = 1024
SIZES = [kib * KIB for kib in (128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768, 896, 1024, 1152, 1280, 1536)]
# Sizes from the least feasible one on, 1 kB apart, that must be feasible too: addresses are tightest there.
NEIGHBOURS = 8
NETWORKS = ["mobilenet_v1_1.0_128", "mobilenet_v1_1.0_224", "mobilenet_v2_1.0_128", "mlperf_tiny_resnet8", "dronet"]


def chosen(networks):
    """The names of those that are measured unless others are asked for."""
    return [name for name in NETWORKS if name in networks]


def measured(tool, networks):
    """Measures and prints the sweep; returns what `--json` writes, `sound` being whether every claim held."""
    results = {name: Sweep(tool, name, model).measured() for name, model in networks.items()}
    claims = [claim for entry in results.values() for claim in (entry["monotone"], entry["neverSlower"])]
    print(f"\n{sum(claims)} of {len(claims)} claims hold")
    return {"networks": results, "sound": all(claims)}


class Sweep:
    """One network; every plan that the tool makes has passed its verifier, or the tool would have failed."""

    def __init__(self, tool, name, model):
        self.tool, self.name, self.model = tool, name, model
        self.points = {}

    def measured(self):
        print(f"\n{self.name}\n{'L2 kB':>8}{'Mcycles':>12}{'gap %':>9}{'nodes':>8}{'L2 peak kB':>12}{'wall s':>9}")
        for size in SIZES:
            self.point(size)
            print(self.described(size), flush=True)
        least = self.least()
        if least:
            for size in range(least, least + NEIGHBOURS * KIB, KIB):
                self.point(size)
        feasible = [size for size in sorted(self.points) if self.points[size] is not None]
        refused = [size for size in self.points if self.points[size] is None]
        monotone = bool(feasible) and all(size < feasible[0] for size in refused)
        slower = [
            (small, large) for small in feasible for large in feasible if small < large and self.slower(small, large)
        ]
        print(f"least feasible: {f'{least / KIB:g} kB' if least else 'none'}, in steps of 1 kB")
        print(f"feasible at every larger size: {'yes' if monotone else 'NO'}")
        print(f"never slower in more L2 by more than the gap: {'yes' if not slower else f'NO, {slower}'}", flush=True)
        points = [{"l2Bytes": size, **(self.points[size] or {"refused": True})} for size in sorted(self.points)]
        return {"leastL2Bytes": least, "monotone": monotone, "neverSlower": not slower, "points": points}

    def point(self, size):
        """The figures of the plan for a size, or None where it is refused."""
        if size not in self.points:
            run = planning.plan(self.tool, self.model, ["--l2", size])
            self.points[size] = {"wall": run.wall, **planning.figures(run.document)} if run.document else None
        return self.points[size]

    def described(self, size):
        point = self.points[size]
        if point is None:
            return f"{size // KIB:8}     refused"
        return (
            f"{size // KIB:8}{point['predictedCycles'] / 1e6:12.4f}{100 * point['gap']:9.4f}{point['nodes']:8}"
            f"{point['l2PeakBytes'] / KIB:12.1f}{point['wall']:9.2f}"
        )

    def least(self):
        """Bisects between the greatest refused size and the least feasible one above it."""
        above = min((size for size in SIZES if self.points[size]), default=None)
        if above is None:
            return None
        below = max((size for size in SIZES if size < above), default=0)
        while above - below > KIB:
            middle = (above + below) // (2 * KIB) * KIB
            below, above = (below, middle) if self.point(middle) else (middle, above)
        return above

    def slower(self, small, large):
        """Whether the plan for more L2 is slower by more than its own gap: its bound excludes the other plan."""
        return self.points[large]["bound"] > self.points[small]["predictedCycles"]
