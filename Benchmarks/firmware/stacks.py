# SPDX-License-Identifier: Apache-2.0
"""The deepest stacks of a project's firmware, from the frames and calls that gcc writes down (-fcallgraph-info=su).

Cores start in functions that the SDK calls by address: `run_job` on all of them, `infer` and `load` on the one that runs
the network. What else is called by address is a step of a layer, a copy, or a loop that a kernel hands to another, which
nothing calls by its name: any of them may be what is called. Frames of the SDK and of interrupts come on top.
"""
import re

import program

NODE = re.compile(r'^node: \{ title: "([^"]+)" label: "([^"]*)"')
EDGE = re.compile(r'^edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"')
FRAME = re.compile(r"\\n(\d+) bytes \((\w+)")
STEPS = {"compute", "prepare", "fill_border"}
INDIRECT = "__indirect_call"
# The largest frame of what kernels use of libgcc: divsf3 and mulsf3, as disassembled.
LIBRARY_BYTES = 32


class CallGraph:
    """Functions by the compiler's names (with their file where only that can call them), their frames and calls."""

    def __init__(self):
        self.frames, self.calls, self.folders = {}, {}, {}

    def read(self, text, folder):
        for line in text.splitlines():
            if match := NODE.match(line):
                title, label = match.groups()
                if frame := FRAME.search(label):
                    if frame[2] != "static":
                        raise program.Failed(f"{title}: its frame has no size that is known in advance")
                    self.frames[title] = max(self.frames.get(title, 0), int(frame[1]))
                    self.folders[title] = folder
            elif match := EDGE.match(line):
                self.calls.setdefault(match[1], set()).add(match[2])

    def titles(self, *names):
        """The functions of these names in any file."""
        return {title for title in self.frames if title.split(":")[-1] in names}

    def connect(self, linked):
        """Names what may be called by address; `linked` are the functions of the program, by name."""
        direct = {called.split(":")[-1] for each in self.calls.values() for called in each}
        loops = {title for title, folder in self.folders.items() if folder in ("layers", "kernels")
                 and title.split(":")[-1].startswith("dory_") and title.split(":")[-1] in linked - direct}
        finishes = {title for title in loops if title.split(":")[-1].startswith("dory_dense_finish_")}
        words = {title for title in loops if not title.split(":")[-1].startswith(("dory_dense_", "dory_columns_"))}
        # By the folder of the caller: the job of a core, a copy in one of two directions, what becomes of the sums of
        # dense kernels, a loop of a layer.
        called = {"pmsis": self.titles(*STEPS), "runtime": self.titles("dory_dma_load", "dory_dma_store"),
                  "kernels": finishes, "layers": loops - finishes}
        for caller, known in self.calls.items():
            if INDIRECT in known:
                known |= words if caller.endswith(":dory_run_words") else called[self.folders[caller]]
        for caller in self.titles("dory_cluster_run"):
            self.calls[caller] |= self.titles("run_job")

    def deepest(self, title, above=()):
        """The bytes of the deepest stack from a function on, and the functions on it."""
        if title in above:
            raise program.Failed(f"{title} calls itself: its stack has no bound")
        called = self.calls.get(title, set()) - {INDIRECT}
        found = [self.deepest(each, (*above, title)) for each in called if each in self.frames]
        found += [(LIBRARY_BYTES, [each]) for each in called if each.startswith("__")]
        bytes_below, path = max(found, default=(0, []))
        return self.frames[title] + bytes_below, [title, *path]


def deepest(objects, sections):
    """Bytes on the core that runs the network, and on the others, with the functions: ((bytes, path), (bytes, path)).

    `objects` are those that `program.compiled` made, by source file, and `sections` what the linker kept of them.
    """
    graph = CallGraph()
    for source, target in objects.items():
        graph.read(target.with_suffix(".ci").read_text(), source.parts[0])
    graph.connect({program.symbol(section) for _, kind, section, _ in sections if kind == "text"})
    return (max(graph.deepest(title) for title in graph.titles("infer", "load")),
            max(graph.deepest(title) for title in graph.titles("run_job")))
