# SPDX-License-Identifier: Apache-2.0
"""Runs `dory-gen plan` and reads figures out of its plans. README.md says what each figure is."""

import json
import os
import pathlib
import subprocess
import tempfile
import time
from dataclasses import dataclass


class Failed(Exception):
    """The tool neither planned nor refused, or its plans are not equal."""


@dataclass(frozen=True)
class Run:
    """One process: its times in seconds, its greatest resident set in bytes, and the plan; None where it refused."""

    wall: float
    cpu: float
    resident: int
    document: bytes | None
    message: str


def plan(tool, model, options=(), environment=None, folder=None):
    """Plans a model in a folder, by default the current one, with additions to the environment."""
    with tempfile.TemporaryDirectory() as scratch:
        path = pathlib.Path(scratch) / "plan.json"
        command = [str(tool), "plan", str(model), "-o", str(path), "--quiet", *map(str, options)]
        with open(pathlib.Path(scratch) / "messages", "w+b") as messages:
            start = time.perf_counter()
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=messages, stderr=messages, cwd=folder,
                env={**os.environ, **(environment or {})},
            )
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - start
            process.returncode = os.waitstatus_to_exitcode(status)
            messages.seek(0)
            text = messages.read().decode(errors="replace").strip()
        if process.returncode not in (0, 1):
            raise Failed(f"{' '.join(command)}: exit status {process.returncode}\n{text}")
        document = path.read_bytes() if process.returncode == 0 else None
    # Linux counts ru_maxrss in kB.
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, document, text)


def figures(document):
    """The figures of a plan, by name."""
    contents = json.loads(document)
    totals, solver = contents["totals"], contents["solver"]
    moved_l1 = totals["l2l1ReadBytes"] + totals["l2l1WriteBytes"]
    moved_l3 = totals["l3ReadBytes"] + totals["l3WriteBytes"]
    least_l1, least_l3 = least_l1_bytes(contents), least_l3_bytes(contents)
    return {
        "rows": solver["rows"],
        "columns": solver["columns"],
        "nodes": solver["nodes"],
        "status": solver["status"],
        "gap": solver["gap"],
        "bound": solver["bound"],
        "l2l1Bytes": moved_l1,
        "l2l1Ratio": moved_l1 / least_l1 if least_l1 else None,
        "l3Bytes": moved_l3,
        "l3Ratio": moved_l3 / least_l3 if least_l3 else None,
        "predictedCycles": totals["predictedCycles"],
        "macs": totals["macs"],
        "macsPerCycle": totals["macs"] / totals["predictedCycles"],
        "l1PeakBytes": totals["l1PeakBytes"],
        "l2PeakBytes": totals["l2PeakBytes"],
    }


def least_l1_bytes(contents):
    """Every operand of every layer that has tiles in L1, moved once."""
    total = 0
    for layer in contents["layers"]:
        if any(buffer["level"] == "l1" for buffer in layer["buffers"]):
            operands = {operand["tensor"]: operand for operand in [*layer["inputs"], layer["output"]]}
            total += sum(map(operand_bytes, operands.values())) + constant_bytes(layer)
    return total


def least_l3_bytes(contents):
    """Every tensor that passes between L3, RAM or flash, and L2 in an inference, once for each direction."""
    sizes = {}
    for layer in contents["layers"]:
        streamed = [(operand, "in") for operand in layer["inputs"]] + [(layer["output"], "out")]
        for operand, direction in streamed:
            if operand["level"] != "l2":
                sizes[operand["tensor"], direction] = operand_bytes(operand)
        if constant_bytes(layer) and layer["constants"]["level"] != "l2":
            sizes[layer["constants"]["tensor"], "in"] = constant_bytes(layer)
    whole = {tensor["name"]: tensor["bytes"] for tensor in contents["tensors"]}
    for layer in contents["layers"]:
        for transfer in layer["transfers"]["l3"]:
            direction = "out" if transfer["kind"] == "pageOut" else "in"
            sizes.setdefault((transfer["tensor"], direction), whole[transfer["tensor"]])
    return sum(sizes.values())


def constant_bytes(layer):
    return layer["constants"]["bytes"] if layer.get("constants") else 0


def operand_bytes(operand):
    """Pixels start at bytes of their own; a type is named after its bits."""
    height, width, channels = operand["shape"]
    bits = int(operand["type"].lstrip("uint"))
    return height * width * ((channels * bits + 7) // 8)
