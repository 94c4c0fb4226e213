# SPDX-License-Identifier: Apache-2.0
"""A generated project whose C is changed at one place, compiled, run and compared with the reference."""

import json
import os
import pathlib
import re
import shlex
import signal

import plans
import tensors
from commands import Broken, must, processor_seconds, run, without_checks

FEW_SAMPLES = 3
LEAST_LIMIT_SECONDS = 3
SLOWER = 2  # times the processor time of all runs of the unmutated program until a mutant counts as hanging
FAULT_STATUS = 3
# Finds what depends on bytes of the stack that were never set, which hold what is right now and then.
MEMCHECK = ["valgrind", "--quiet", "--error-exitcode=9"]
# Ways to run a program: when copies arrive, and in which order the cores work.
LATE = []
SEEDED = [["--dma-seed", str(n), "--core-seed", str(n)] for n in (1, 2, 3)]
# Samples of each run, one after another until something is wrong.
RUNS = [(1, LATE), (FEW_SAMPLES, LATE), *((1, way) for way in SEEDED)]


class Project:
    """One network in one setting of memory; `files` are its sources by path, as generated."""

    def __init__(self, name, tool, model, options, samples, folder):
        self.name, self.tool, self.model, self.options = name, tool, model, [*map(str, options)]
        self.samples = samples
        self.folder = folder / name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.root = self.folder / "project"
        self.weights = "weights.bin"

    def prepare(self):
        """Generates and builds it, and has the unmutated program give what the reference gives, in every way to run."""
        if not self.root.exists():
            options = [*self.options, "-o", self.root, "--backend", "host", "--quiet"]
            must([self.tool, "generate", self.model, *options])
        self.plan = plans.read((self.root / "plan.json").read_text())
        self.files = {
            str(path.relative_to(self.root)): path.read_text()
            for pattern in ("*.[ch]", "layers/*", "runtime/*", "kernels/*", "simulator/simulation.c")
            for path in sorted(self.root.glob(pattern))
        }
        self.expected = self.reference()
        must(["make", "--silent", "host", "CHECK=1"], self.root)
        self.read_commands()
        self.limit = None
        self.reached = self.coverage()
        start = processor_seconds()
        verdict = self.judge_runs("build/host/network") or self.judge_memory("build/host/network")
        if verdict:
            raise Broken(f"{self.name}: the unmutated program: {verdict}")
        self.limit = LEAST_LIMIT_SECONDS + int(SLOWER * (processor_seconds() - start))

    def reference(self):
        """Makes the samples; what every layer gives for each, by the reference, as the program writes it."""
        inputs = [tensor for tensor in self.plan["tensors"] if tensor["kind"] == "input"]
        arguments, packed = [], []
        for tensor in inputs:
            samples = [tensors.codes(tensor, number) for number in range(self.samples)]
            path = self.folder / f"{len(arguments)}.npy"
            tensors.write_npy(path, samples, tensor, self.is_channels_first())
            arguments += ["--input", path]
            packed.append([tensors.pack(sample, tensor) for sample in samples])
        (self.root / "in.bin").write_bytes(b"".join(b"".join(sample) for sample in zip(*packed)))
        dump = self.folder / "reference"
        must([self.tool, "run", self.model, "--backend", "reference", *arguments, "--dump-layers", dump])
        expected = [b""] * self.samples
        self.extremes = {}
        for layer in self.plan["layers"]:
            # The element-wise order of the model is made the order of the plan: height, width, channels.
            tensor = dict(layer["output"])
            file = dump / f"{layer['name']}.npy"
            for number, values in enumerate(tensors.read_npy(file, self.samples, tensor, self.is_channels_first())):
                expected[number] += tensors.pack(values, tensor)
                low, high = self.extremes.get(layer["name"], (values[0], values[0]))
                self.extremes[layer["name"]] = min(low, *values), max(high, *values)
        return expected

    def is_channels_first(self):
        return self.model.suffix == ".onnx"

    def read_commands(self):
        """How make compiles each object and links them, and which files each object is made from."""
        self.compile, self.depends = {}, {}
        for line in must(["make", "--dry-run", "--always-make", "host", "CHECK=1"], self.root).splitlines():
            words = shlex.split(line) if " -o build/host/" in line else []
            if "-c" in words:
                target = words[-1]
                self.compile[target] = words[:-2]
                rule = (self.root / target).with_suffix(".d").read_text().replace("\\\n", " ")
                self.depends[target] = set(rule.split(":", 1)[1].split("\n", 1)[0].split())
            elif words and words[-1] == "build/host/network":
                self.link = words[:-2]
        self.compile = {t: [w for w in words if w not in ("-MMD", "-MP")] for t, words in self.compile.items()}

    def coverage(self):
        """How often the samples reach each line with code, by object, by file: of all but the simulator's own."""
        objects = {target: target.replace("build/host/", "build/coverage/") for target in self.depends}
        is_made = (self.root / "build/coverage/network").exists()
        for target, words in self.compile.items():
            if target.startswith("build/host/simulator/"):
                objects[target] = target
            if target.startswith("build/host/simulator/") or is_made:
                continue
            (self.root / objects[target]).parent.mkdir(parents=True, exist_ok=True)
            must([*words, "-O0", "--coverage", "-fno-sanitize=undefined", "-o", objects[target]], self.root)
        if not is_made:
            link = [objects.get(word, word) for word in self.link]
            must([*link, "--coverage", "-o", "build/coverage/network"], self.root)
            must(self.command(self.root / "build/coverage/network", FEW_SAMPLES, LATE), self.root)
        reached = {}
        for target, covered in objects.items():
            data = (self.root / covered).with_suffix(".gcda")
            files = reached.setdefault(target, {})
            texts = must(["gcov", "--json-format", "--stdout", data], self.root) if data.exists() else ""
            for text in texts.splitlines():
                for file in json.loads(text)["files"]:
                    lines = files.setdefault(os.path.normpath(file["file"]), {})
                    for line in file["lines"]:
                        lines[line["line_number"]] = lines.get(line["line_number"], 0) + line["count"]
        return reached

    def reaching(self, file, number):
        """The objects that execute a line, counted from 1; one without code is as the line with code before it."""
        found = set()
        for target, files in self.reached.items():
            before = [line for line in files.get(file, {}) if line <= number]
            if before and files[file][max(before)] > 0:
                found.add(target)
        return found

    def is_reached(self, file, number):
        """Whether a line is executed; data always is."""
        return file == "network.c" or file.startswith("layers/") or bool(self.reaching(file, number))

    def is_clipped(self, file, line):
        """Whether a layer's samples have the least or greatest code that a line of its kernel sets."""
        low, high = self.extremes[pathlib.Path(file).stem]
        field, bound = re.match(r"\s*\.(low|high) = (-?\d+),", line).groups()
        return int(bound) == (low if field == "low" else high)

    def command(self, program, samples, way):
        return [
            program, "--weights", self.weights, "--input", "in.bin", "--samples", samples,
            "--output", "out.bin", "--layers", "layers.bin", *way,
        ]  # fmt: skip

    def execute(self, program, samples, way):
        """Runs a program: what catches it, None where its layers are those of the reference."""
        result = run(self.command(program, samples, way), self.root, self.limit)
        if result.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
            return "time limit", f"{self.limit} s"
        errors = result.stderr.decode(errors="replace").strip()
        if "runtime error:" in errors:
            return "sanitizer", next(line for line in errors.splitlines() if "runtime error:" in line)
        if result.returncode == FAULT_STATUS and errors.startswith("fault: "):
            return "simulator", errors
        if result.returncode < 0:
            return "crash", f"signal {-result.returncode}"
        if result.returncode != 0:
            return "simulator", errors
        if (self.root / "layers.bin").read_bytes() != b"".join(self.expected[:samples]):
            return "comparison", ""
        return None

    def judge_emitted(self, folder):
        """What catches the project that follows from another plan, in the place of this one's."""
        changed = {path: (folder / path).read_text() for path in self.files if (folder / path).exists()}
        self.weights = folder / "weights.bin"
        try:
            return self.judge({path: text for path, text in changed.items() if text != self.files[path]})
        finally:
            self.weights = "weights.bin"

    def judge_line(self, file, line, text, is_of_values):
        """The same of a change of one line; `is_of_values`: of one that only computes other values.

        Of objects that share a header only those are made anew that execute the line, and those of the simulator: in
        the others it changes nothing.
        """
        targets = set(self.depends)
        if file.startswith(("runtime/", "kernels/")):
            targets = {t for t in targets if t.startswith("build/host/simulator/")} | self.reaching(file, line)
        verdict = self.judge({file: text}, targets)
        if verdict is None and is_of_values:
            verdict = self.judge_values({file: text}, targets)
        if verdict is None and file.startswith("runtime/"):
            verdict = self.judge_memory("build/mutant/network")
        return verdict

    def judge(self, changed, targets=None):
        """What catches the project with some files changed, given by path; None where nothing does."""
        problem = self.build("mutant", changed, self.depends.keys() if targets is None else targets)
        if problem:
            return "compiler", problem
        return self.judge_runs("build/mutant/network")

    def judge_runs(self, program):
        """What the checks and the results of a program say in all ways to run it."""
        for count, way in RUNS:
            verdict = self.execute(self.root / program, count, way)
            if verdict:
                return verdict
        return None

    def judge_memory(self, program):
        """What Valgrind says of a program without the simulator's checks."""
        result = run([*MEMCHECK, *self.command(self.root / program, 1, ["--fast"])], self.root)
        if result.returncode == 0:
            return None
        lines = result.stderr.decode(errors="replace").splitlines()
        return "memory checker", next((line for line in lines if line.startswith("==")), f"status {result.returncode}")

    def judge_values(self, changed, targets):
        """The same by results alone, of all samples and without checks: few inputs tell some values apart."""
        if not (self.root / "build/plain").exists():
            self.build("plain", {}, self.depends.keys(), is_plain=True)
            verdict = self.execute(self.root / "build/plain/network", self.samples, ["--fast"])
            if verdict:
                raise Broken(f"{self.name}: the unmutated program without checks: {verdict}")
        problem = self.build("plain_mutant", changed, targets, is_plain=True)
        if problem:
            return "compiler", problem
        return self.execute(self.root / "build/plain_mutant/network", self.samples, ["--fast"])

    def build(self, folder, changed, targets, is_plain=False):
        """Builds a program in a folder of `build` with some files changed; the compiler's complaint or None.

        Only those of the targets are compiled that depend on a changed file, or all where none is changed.
        """
        adapted = without_checks if is_plain else list
        home = "build/plain/" if is_plain else "build/host/"
        objects = {target: target.replace("build/host/", home) for target in self.compile}
        try:
            for path, text in changed.items():
                (self.root / path).write_text(text)
            for target in targets:
                if changed and not self.depends[target] & changed.keys():
                    continue
                objects[target] = target.replace("build/host/", f"build/{folder}/")
                (self.root / objects[target]).parent.mkdir(parents=True, exist_ok=True)
                result = run([*adapted(self.compile[target]), "-o", objects[target]], self.root)
                if result.returncode != 0:
                    text = result.stderr.decode(errors="replace")
                    return next((line for line in text.splitlines() if "error:" in line), text)
        finally:
            for path in changed:
                (self.root / path).write_text(self.files[path])
        link = [objects.get(word, word) for word in adapted(self.link)]
        result = run([*link, "-o", f"build/{folder}/network"], self.root)
        return result.stderr.decode(errors="replace").strip().splitlines()[-1] if result.returncode != 0 else None
