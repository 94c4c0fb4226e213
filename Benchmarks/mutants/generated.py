# SPDX-License-Identifier: Apache-2.0
"""A generated project: its samples, what the reference gives for them, its commands, and which lines they reach."""

import json
import os
import pathlib
import re
import shlex

import tensors
from commands import must

FEW_SAMPLES = 3


class Generated:
    """One network in one setting of memory; `files` are its sources by path, as generated."""

    def __init__(self, name, tool, model, options, samples, folder):
        self.name, self.tool, self.model, self.options = name, tool, model, [*map(str, options)]
        self.samples = samples
        self.folder = folder / name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.root = self.folder / "project"
        self.weights = "weights.bin"

    def write_samples(self, numbers, path):
        """Makes samples, as the program reads them and as the tool does; the tool's options for the second."""
        inputs = [tensor for tensor in self.plan["tensors"] if tensor["kind"] == "input"]
        arguments, packed = [], []
        for tensor in inputs:
            samples = [tensors.codes(tensor, number) for number in numbers]
            array = self.folder / f"{len(packed)}.npy"
            tensors.write_npy(array, samples, tensor, self.is_channels_first())
            arguments += ["--input", array]
            packed.append([tensors.pack(sample, tensor) for sample in samples])
        (self.root / path).write_bytes(b"".join(b"".join(sample) for sample in zip(*packed)))
        return arguments

    def reference(self, numbers, path):
        """Makes samples; what every layer gives for each, by the reference, as the program writes it, and each layer's
        least and greatest code.
        """
        arguments = self.write_samples(numbers, path)
        dump = self.folder / "reference"
        must([self.tool, "run", self.model, "--backend", "reference", *arguments, "--dump-layers", dump])
        expected = [b""] * len(numbers)
        extremes = {}
        for layer in self.plan["layers"]:
            # The element-wise order of the model is made the order of the plan: height, width, channels.
            tensor = dict(layer["output"])
            file = dump / f"{layer['name']}.npy"
            for number, values in enumerate(tensors.read_npy(file, len(numbers), tensor, self.is_channels_first())):
                expected[number] += tensors.pack(values, tensor)
                low, high = extremes.get(layer["name"], (values[0], values[0]))
                extremes[layer["name"]] = min(low, *values), max(high, *values)
        return expected, extremes

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
            # Counters of lines are variables that all cores have, which a run with checks does not allow.
            must(self.command(self.root / "build/coverage/network", FEW_SAMPLES, ["--fast"]), self.root)
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

    def command(self, program, samples, way, source="in.bin"):
        return [
            program, "--weights", self.weights, "--input", source, "--samples", samples,
            "--output", "out.bin", "--layers", "layers.bin", *way,
        ]  # fmt: skip
