# SPDX-License-Identifier: Apache-2.0
"""Cycles of kernels and networks, measured on the simulated cluster, and the page that is made from them."""

import json
import pathlib
import subprocess
import sys
import tempfile

import kernel_table
import network_table
from planning import Failed

FOLDER = pathlib.Path(__file__).resolve().parent
ROOT = FOLDER.parent
PAGE = ROOT / "docs" / "performance.md"
DIGITS = ROOT / "Examples" / "digits" / "digits.tflite"
NETWORKS = [
    "mobilenet_v1_1.0_128",
    "dronet",
    "drone_v3",
    "mobilenet_v2_1.0_128",
    "mlperf_tiny_resnet8",
    "mlperf_tiny_dscnn",
    "mlperf_tiny_mobilenet",
    "mlperf_tiny_autoencoder",
]


def chosen(networks):
    """The names of those that are measured unless others are asked for."""
    return [name for name in NETWORKS if name in networks]


def measured(tool, networks):
    """Measures all kernels and the networks, prints both tables and writes the page.

    Returns what `--json` writes; `sound` is whether every result was exact.
    """
    kernels = measured_kernels(tool)
    print(kernel_table.text(kernels), flush=True)
    found = {}
    for name, model in networks.items():
        found[name] = network_table.measured(tool, model)
        print(network_table.line(name, found[name]), flush=True)
    goals = kernel_table.goals(kernels) + network_table.goals(found)
    print(f"\n{sum(goal['met'] for goal in goals)} of {len(goals)} goals are met")
    if set(networks) == set(NETWORKS):
        PAGE.write_text(page(kernels, found))
        print(f"wrote {PAGE.relative_to(ROOT)}")
    return {"kernels": kernels, "networks": found, "goals": goals, "sound": True}


def measured_kernels(tool):
    """One entry a kernel, shape and form, from the programs in kernels/, which compare their results as well."""
    with tempfile.TemporaryDirectory() as scratch:
        project, results = f"{scratch}/project", f"{scratch}/kernels.json"
        # Any project brings the simulator and the configuration that it describes.
        run([tool, "generate", DIGITS, "-o", project, "--quiet"])
        run(["make", "--silent", "-C", project, "cluster"])
        run(
            [
                FOLDER / "kernels" / "run", "--json", results,
                "--simulator", f"{project}/build/cluster/simulator", "--configuration", f"{project}/cluster/target.cfg",
            ]
        )
        return json.loads(pathlib.Path(results).read_text())


def run(command):
    result = subprocess.run([str(word) for word in command], stdout=sys.stderr)
    if result.returncode != 0:
        raise Failed(f"{' '.join(map(str, command))}: exit status {result.returncode}")


def page(kernels, networks):
    """docs/performance.md."""
    words = (FOLDER / "performance.md.in").read_text()
    return words.replace("@KERNELS@\n", kernel_table.markdown(kernels)).replace(
        "@NETWORKS@\n", network_table.markdown(networks)).replace("@LAYERS@\n", network_table.layers_markdown(networks))
