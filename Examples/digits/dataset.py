# SPDX-License-Identifier: Apache-2.0
"""The digits data set of scikit-learn: 1797 images of 8x8 pixels with 17 grey levels (UCI, Alpaydin, Kaynak 1998)."""

import numpy as np
from sklearn.datasets import load_digits

HELD_OUT = 360
SPLIT_SEED = 2026


def digits():
    """(training images, labels), (test images, labels); images are float32 in [0, 1], shape [n, 8, 8, 1]."""
    data = load_digits()
    images = (data.images / 16).astype(np.float32)[..., None]
    order = np.random.default_rng(SPLIT_SEED).permutation(len(images))
    test, training = order[:HELD_OUT], order[HELD_OUT:]
    return (images[training], data.target[training]), (images[test], data.target[test])
