"""Runs the network by ONNX Runtime on one thread.

    peer.py FOLDER

writes its codes to `peer.npy`, and prints the seconds of one inference: the least of several rounds.
"""

import pathlib
import sys
import time

import numpy as np
import onnxruntime

ROUNDS = 5


def main():
    folder = pathlib.Path(sys.argv[1])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    session = onnxruntime.InferenceSession(folder / "mobilenet.onnx", options, providers=["CPUExecutionProvider"])
    samples = np.load(folder / "input.npy")
    outputs = [session.run(None, {"input": sample[None]})[0] for sample in samples]
    np.save(folder / "peer.npy", np.concatenate(outputs))
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for sample in samples:
            session.run(None, {"input": sample[None]})
        best = min(best, time.perf_counter() - start)
    print(best / len(samples))


if __name__ == "__main__":
    main()
