# SPDX-License-Identifier: Apache-2.0
"""Changes of one place in the C of a generated project, by operators with a name."""

import dataclasses
import re

from named import NAMED

NUMBER = re.compile(r"(?<![\w.])-?\d+(?![\w.])")

# What changes the values that are computed, and nothing else.
OF_VALUES = {"another clamp", "another constant of a kernel", "another form", "another value of the border", "rounding"}


@dataclasses.dataclass(frozen=True)
class Mutant:
    """`before` are consecutive lines of a file from `line` on, counted from 1; `after` stands there instead."""

    operator: str
    file: str
    line: int
    before: str
    after: str

    def applied(self, text):
        lines = text.split("\n")
        count = self.before.count("\n") + 1
        first = self.line - 1
        assert "\n".join(lines[first : first + count]) == self.before
        return "\n".join(lines[:first] + [self.after] + lines[first + count :])

    def __str__(self):
        change = " ".join(self.before.split()), " ".join(self.after.split())
        return f"{self.file}:{self.line}: {self.operator}: {change[0]}  ->  {change[1] or '(nothing)'}"


def all_mutants(files):
    """Every mutant of a project whose files are given by path."""
    found = {}
    for path, text in sorted(files.items()):
        for mutant in of_file(path, text):
            if mutant.after != mutant.before:
                found.setdefault((path, mutant.line, mutant.before, mutant.after), mutant)
    return list(found.values())


def of_file(path, text):
    if path == "network.c":
        return [*of_network(path, text)]
    if path.startswith("layers/") and path.endswith(".c"):
        return [*of_layer(path, text)]
    if path.startswith("runtime/") and path not in ("runtime/dory_hal.h", "runtime/dory_layer.h"):
        return [*of_named(path, text), *of_code(path, text, "runtime")]
    if path.startswith("kernels/"):
        generic = path in ("kernels/dory_split.h", "kernels/dory_border.h", "kernels/dory_dense_share.h")
        return [*of_named(path, text), *(of_code(path, text, "kernels") if generic else [])]
    return []


