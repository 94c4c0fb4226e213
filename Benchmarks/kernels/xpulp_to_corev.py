#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Translates assembler text with XpulpV2 instructions (standard input) to CORE-V ones (standard output).

The packed and bit-true meaning of both sets is the same for what the kernels use; names, the way to write addresses with
increments, and the ends of hardware loops differ. So the spelling for XpulpV2 can be run on a CORE-V core.
"""
import re
import sys

RENAMED = {"pv.pack.h": "cv.pack", "p.addnr": "cv.addnr", "p.addrnr": "cv.addrnr", "p.addunr": "cv.addunr"}
INCREMENT = re.compile(r"p\.(\w+)\s+([\w$]+),\s*(-?[\w$]+)\((\w+)!\)$")
INDEXED = re.compile(r"p\.([ls][bhw]u?)\s+(\w+),\s*([a-z]\w*)\((\w+)\)$")
LOOP = re.compile(r"lp\.setup\s+x([01]),\s*(\w+),\s*(\w+)f$")
LABEL = re.compile(r"(\w+|\.\w+):$")


def statements(text):
    """Lines of the file without comments, and without the one that names the instruction set."""
    for line in text.splitlines():
        line = re.sub(r"#.*", "", line).strip()
        if line and not line.startswith(".attribute"):
            yield line


def instruction(line):
    """One statement in CORE-V's spelling, loops apart."""
    if match := INCREMENT.match(line):
        move, register, step, base = match.groups()
        return f"cv.{move} {register}, ({base}), {step}"
    if match := INDEXED.match(line):
        move, register, offset, base = match.groups()
        return f"cv.{move} {register}, {offset}({base})"
    name, _, rest = line.partition(" ")
    if "\t" in name:
        name, _, rest = line.partition("\t")
    if name.startswith(("p.", "pv.")):
        name = RENAMED.get(name.lower(), "cv." + name.split(".", 1)[1])
    return f"{name} {rest}".rstrip()


def is_code(line):
    return not line.startswith(".") and not LABEL.match(line)


def translate(lines):
    for index, line in enumerate(lines):
        match = LOOP.match(line)
        if not match:
            yield instruction(line)
            continue
        number, count, label = match.groups()
        words = 0
        for later in lines[index + 1:]:
            if later == f"{label}:":
                break
            words += is_code(later)
        # The label stands before the last instruction; CORE-V wants the one after it, counted from the setup.
        yield f".insn i 0x2b, 4, x{14 + int(number)}, {count}, {words + 2}"


if __name__ == "__main__":
    print("\n".join(translate(list(statements(sys.stdin.read())))))
