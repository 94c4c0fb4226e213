#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures what the firmware of networks takes in L2, and bounds it by figures of the parts of its code.

    code_size.py measure PROJECT ...   builds generated projects (back-end pmsis) in both spellings: code_size.jsonl
    code_size.py fit                   prints the figures for MeasuredCode.swift, and what they give for each network

A network's line holds the parts that its layers use and its bytes, without tables that the plan counts; a line of parts
holds the bytes that such a layer has of its own and the functions that layers share; a line of functions holds whatever
shared functions there are.
"""
import collections
import json
import re
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "firmware"))
import code_fit  # noqa: E402 (reads the module below)
import code_parts  # noqa: E402
import program  # noqa: E402 (of Benchmarks/firmware)

SAMPLES = HERE / "code_size.jsonl"


def build(project, folder, spelling):
    """What the linker kept of a project: its sections, and the names of functions that layers share."""
    objects = program.compiled(project, folder / spelling, spelling)
    weak = {name for _, letter, name in program.symbols(objects.values()) if letter in "WV"}
    kept = list(program.sections(program.linked(objects, folder / spelling / project.name)))
    return objects, weak, kept


def closure(objects, layer, folder, weak):
    """Bytes of one layer's own, and of each function that it shares with others or takes from libgcc."""
    source = Path("layers") / f"{layer}.c"
    kernels = [target for file, target in objects.items() if file.parts[0] == "kernels"]
    library = program.output([program.GCC, *program.FLAGS[:2], "-print-libgcc-file-name"], None).strip()
    program.output(["riscv64-unknown-elf-ld", "-melf32lriscv", "--gc-sections", "-e", f"network_{layer}",
                    f"-Ttext={program.TEXT_ADDRESS}", "--unresolved-symbols=ignore-all", f"-Map={folder / 'layer.map'}",
                    objects[source], *kernels, library, "-o", folder / "layer.elf"], None)
    own, shared = 0, collections.Counter()
    for file, kind, section, size in program.sections((folder / "layer.map").read_text()):
        name = program.symbol(section)
        if "libgcc" in file:
            shared["libgcc:" + re.search(r"\((.*)\.o\)", file)[1]] += size
        elif file.startswith("kernels-") or name in weak:
            shared[name] += size
        elif not program.is_table(file, kind, section):
            own += size
    return {"own": own, "shared": dict(sorted(shared.items()))}


def names_bytes(text):
    """Names in network.c, each from a multiple of 4 on; those in DORY_NAME are left out of the firmware."""
    names = re.findall(r'\.name = "((?:[^"\\]|\\.)*)"', text)
    return sum((len(name.encode()) + 4) // 4 * 4 for name in names)


def measure(project, folder):
    """The samples of a project."""
    files = sorted((project / "layers").glob("*.c"))
    fields = {file.stem: code_parts.fields(file.read_text()) for file in files}
    bytes_of, layers = {}, {file.stem: {} for file in files}
    for spelling in program.SPELLINGS:
        objects, weak, kept = build(project, folder, spelling)
        bytes_of[spelling] = sum(each[-1] for each in kept if not program.is_table(*each[:3]))
        bytes_of[f"{spelling}Base"] = sum(
            size for file, kind, section, size in kept if file.startswith(("runtime-", "pmsis-")))
        for layer in layers:
            layers[layer][spelling] = closure(objects, layer, folder, weak)
        yield {"functions": functions(objects), "spelling": spelling}
    parts = collections.Counter()
    for layer, measured in layers.items():
        shared = {name for each in measured.values() for name in each["shared"]}
        uses = [f"{part} {variant}".strip() for part, variant in code_parts.uses(fields[layer], shared)]
        parts[tuple(uses)] += 1
        yield {"uses": uses, **measured}
    text = (project / "network.c").read_text()
    yield {"network": project.name, "nameBytes": names_bytes(text), **bytes_of,
           "layers": [[number, list(uses)] for uses, number in sorted(parts.items())]}


def functions(objects):
    """Bytes of the functions that some layer of the project could share, used or not."""
    text = program.output(["riscv64-unknown-elf-nm", "-S", *objects.values()], None)
    found = re.findall(r"^\w+ (\w+) [TW] (dory_(?:dense|columns)_\w+)$", text, re.M)
    return {name: int(size, 16) for size, name in sorted(found, key=lambda each: each[1])}


def merged(samples):
    """Each kind of layer once, with the most bytes of each spelling; functions likewise."""
    networks, layers, catalogue = {}, {}, collections.defaultdict(dict)
    for sample in samples:
        if "network" in sample:
            networks[sample["network"]] = sample
        elif "functions" in sample:
            known = catalogue[sample["spelling"]]
            for name, size in sample["functions"].items():
                known[name] = max(size, known.get(name, 0))
        else:
            known = layers.setdefault(tuple(sample["uses"]), sample)
            for spelling in program.SPELLINGS:
                known[spelling]["own"] = max(known[spelling]["own"], sample[spelling]["own"])
                for name, size in sample[spelling]["shared"].items():
                    known[spelling]["shared"][name] = max(size, known[spelling]["shared"].get(name, 0))
    for spelling, found in catalogue.items():
        yield {"functions": dict(sorted(found.items())), "spelling": spelling}
    yield from (layers[key] for key in sorted(layers))
    yield from (networks[key] for key in sorted(networks))


def read():
    return [json.loads(line) for line in SAMPLES.read_text().splitlines()] if SAMPLES.exists() else []


def write(samples):
    SAMPLES.write_text("".join(json.dumps(sample) + "\n" for sample in merged(samples)))


if __name__ == "__main__":
    if sys.argv[1:2] == ["measure"]:
        with tempfile.TemporaryDirectory() as scratch:
            for path in sys.argv[2:]:
                try:
                    write([*read(), *measure(Path(path).resolve(), Path(scratch))])
                except program.Failed as failure:
                    raise SystemExit(f"error: {path}: {failure}") from None
                print(path, flush=True)
    elif sys.argv[1:] == ["fit"]:
        code_fit.main(read())
    else:
        raise SystemExit(__doc__)
