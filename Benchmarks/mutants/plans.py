# SPDX-License-Identifier: Apache-2.0
"""Changes of one place in a plan, and what the verifier and the emitter say of each."""

import copy
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# The tests as `swift build --build-tests` leaves them.
TESTS = ROOT / ".build" / "release" / "dory-genPackageTests.xctest"

# Operators by the path of what is changed; the first that matches counts.
OPERATORS = [
    ("plan: another tile", r"layers\.\d+\.tile\..*"),
    ("plan: another stripe", r"layers\.\d+\.stripe\..*"),
    ("plan: another buffer", r"layers\.\d+\.buffers\.\d+\.(offset|bytes|count)"),
    ("plan: a buffer dropped", r"layers\.\d+\.buffers\.\d+"),
    (
        "plan: another copy",
        r"(layers\.\d+\.transfers\.l3|initialTransfers)\.\d+\.(bytes|l2Offset|l3Offset|memory|phase)",
    ),
    ("plan: a copy dropped", r"(layers\.\d+\.transfers\.l3|initialTransfers)\.\d+"),
    ("plan: another place", r"tensors\.\d+\.(offset|level)"),
    ("plan: other bytes", r"tensors\.\d+\.bytes"),
    ("plan: another lifetime", r"tensors\.\d+\.(firstStep|lastStep)"),
    ("plan: another mode", r"layers\.\d+\.(mode|loopOrder|split)"),
    ("plan: another geometry", r"layers\.\d+\.geometry\..*"),
    ("plan: other constants", r"layers\.\d+\.constants\.(bytes|headChunks|order|parameterBytesPerChannel|weightBits)"),
    ("plan: another requantization", r"layers\.\d+\.requantization\.(low|high|form)"),
    ("plan: another shape", r"(layers\.\d+\.(inputs\.\d+|output)|tensors\.\d+)\.(shape\.\d+|type)"),
]  # fmt: skip
# Codes of what is no plan at all.
READER_CODES = {"DG0041", "DG0042", "DG0045"}
WORDS = [
    ["l2", "l3"], ["full", "weightsStreamed", "activationsStriped", "bothStreamed"], ["before", "during"],
    ["weightStationary", "inputStationary"], ["plain", "interleaved"], ["rq32", "rqh", "rq64"], ["int8", "uint8"],
    ["rows", "pixels", "channels", "grid"], ["l3", "flash"],
]  # fmt: skip


def parts(value, path=()):
    yield path, value
    for key, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from parts(part, (*path, key))


class PlanMutant:
    def __init__(self, operator, path, before, after):
        self.operator, self.path, self.before, self.after = operator, path, before, after
        self.file, self.line = "plan.json", ".".join(map(str, path))

    def applied(self, plan):
        plan = copy.deepcopy(plan)
        holder = plan
        for key in self.path[:-1]:
            holder = holder[key]
        if self.after is None:
            del holder[self.path[-1]]
        else:
            holder[self.path[-1]] = self.after
        return plan

    def __str__(self):
        return f"{self.operator}: {self.line}: {self.before}  ->  {self.after}"


def all_mutants(plan):
    found = []
    for path, value in parts(plan):
        name = ".".join(map(str, path))
        operator = next((operator for operator, pattern in OPERATORS if re.fullmatch(pattern, name)), None)
        if operator is None:
            continue
        if "dropped" in operator:
            changes = [None]
        elif isinstance(value, int):
            step = 4 if re.search(r"bytes|offset", name, re.IGNORECASE) else 1
            changes = [value + step, value - step, value * 2]
        else:
            changes = [word for words in WORDS if value in words for word in words]
        found += [PlanMutant(operator, path, value, after) for after in changes if after != value]
    return found


class Fraction(float):
    """A number of a plan that keeps how it was written."""

    def __new__(cls, text):
        number = super().__new__(cls, text)
        number.text = text
        return number

    def __repr__(self):
        return self.text


def read(text):
    return json.loads(text, parse_float=Fraction)


def compact(value):
    """JSON without white space, members by name, as a plan's digest is taken of it."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{compact(key)}:{compact(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(compact, value)) + "]"
    return repr(value) if isinstance(value, float) else json.dumps(value, ensure_ascii=False)


def sealed(plan):
    """A plan with its digest, which PlanDigest.swift defines: FNV-1a with 64 bits."""
    digest = 0xCBF29CE484222325
    for byte in compact({**plan, "digest": ""}).encode():
        digest = (digest ^ byte) * 0x100000001B3 & (1 << 64) - 1
    return {**plan, "digest": f"{digest:016x}"}


def judged(project, mutants, folder):
    """What the tool says of each changed plan, and the folder of its project; None where it writes none."""
    folder.mkdir()
    verdicts = []
    for number, mutant in enumerate(mutants):
        plan, output = folder / f"{number:04}.json", folder / f"{number:04}"
        plan.write_text(compact(sealed(mutant.applied(project.plan))))
        command = [project.tool, "generate", project.model, "--plan", plan, "-o", output, "--backend", "host"]
        result = subprocess.run(list(map(str, command)), capture_output=True, text=True)
        complaint = next((line for line in result.stderr.splitlines() if "error: " in line), result.stderr)
        code = (re.findall(r"\[(DG\d{4})\]", result.stderr) or [""])[0]
        if result.returncode == 0:
            catcher = "accepted"
        elif result.returncode < 0:
            catcher = "crash"
        else:
            catcher = "reader" if code in READER_CODES else "verifier"
        verdicts.append((catcher, complaint.partition("error: ")[2] or complaint))
    return verdicts


def emitted(project, mutants, folder):
    """The folder of the project that follows from each plan without the verifier; None where there is none."""
    (folder / "model").write_text(str(project.model))
    names = [f"{number:04}" for number in range(len(mutants))]
    command = [TESTS, "--testing-library", "swift-testing", "--filter", "ChangedPlanTests"]
    while any(not (folder / f"{name}.verdict").exists() for name in names):
        before = len(list(folder.glob("*.verdict")))
        environment = {**os.environ, "DORY_GEN_CHANGED_PLANS": str(folder)}
        result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
        if len(list(folder.glob("*.verdict"))) == before:
            sys.exit(f"error: plans can't be judged\n{result.stdout[-2000:]}{result.stderr[-2000:]}")
    return [folder / name if (folder / name / "network.c").exists() else None for name in names]
