"""What a random network consists of."""

from dataclasses import dataclass

import numpy as np


@dataclass
class Trial:
    """A model file with inputs and the output codes of the runtime that defines its arithmetic, sample by sample."""

    model: bytes
    suffix: str
    inputs: list[np.ndarray]
    outputs: list[np.ndarray]
    description: str
    profile: str