def of_network(path, text):
    """The copies between external memory and L2 around the layers."""
    lines = text.split("\n")
    for i, line in enumerate(lines):
        number = i + 1
        indent = line[: len(line) - len(line.lstrip())]
        if re.match(r"\s*dory_l3_wait\(", line):
            yield Mutant("a wait dropped", path, number, line, indent)
            if "network_" in lines[i + 1] or "dory_layer_done" in lines[i + 1] or "dory_ram" in lines[i + 1]:
                pair = f"{line}\n{lines[i + 1]}"
                yield Mutant("a wait too late", path, number, pair, f"{lines[i + 1]}\n{line}")
        copy = re.match(r"(\s*)dory_(ram|flash)_(read|write)(\w*)\((&transfers\[\d+\]), (\d+), (\d+), (\d+)\);", line)
        if copy:
            yield Mutant("a copy dropped", path, number, line, indent)
            _, memory, verb, ahead, request, external, l2, size = copy.groups()
            def call(memory, external, l2, size):
                return f"{indent}dory_{memory}_{verb}{ahead}({request}, {external}, {l2}, {size});"
            for size_now in (int(size) - 4, int(size) + 4, int(size) // 8 * 4):
                yield Mutant("a copy of other bytes", path, number, line, call(memory, external, l2, size_now))
            for change in (-4, 4, 64):
                if int(external) + change >= 0:
                    there = call(memory, int(external) + change, l2, size)
                    yield Mutant("a copy from elsewhere", path, number, line, there)
                if int(l2) + change >= 0:
                    there = call(memory, external, int(l2) + change, size)
                    yield Mutant("a copy to elsewhere", path, number, line, there)
            if verb == "read":
                other = "flash" if memory == "ram" else "ram"
                yield Mutant("a copy from elsewhere", path, number, line, call(other, external, l2, size))
        if re.match(r"\s*network_\w+\(\);", line):
            yield Mutant("a layer skipped", path, number, line, indent)
        if re.match(r"\s*\.(offset|bytes) = \d+,", line):
            for change in (-4, 4):
                value = int(NUMBER.search(line).group()) + change
                if value >= 0:
                    yield Mutant("a tensor elsewhere", path, number, line, NUMBER.sub(str(value), line))


KINDS = {
    "a tile of another size": r"tile_(height|width|channels|in_channels)",
    "a stripe of another size": r"stripe_\w+",
    "another window": r"(kernel|stride|dilation)_(height|width)",
    "other padding": r"padding_\w+",
    "other passes": r"passes|pass_weights|last_pass_weights",
    "other constants": r"weight_bits|parameter_bytes|head_chunks|constant_order",
    "another shape": r"input|output|input_bits|output_bits|\w+_channels_per_group|dense",
    "another buffer": r"operand\[\w+\]|accumulator",
    "another loop order": r"order",
}
WORDS = [
    ("DORY_WEIGHT_STATIONARY", "DORY_INPUT_STATIONARY"), ("DORY_INTERLEAVED", "DORY_PLAIN"), ("true", "false"),
    ("DORY_U8", "DORY_I8"), ("DORY_RQ32", "DORY_RQH"), ("DORY_RQ64", "DORY_RQ64S"), ("DORY_RQH", "DORY_RQ64"),
    ("DORY_L2", "DORY_L3"), ("DORY_SPLIT_ROWS", "DORY_SPLIT_PIXELS"), ("DORY_U4", "DORY_I4"),
]  # fmt: skip


def exchanged_words(line):
    for one, other in WORDS:
        for old, new in ((one, other), (other, one)):
            for match in re.finditer(rf"\b{old}\b", line):
                yield line[: match.start()] + new + line[match.end() :]


def of_layer(path, text):
    """The numbers of a layer's tiling, and those that its kernel is called with."""
    structure = ""
    for number, line in enumerate(text.split("\n"), 1):
        opened = re.match(r"static const dory_(\w+)_t (\w+) = \{(.*)", line)
        structure = opened.group(2) if opened else "" if line.startswith("}") else structure
        if re.match(r"  (TILE|L1_END|OUTPUT_SLOT|WEIGHTS_SLOT|INPUT_SLOT)\w* = \d+,", line):
            for change in (1, -1):
                value = int(re.search(r"= (\d+),", line).group(1)) + change
                yield Mutant("a size of the header", path, number, line, re.sub(r"= \d+,", f"= {value},", line))
        if structure == "layer" and (field := re.match(r"    \.([\w\[\]]+) = (.*),$", line)):
            name, value = field.groups()
            operator = next(kind for kind, pattern in KINDS.items() if re.fullmatch(pattern, name))
            head = f"    .{name} = "
            for changed in changed_numbers(value, operator):
                yield Mutant(operator, path, number, line, f"{head}{changed},")
            for changed in exchanged_words(value):
                yield Mutant(operator, path, number, line, f"{head}{changed},")
        elif structure == "kernel" and (field := re.match(r"    \.(\w+) = (.*),$", line)):
            operator = {"low": "another clamp", "high": "another clamp", "form": "another form"}.get(
                field.group(1), "another constant of a kernel"
            )
            for match in NUMBER.finditer(line):
                for change in (1, -1):
                    value = line[: match.start()] + str(int(match.group()) + change) + line[match.end() :]
                    yield Mutant(operator, path, number, line, value)
            for changed in exchanged_words(line):
                yield Mutant(operator, path, number, line, changed)
        elif opened and structure == "border":
            for match in NUMBER.finditer(line):
                value = line[: match.start()] + str(int(match.group()) + 1) + line[match.end() :]
                yield Mutant("another value of the border", path, number, line, value)


def changed_numbers(value, operator):
    """A field's value with one number changed: by 1, and in bytes by 4; macros likewise."""
    unused = [match.span() for match in re.finditer(r"\d+, \d+, (?=0\})", value)]  # where there are no slots
    if re.fullmatch(r"[A-Z_]+", value) and not value.startswith("DORY_"):
        yield from (f"{value} + 1", f"{value} - 1", f"{value} * 2")
        return
    for match in NUMBER.finditer(value):
        old = int(match.group())
        if any(first <= match.start() < end for first, end in unused):
            continue
        steps = (4, -4) if operator == "another buffer" and old > 8 else (1, -1)
        if operator == "a stripe of another size":
            steps = (-1, -old // 2)
        for change in steps:
            if old + change >= 0:
                yield value[: match.start()] + str(old + change) + value[match.end() :]


SWAPS = {
    "a comparison off by one": [(" < ", " <= "), (" <= ", " < "), (" > ", " >= "), (" >= ", " > ")],
    "a comparison turned": [(" == ", " != "), (" != ", " == "), (" && ", " || "), (" || ", " && ")],
    "a sum off by one": [(" + 1)", ")"), (" - 1)", ")"), (" + 1;", ";"), (" + 1,", ","), (" + 3", " + 2")],
    "another arithmetic": [(" + ", " - "), (" - ", " + "), (" * ", " + ")],
    "the other slot": [("~pipeline", "pipeline"), ("!dory_has", "dory_has"), (" ^= ", " |= ")],
    "the other of two": [("dory_min(", "dory_max("), ("dory_max(", "dory_min("), ("true", "false"), ("false", "true")],
    "the other axis": [
        ("rows", "columns"), ("columns", "rows"), ("_height", "_width"), ("_width", "_height"), ("top", "left"),
        (".begin", ".size"), (".size", ".begin"), ("DORY_INPUT0", "DORY_INPUT1"), ("DORY_LATER", "DORY_NONE"),
    ],
}  # fmt: skip


# Functions that choose between cuts that are all right.
CHOICES = re.compile(r"dory_dense_(bits|cost)\(")


def of_code(path, text, part):
    """One operator or word of a line exchanged, or a statement dropped."""
    lines = text.split("\n")
    in_comment = in_choice = False
    for number, line in enumerate(lines, 1):
        if line and line[0] not in " }":
            in_choice = bool(CHOICES.search(line))
        in_comment = in_comment or line.lstrip().startswith("/*")
        is_code = not in_comment and line.startswith("  ")
        in_comment = in_comment and "*/" not in line
        if not is_code or in_choice or "/*" in line:
            continue
        for operator, swaps in SWAPS.items():
            for old, new in swaps:
                for match in re.finditer(re.escape(old), line):
                    changed = line[: match.start()] + new + line[match.end() :]
                    yield Mutant(f"{part}: {operator}", path, number, line, changed)
        indent = line[: len(line) - len(line.lstrip())]
        is_whole = lines[number - 2].rstrip().endswith((";", "{", "}", "*/")) and line.endswith(";")
        if is_whole and re.match(r"\s*(\w+\(|[\w>\[\].-]+ (=|\+=|-=|\^=|\|=) |[\w>.-]+(--|\+\+);)", line):
            yield Mutant(f"{part}: a statement dropped", path, number, line, indent + ";")


def of_named(path, text):
    """The mistakes that such code is known for."""
    for operator, file, old, new in NAMED:
        if file != path.split("/")[-1]:
            continue
        if text.count(old) != 1:
            raise ValueError(f"named.py: '{old}' stands {text.count(old)} times in {file}, not once")
        start = text.index(old)
        first = text.rindex("\n", 0, start) + 1
        end = text.index("\n", start + len(old))
        before = text[first:end]
        yield Mutant(operator, path, text.count("\n", 0, first) + 1, before, before.replace(old, new))
