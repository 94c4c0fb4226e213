#!/usr/bin/env python3
"""Runs random small networks here and on the runtimes that define their arithmetic, and compares every code.

    differential.py DORY_GEN [--count N] [--seed S] [--only NAME]

QOperator and QDQ networks run on ONNX Runtime, TFLite networks on TensorFlow Lite for Microcontrollers and, for the
operators whose arithmetic there is modelled, on LiteRT through XNNPACK. A network is made from its seed alone, which is printed where the codes differ, where the tool refuses, and where it ends in another
way. The packages are those of requirements.txt; scripts/conformance installs them. The exit status is 1 if any network
failed.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import onnx_networks
import tflite_networks

SAMPLES = 4
MAKERS = {
    "qoperator": onnx_networks.qoperator,
    "qdq": onnx_networks.qdq,
    "tflm": tflite_networks.tflm,
    "xnnpack": tflite_networks.xnnpack,
}


def compare(tool, trial, folder):
    """Runs one network; an empty text where all codes agree, else what happened."""
    model = folder / ("model" + trial.suffix)
    model.write_bytes(trial.model)
    np.save(folder / "input.npy", np.stack(trial.inputs))
    command = [tool, "run", model, "--backend", "reference", "--profile", trial.profile]
    command += ["--input", folder / "input.npy", "--output", folder / "out"]
    result = subprocess.run([str(c) for c in command], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if result.returncode != 0:
        return f"exit status {result.returncode}: " + " | ".join(result.stderr.strip().splitlines()[:2])
    found = np.load(folder / "out" / "output0.npy").reshape(len(trial.inputs), -1).astype(np.int64)
    expected = np.stack([o.reshape(-1) for o in trial.outputs]).astype(np.int64)
    if found.shape != expected.shape:
        return f"{found.shape} codes, but the runtime gives {expected.shape}"
    wrong = found != expected
    if not wrong.any():
        return ""
    sample, element = np.argwhere(wrong)[0]
    return (
        f"{wrong.sum()} of {wrong.size} codes differ, first in sample {sample}, element {element}: "
        f"runtime {expected[sample, element]}, here {found[sample, element]}"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tool")
    parser.add_argument("--count", type=int, default=50, help="networks of each kind")
    parser.add_argument("--seed", type=int, default=1, help="of the first network; the others follow")
    parser.add_argument("--only", choices=sorted(MAKERS))
    options = parser.parse_args()
    tool = str(pathlib.Path(options.tool).resolve())

    failures = 0
    for kind, make in MAKERS.items():
        if options.only not in (None, kind):
            continue
        failed = codes = 0
        for seed in range(options.seed, options.seed + options.count):
            trial = make(np.random.default_rng(seed), SAMPLES)
            codes += sum(o.size for o in trial.outputs)
            with tempfile.TemporaryDirectory() as folder:
                problem = compare(tool, trial, pathlib.Path(folder))
            if problem:
                failed += 1
                print(f"FAIL  {kind}, seed {seed}: {trial.description}\n      {problem}", flush=True)
        verdict = "FAIL" if failed else "pass"
        print(
            f"{verdict}  {kind}: {options.count - failed} of {options.count} random networks agree, {codes} codes, "
            f"seeds {options.seed} to {options.seed + options.count - 1}",
            flush=True,
        )
        failures += failed
    raise SystemExit(failures > 0)


if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).parent))
    main()
