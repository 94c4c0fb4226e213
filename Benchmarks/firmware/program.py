# SPDX-License-Identifier: Apache-2.0
"""Links the firmware of a generated project without an SDK, and tells where its bytes are.

What the program calls of the SDK is left out, libgcc is not: a link map then names each section that is left of the
project. Two spellings of the kernels: `portable` by gcc for RV32IMC, and `xpulp`, whose text is translated to CORE-V's
names for clang to assemble: instructions have the same sizes.
"""
import re
import subprocess
import sys
from pathlib import Path

KERNELS = Path(__file__).resolve().parent.parent / "kernels"
GCC = "riscv64-unknown-elf-gcc"
# As in pmsis.mk, without the checks of layers and stacks.
FLAGS = ["-march=rv32imc", "-mabi=ilp32", "--specs=picolibc.specs", "-std=gnu11", "-O2", "-ffp-contract=off",
         "-ffunction-sections", "-fdata-sections"]
INCLUDES = ["-I.", "-Iruntime", "-Ikernels", "-Ipmsis", "-Ipmsis_standin"]
SPELLINGS = {"portable": "-DDORY_PORTABLE", "xpulp": "-DDORY_XPULP"}
CORE_V = ["--target=riscv32-none-elf", "-mabi=ilp32", "-menable-experimental-extensions",
          "-march=rv32imc_zicsr_xcvmac1p0_xcvsimd1p0_xcvmem1p0_xcvalu1p0_xcvbitmanip1p0"]
# Lines of assembler text that are not for clang.
COMMENTS = ("#", ".attribute")
# Where L2 of GAP8 begins; any address would do that calls reach.
TEXT_ADDRESS = "0x1c000000"
# What the plan hands out instead of the program.
AREAS = {"pmsis_l2"}

sys.path.insert(0, str(KERNELS))
import xpulp_to_corev  # noqa: E402 (beside the kernels' programs)


class Failed(Exception):
    """A command that did not do its work; the text is what it said."""


def output(command, folder, text=None):
    done = subprocess.run([str(part) for part in command], cwd=folder, input=text, capture_output=True, text=True)
    if done.returncode:
        raise Failed(f"{' '.join(map(str, command))}\n{done.stderr[:4000]}")
    return done.stdout


def sources(project):
    """C files of the application, as pmsis.mk names them."""
    apart = {"pmsis_example.c", "pmsis_main.c"}
    folders = ["layers", "runtime", "kernels", "pmsis"]
    files = [file for folder in folders for file in sorted((project / folder).glob("*.c")) if file.name not in apart]
    return [Path("network.c"), Path("pmsis/pmsis_main.c"), *(file.relative_to(project) for file in files)]


def compile_one(project, source, target, spelling):
    """An object of one file, and beside it the frames and calls of its functions (.ci)."""
    options = [*FLAGS, SPELLINGS[spelling], *INCLUDES, "-fcallgraph-info=su"]
    if spelling == "portable":
        output([GCC, *options, "-c", source, "-o", target], project)
        return
    compiled_text, translated = target.with_suffix(".s"), target.with_suffix(".corev.s")
    output([GCC, *options, "-S", source, "-o", compiled_text], project)
    lines = [line.strip() for line in compiled_text.read_text().splitlines()]
    statements = [line for line in lines if line and not line.startswith(COMMENTS)]
    translated.write_text("\n".join(xpulp_to_corev.translate(statements)) + "\n")
    output(["clang", *CORE_V, "-c", translated, "-o", target], project)


def compiled(project, folder, spelling):
    """The objects of a project by the file that each is made of. Those that are there are kept; kernels, which have the
    same text in all projects, lie in `folder` itself."""
    own = folder / project.name
    own.mkdir(parents=True, exist_ok=True)
    objects = {}
    for file in sources(project):
        objects[file] = (folder if file.parts[0] == "kernels" else own) / (str(file).replace("/", "-")[:-2] + ".o")
        if not objects[file].exists():
            compile_one(project, file, objects[file], spelling)
    return objects


def symbols(objects):
    """Each symbol's line of nm: (object, letter, name)."""
    text = output(["riscv64-unknown-elf-nm", "-A", *objects], None)
    for line in text.splitlines():
        place, letter, name = line.rsplit(None, 2)
        yield place.partition(":")[0], letter, name


def linked(objects, folder):
    """The text of the link map of these objects and libgcc."""
    named = list(symbols(objects.values()))
    defined = {name for _, letter, name in named if letter not in "Uw"}
    # Functions of the SDK and of the C library; those of libgcc begin with two underscores.
    outside = {name for _, letter, name in named if letter == "U"} - defined
    stubs = [f"-Wl,--defsym={name}={TEXT_ADDRESS}" for name in sorted(outside) if not name.startswith("__")]
    link_map = folder / "program.map"
    output([GCC, *FLAGS[:2], "-nostdlib", "-Wl,--gc-sections", "-Wl,-e,main", f"-Wl,-Ttext={TEXT_ADDRESS}", *stubs,
            f"-Wl,-Map={link_map}", *objects.values(), "-lgcc", "-o", folder / "program.elf"], None)
    return link_map.read_text()


SECTION = re.compile(r"^ (\.[\w.$-]+|COMMON)?\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) (\S.*)$")
NAME = re.compile(r"^ (\.[\w.$-]+)$")
KINDS = [("text", (".text",)), ("constants", (".rodata", ".srodata")), ("data", (".data", ".sdata")),
         ("zeros", (".bss", ".sbss", "COMMON"))]


def sections(map_text):
    """What the linker kept: (file, kind, section, bytes), kind being text, constants, data or zeros."""
    waiting = None
    for line in map_text.partition("Linker script and memory map")[2].splitlines():
        match = SECTION.match(line)
        if not match:
            match = NAME.match(line)
            waiting = match[1] if match else None
            continue
        section, size = match[1] or waiting, int(match[3], 16)
        waiting = None
        kind = next((kind for kind, names in KINDS if section and section.startswith(names)), None)
        if kind and size and section.rpartition(".")[2] not in AREAS:
            yield Path(match[4]).name, kind, section, size


# Constants of a layer's file that a plan counts as tables, as the generator names them; the last are lists of a rule.
TABLES = re.compile(r"(table|pieces|exponentials|exceptions|__compound_literal)(\.|$)")
PREFIX = re.compile(r"^\.(text|s?rodata|s?data|s?bss)\.?")


def symbol(section):
    """The function or object of a section."""
    return PREFIX.sub("", section)


def is_table(file, kind, section):
    """Whether a section is one of the constants that a plan counts as tables."""
    return file.startswith("layers-") and kind == "constants" and TABLES.match(symbol(section)) is not None
