# SPDX-License-Identifier: Apache-2.0
"""Runs digits.tflite in two runtimes that others made and writes what the first one answers as golden data.

    python3 Examples/digits/evaluate.py

- tflite-runtime 2.14.0, the TensorFlow Lite interpreter with its reference kernels (BUILTIN_REF)
- tflite-micro, TensorFlow Lite for Microcontrollers with its reference kernels

Prints the int8 accuracy of both on the held-out split and fails unless they agree on every code. Writes golden/: the
first samples of the split, their outputs, and the intermediates of sample 0 that the first one keeps. Needs the packages of requirements.txt.
"""

import hashlib
import json
import pathlib

import numpy as np
from tflite_micro import runtime as micro
from tflite_runtime.interpreter import Interpreter, OpResolverType

FOLDER = pathlib.Path(__file__).resolve().parent
SAMPLES = 64
ARENA_BYTES = 1 << 20


def main():
    model = (FOLDER / "digits.tflite").read_bytes()
    images = np.load(FOLDER / "test_images.npy")
    labels = np.load(FOLDER / "test_labels.npy")

    interpreter = Interpreter(
        model_content=model,
        experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
        experimental_preserve_all_tensors=True,
    )
    interpreter.allocate_tensors()
    lite = np.stack([run_lite(interpreter, image) for image in images])
    interpreter_micro = micro.Interpreter.from_bytes(model, arena_size=ARENA_BYTES)
    tiny = np.stack([run_micro(interpreter_micro, image) for image in images])

    for name, codes in (("tflite-runtime 2.14.0", lite), ("tflite-micro", tiny)):
        print(f"int8 accuracy: {np.mean(codes.argmax(1) == labels):.2%} of {len(labels)} test images, {name}")
    differing = np.count_nonzero(lite != tiny)
    print(f"differing codes: {differing} of {lite.size}")
    if differing:
        raise SystemExit("the two runtimes differ: no golden data written")
    run_lite(interpreter, images[0])
    write_golden(model, interpreter, images[:SAMPLES], lite[:SAMPLES])


def run_lite(interpreter, image):
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], image[None])
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])[0]


def run_micro(interpreter, image):
    interpreter.set_input(image[None], 0)
    interpreter.invoke()
    return interpreter.get_output(0)[0]


def write_golden(model, interpreter, images, outputs):
    """Writes golden/; the interpreter has just run sample 0."""
    folder = FOLDER / "golden"
    folder.mkdir(exist_ok=True)
    (folder / "input0.bin").write_bytes(images.tobytes())
    (folder / "output0.bin").write_bytes(outputs.tobytes())
    records, blob = intermediates(interpreter)
    (folder / "tensors_sample0.bin").write_bytes(blob)
    (folder / "tensors_sample0.json").write_text(json.dumps(records, indent=1) + "\n")
    manifest = {
        "name": "digits",
        "format": "tflite",
        "role": "golden",
        "licence": "Apache-2.0",
        "model_file": "../digits.tflite",
        "size": len(model),
        "sha256": hashlib.sha256(model).hexdigest(),
        "golden": {
            "primary": "tflite_runtime-2.14.0-BUILTIN_REF",
            "n": len(images),
            "inputs": [description("input0.bin", interpreter.get_input_details()[0], len(images))],
            "outputs": [description("output0.bin", interpreter.get_output_details()[0], len(images))],
            "intermediates": ["tensors_sample0.bin/.json (operators' outputs, execution order, sample 0)"],
        },
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")


def description(file, details, count):
    return {
        "file": file,
        "dtype": details["dtype"].__name__,
        "n": count,
        "shape": [int(size) for size in details["shape"]],
        "tensor_index": details["index"],
        "name": details["name"],
        "quant": quantization(details),
    }


def quantization(details):
    parameters = details["quantization_parameters"]
    return {
        "scale": [float(scale) for scale in parameters["scales"]],
        "zp": [int(zero_point) for zero_point in parameters["zero_points"]],
        "dim": parameters["quantized_dimension"],
    }


def intermediates(interpreter):
    """The output of each operator in execution order, at offsets that are multiples of 8.

    Even when it preserves all tensors the interpreter adds in place: an output whose memory a later operator writes
    again no longer holds its values and is left out.
    """
    details = {tensor["index"]: tensor for tensor in interpreter.get_tensor_details()}
    operators = interpreter._get_ops_details()
    last_writer = {address(interpreter, index): index for operator in operators for index in operator["outputs"]}
    records, blob = [], b""
    for position, operator in enumerate(operators):
        for index in operator["outputs"]:
            if last_writer[address(interpreter, index)] != index:
                continue
            values = interpreter.get_tensor(index)
            records.append(
                {
                    "op_index": position,
                    "op": operator["op_name"],
                    "tensor_index": int(index),
                    "name": details[index]["name"],
                    "dtype": values.dtype.name,
                    "shape": list(values.shape),
                    "offset": len(blob),
                    "nbytes": values.nbytes,
                    "quant": quantization(details[index]),
                }
            )
            blob += values.tobytes() + bytes(-values.nbytes % 8)
    return records, blob


def address(interpreter, index):
    """Where the tensor's values lie in memory."""
    return interpreter.tensor(index)().__array_interface__["data"][0]


if __name__ == "__main__":
    main()
