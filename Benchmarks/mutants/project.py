# SPDX-License-Identifier: Apache-2.0
"""A generated project whose C is changed at one place, compiled, run and compared with the reference."""

import hashlib
import pathlib
import re
import shutil
import signal

import plans
from commands import Broken, adapted, must, processor_seconds, run
from generated import FEW_SAMPLES, Generated

LEAST_LIMIT_SECONDS = 3
SLOWER = 2  # times the processor time of all runs of the unmutated program until a mutant counts as hanging
FAULT_STATUS = 3
# Ways to run a program: when copies arrive, and in which order the cores work.
LATE = []
SEEDED = [["--dma-seed", str(n), "--core-seed", str(n)] for n in (1, 2, 3)]
# Samples of each run, one after another until something is wrong.
RUNS = [(1, LATE), (FEW_SAMPLES, LATE), *((1, way) for way in SEEDED)]


class Project(Generated):
    """A project in which mistakes are made, one at a time."""

    def prepare(self):
        """Generates and builds it, and has the unmutated program give what the reference gives, in every way to run."""
        maker = hashlib.sha256(pathlib.Path(self.tool).read_bytes()).hexdigest()
        made_by = self.folder / "made_by"
        if not made_by.exists() or made_by.read_text() != maker:
            shutil.rmtree(self.root, ignore_errors=True)
            options = [*self.options, "-o", self.root, "--backend", "host", "--quiet"]
            must([self.tool, "generate", self.model, *options])
            made_by.write_text(maker)
        self.plan = plans.read((self.root / "plan.json").read_text())
        self.files = {
            str(path.relative_to(self.root)): path.read_text()
            for pattern in ("*.[ch]", "layers/*", "runtime/*", "kernels/*", "simulator/simulation.c")
            for path in sorted(self.root.glob(pattern))
        }
        self.expected, self.extremes = self.reference(range(self.samples), "in.bin")
        must(["make", "--silent", "host", "CHECK=1"], self.root)
        self.read_commands()
        self.limit = None
        self.reached = self.coverage()
        start = processor_seconds()
        verdict = self.judge_runs("build/host/network")
        if verdict:
            raise Broken(f"{self.name}: the unmutated program: {verdict}")
        self.limit = LEAST_LIMIT_SECONDS + int(SLOWER * (processor_seconds() - start))

    def execute(self, program, samples, way, source="in.bin", expected=None):
        """Runs a program: what catches it, None where its layers are those expected, without more those of the
        reference."""
        result = run(self.command(program, samples, way, source), self.root, self.limit)
        if result.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
            return "time limit", f"{self.limit} s"
        errors = result.stderr.decode(errors="replace").strip()
        if match := re.search(".*(runtime error|MemorySanitizer): .*", errors):
            return "sanitizer", match.group()
        if result.returncode == FAULT_STATUS and errors.startswith("fault: "):
            return "simulator", errors
        if result.returncode < 0:
            return "crash", f"signal {-result.returncode}"
        if result.returncode != 0:
            return "simulator", errors
        if (self.root / "layers.bin").read_bytes() != (expected or b"".join(self.expected[:samples])):
            return "comparison", ""
        return None

    def judge_runs(self, program):
        """What the checks and the results of a program say in all ways to run it."""
        for count, way in RUNS:
            verdict = self.execute(self.root / program, count, way)
            if verdict:
                return verdict
        return None

    def judge_emitted(self, folder):
        """What catches the project that follows from another plan, in the place of this one's."""
        changed = {path: (folder / path).read_text() for path in self.files if (folder / path).exists()}
        self.weights = folder / "weights.bin"
        try:
            return self.judge({path: text for path, text in changed.items() if text != self.files[path]})
        finally:
            self.weights = "weights.bin"

    def judge_line(self, file, line, text, batches):
        """The same of a change of one line; `batches` of samples are for one that only computes other values, else 0.

        Of objects that share a header only those are made anew that execute the line, and those of the simulator: in
        the others it changes nothing.
        """
        targets = set(self.depends)
        if file.startswith(("runtime/", "kernels/")):
            targets = {t for t in targets if t.startswith("build/host/simulator/")} | self.reaching(file, line)
        verdict = self.judge({file: text}, targets)
        if verdict is None and batches > 0:
            verdict = self.judge_values({file: text}, targets, batches)
        if verdict is None and file.startswith("runtime/"):
            verdict = self.judge_memory({file: text}, targets)
        return verdict

    def judge(self, changed, targets=None):
        """What catches the project with some files changed, given by path; None where nothing does."""
        problem = self.build("host", changed, targets)
        return ("compiler", problem) if problem else self.judge_runs("build/host_mutant/network")

    def judge_values(self, changed, targets, batches):
        """The same by results alone, of all samples and without checks: few inputs tell some values apart. Where all
        are right, those of more samples are held against the unmutated program's."""
        self.build_variant("plain")
        problem = self.build("plain", changed, targets)
        if problem:
            return "compiler", problem
        verdict = self.execute(self.root / "build/plain_mutant/network", self.samples, ["--fast"])
        for batch in range(1, batches):
            verdict = verdict or self.judge_batch(range(batch * self.samples, (batch + 1) * self.samples))
        return verdict

    def judge_batch(self, numbers):
        """What other samples say; the reference has to agree with the unmutated program in the first that differs."""
        self.write_samples(numbers, "batch.bin")
        must(self.command(self.root / "build/plain/network", len(numbers), ["--fast"], "batch.bin"), self.root)
        right = (self.root / "layers.bin").read_bytes()
        mutant = self.root / "build/plain_mutant/network"
        verdict = self.execute(mutant, len(numbers), ["--fast"], "batch.bin", right)
        if verdict != ("comparison", ""):
            return verdict
        wrong = (self.root / "layers.bin").read_bytes()
        size = len(right) // len(numbers)
        place = next(i for i in range(0, len(right), size) if right[i : i + size] != wrong[i : i + size])
        number = numbers[place // size]
        if self.reference([number], "batch.bin")[0][0] != right[place : place + size]:
            raise Broken(f"{self.name}: the unmutated program without checks: sample {number}")
        return "comparison", f"sample {number}"

    def judge_memory(self, changed, targets):
        """The same by bytes that were never set: what stands in them is right now and then."""
        self.build_variant("memory")
        problem = self.build("memory", changed, targets)
        if problem:
            return "compiler", problem
        return self.execute(self.root / "build/memory_mutant/network", FEW_SAMPLES, ["--fast"])

    def build_variant(self, variant):
        """Builds the unmutated program in a variant and makes sure that it is right, once."""
        program = self.root / f"build/{variant}/network"
        if program.exists():
            return
        problems = [self.compile_one(target, variant, variant) for target in self.depends]
        verdict = next(filter(None, [*problems, self.link_all(variant, variant, {})]), None)
        verdict = verdict or self.execute(program, self.samples if variant == "plain" else FEW_SAMPLES, ["--fast"])
        if verdict:
            raise Broken(f"{self.name}: the unmutated program, {variant}: {verdict}")

    def build(self, variant, changed, targets=None):
        """Builds a program of a variant with some files changed; the compiler's complaint or None.

        Only those of the targets are compiled that depend on a changed file; without targets, all of these.
        """
        affected = [target for target, files in self.depends.items() if files & changed.keys()]
        objects = {}
        try:
            for path, text in changed.items():
                (self.root / path).write_text(text)
            for target in affected if targets is None else targets & set(affected):
                objects[target] = target.replace("build/host/", f"build/{variant}_mutant/")
                problem = self.compile_one(target, variant, f"{variant}_mutant")
                if problem:
                    return problem
        finally:
            for path in changed:
                (self.root / path).write_text(self.files[path])
        return self.link_all(variant, f"{variant}_mutant", objects)

    def compile_one(self, target, variant, folder):
        made = self.root / target.replace("build/host/", f"build/{folder}/")
        made.parent.mkdir(parents=True, exist_ok=True)
        result = run([*adapted(self.compile[target], variant), "-o", made], self.root)
        if result.returncode == 0:
            return None
        text = result.stderr.decode(errors="replace")
        return next((line for line in text.splitlines() if "error:" in line), text)

    def link_all(self, variant, folder, objects):
        """Links a program in a folder, of the variant's objects but for those given."""
        made = {target: target.replace("build/host/", f"build/{variant}/") for target in self.compile} | objects
        link = [made.get(word, word) for word in adapted(self.link, variant)]
        (self.root / f"build/{folder}").mkdir(parents=True, exist_ok=True)
        result = run([*link, "-o", f"build/{folder}/network"], self.root)
        return result.stderr.decode(errors="replace").strip().splitlines()[-1] if result.returncode != 0 else None
