# SPDX-License-Identifier: Apache-2.0
"""Trains the digits network in float, quantizes it to int8 and writes digits.tflite and the test split.

    python3 Examples/digits/train.py

Needs the packages of requirements.txt. Takes about a minute.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one summation order, so that a rerun gives the same file

import pathlib

import numpy as np

from dataset import digits
from network import NETWORK
from operators import backward, forward, parameters
from quantize import quantize
from tflite_file import write_model

FOLDER = pathlib.Path(__file__).resolve().parent
SEED = 7
EPOCHS = 40
BATCH = 32
LEARNING_RATE = 2e-3


def shifted(images, generator):
    """The images, each moved by up to one pixel in both directions: augmentation."""
    padded = np.pad(images, [(0, 0), (1, 1), (1, 1), (0, 0)])
    moves = generator.integers(0, 3, (len(images), 2))
    return np.stack([image[y : y + 8, x : x + 8] for image, (y, x) in zip(padded, moves)])


def train(images, labels):
    """Adam (Kingma and Ba 2015) with a cosine schedule; returns the parameters by layer name."""
    generator = np.random.default_rng(SEED)
    weights = parameters(SEED)
    mean = {name: [np.zeros_like(w) for w in pair] for name, pair in weights.items()}
    square = {name: [np.zeros_like(w) for w in pair] for name, pair in weights.items()}
    steps = EPOCHS * (len(images) // BATCH)
    step = 0
    for epoch in range(EPOCHS):
        order = generator.permutation(len(images))
        for start in range(0, len(images) - BATCH + 1, BATCH):
            chosen = order[start : start + BATCH]
            values = forward(shifted(images[chosen], generator), weights)
            slopes = backward(values, weights, labels[chosen])
            step += 1
            rate = LEARNING_RATE * 0.5 * (1 + np.cos(np.pi * step / steps))
            for name, pair in slopes.items():
                for index, slope in enumerate(pair):
                    mean[name][index] += 0.1 * (slope - mean[name][index])
                    square[name][index] += 0.001 * (slope**2 - square[name][index])
                    m = mean[name][index] / (1 - 0.9**step)
                    v = square[name][index] / (1 - 0.999**step)
                    weights[name][index] -= (rate * m / (np.sqrt(v) + 1e-8)).astype(np.float32)
        if (epoch + 1) % 10 == 0:
            print(f"epoch {epoch + 1:2}: {accuracy(images, labels, weights):.2%} of the training split", flush=True)
    return weights


def accuracy(images, labels, weights):
    """Share of images whose most probable class is the label."""
    return np.mean(forward(images, weights)[NETWORK[-1].name].argmax(1) == labels)


def main():
    (images, labels), (test_images, test_labels) = digits()
    weights = train(images, labels)
    print(f"parameters: {sum(w.size for pair in weights.values() for w in pair)}")
    print(f"float accuracy: {accuracy(test_images, test_labels, weights):.2%} of {len(test_labels)} test images")

    model = quantize(weights, forward(images, weights))
    (FOLDER / "digits.tflite").write_bytes(write_model(model))
    np.save(FOLDER / "test_images.npy", model.tensors["image"].codes(test_images))
    np.save(FOLDER / "test_labels.npy", test_labels.astype(np.uint8))


if __name__ == "__main__":
    main()
