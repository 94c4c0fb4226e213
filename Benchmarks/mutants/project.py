# SPDX-License-Identifier: Apache-2.0
"""A generated project whose C is changed at one place, compiled, run and compared with the reference."""

import signal

import plans
from commands import Broken, must, processor_seconds, run, without_checks
from generated import FEW_SAMPLES, Generated

BATCHES = 16  # of a network's samples that mutants of values go through
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


class Project(Generated):
    """A project in which mistakes are made, one at a time."""

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
        self.expected, self.extremes = self.reference(range(self.samples), "in.bin")
        must(["make", "--silent", "host", "CHECK=1"], self.root)
        self.read_commands()
        self.limit = None
        self.reached = self.coverage()
        start = processor_seconds()
        verdict = self.judge_runs("build/host/network") or self.judge_memory("build/host/network")
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
        if "runtime error:" in errors:
            return "sanitizer", next(line for line in errors.splitlines() if "runtime error:" in line)
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

    def judge_memory(self, program):
        """What Valgrind says of a program without the simulator's checks."""
        result = run([*MEMCHECK, *self.command(self.root / program, 1, ["--fast"])], self.root)
        if result.returncode == 0:
            return None
        lines = result.stderr.decode(errors="replace").splitlines()
        return "memory checker", next((line for line in lines if line.startswith("==")), f"status {result.returncode}")

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

    def judge_values(self, changed, targets):
        """The same by results alone, of all samples and without checks: few inputs tell some values apart. Where all
        are right, those of more samples are held against the unmutated program's."""
        if not (self.root / "build/plain").exists():
            self.build("plain", {}, self.depends.keys(), is_plain=True)
            verdict = self.execute(self.root / "build/plain/network", self.samples, ["--fast"])
            if verdict:
                raise Broken(f"{self.name}: the unmutated program without checks: {verdict}")
        problem = self.build("plain_mutant", changed, targets, is_plain=True)
        if problem:
            return "compiler", problem
        verdict = self.execute(self.root / "build/plain_mutant/network", self.samples, ["--fast"])
        for batch in range(1, BATCHES):
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
