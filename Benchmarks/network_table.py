# SPDX-License-Identifier: Apache-2.0
"""Networks on the simulated cluster: the table of inferences, and where each spends its cycles."""

import json
import pathlib
import subprocess
import tempfile
from dataclasses import dataclass

from planning import Failed

NAME_WIDTH = 26


@dataclass(frozen=True)
class Goals:
    """Upper limits of measured cycles; what others publish for the network is in README.md."""

    cycles: float


GOALS = {"mobilenet_v1_1.0_128": Goals(13.3e6), "dronet": Goals(3.3e6)}
# Of the prediction: the whole network, and the share of layers within a tenth.
TOTAL_ERROR, CLOSE_LAYERS = 0.05, 0.95

PARTS = [("kernels", "computeCycles"), ("DMA", "dmaCycles"), ("L3", "l3Cycles"), ("control", "controlCycles")]


def measured(tool, model):
    """One inference of a random sample, every layer compared with the reference."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "verification.json"
        command = [tool, "verify", model, "--random", 1, "--seed", 1, "--backend", "cluster", "--json", path, "--quiet"]
        result = subprocess.run([str(word) for word in command], capture_output=True, text=True)
        if result.returncode != 0:
            raise Failed(f"{' '.join(map(str, command))}: exit status {result.returncode}\n{result.stderr}")
        cluster = json.loads(path.read_text())["backends"]["cluster"]
    close = [layer for layer in cluster["layers"] if abs(error(layer)) <= 0.1]
    return {
        "macs": cluster["macs"],
        "cycles": cluster["cycles"],
        "predictedCycles": cluster["predictedCycles"],
        "loadCycles": cluster["loadCycles"],
        "elements": sum(layer["elements"] for layer in cluster["layers"]),
        "mismatches": sum(layer["mismatches"] for layer in cluster["layers"]),
        "closeLayers": len(close),
        **{key: sum(layer[key] for layer in cluster["layers"]) for _, key in PARTS},
        "layers": cluster["layers"],
    }


def error(entry):
    """Of a prediction, relative to what was measured."""
    return entry["predictedCycles"] / max(entry["cycles"], 1) - 1


def rate(entry):
    return entry["macs"] / max(entry["cycles"], 1)


def line(name, entry):
    parts = ", ".join(f"{part} {entry[key] / entry['cycles']:.1%}" for part, key in PARTS)
    return (
        f"{name:{NAME_WIDTH}}{entry['cycles'] / 1e6:9.3f} Mcycles {rate(entry):6.2f} MAC/cycle  predicted {error(entry):+.1%}, "
        f"{entry['closeLayers']}/{len(entry['layers'])} layers within 10 %  {parts}"
    )


def goals(found):
    """One result a goal."""
    results = []
    for name, entry in found.items():
        if name in GOALS:
            results.append(goal(name, "cycles", entry["cycles"], GOALS[name].cycles))
        results.append(goal(name, "error of the prediction", abs(error(entry)), TOTAL_ERROR))
        far = 1 - entry["closeLayers"] / len(entry["layers"])
        results.append(goal(name, "layers off by more than 10 %", far, 1 - CLOSE_LAYERS))
    return results


def goal(name, figure, value, limit):
    return {"network": name, "figure": figure, "found": value, "limit": limit, "met": value <= limit}


def markdown(found):
    """The table of networks."""
    rows = [
        "| network | MMAC | Mcycles | MAC/cycle | goal | kernels | DMA | L3 | control | predicted | layers within 10 % | codes compared / differing |",
        "| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |",
    ]
    for name, entry in found.items():
        limit = f"{GOALS[name].cycles / 1e6:.1f}" if name in GOALS else "-"
        cells = [
            name, f"{entry['macs'] / 1e6:.1f}", f"{entry['cycles'] / 1e6:.3f}", f"{rate(entry):.2f}", limit,
            *(f"{entry[key] / entry['cycles']:.1%}" for _, key in PARTS), f"{error(entry):+.1%}",
            f"{entry['closeLayers']} of {len(entry['layers'])}", f"{entry['elements']} / {entry['mismatches']}",
        ]
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows) + "\n"


def layers_markdown(found):
    """Every layer of every network."""
    return "\n".join(one_network(name, entry) for name, entry in found.items())


def one_network(name, entry):
    rows = [
        f"### {name}", "",
        "| layer | op | cycles | kernels | DMA | L3 | control | MAC/cycle | predicted |",
        "| --- | --- | --: | --: | --: | --: | --: | --: | --: |",
    ]
    for layer in entry["layers"]:
        cells = [
            layer["name"], layer["op"], str(layer["cycles"]), *(str(layer[key]) for _, key in PARTS),
            f"{rate(layer):.2f}" if layer["macs"] else "-", f"{error(layer):+.1%}",
        ]
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows) + "\n"
