"""Training runs: a small convolutional network, from one seed, for fifty steps.

The images are drawn for the case: each class has a pattern of its own under noise, so there is
something to learn.
"""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

from conformance.spec.case import Array, Case

# Everything a framework needs to be told; the layers are the chapter's, chained.
RECIPE = MappingProxyType(
    {
        "steps": 50,
        "batch": 12,
        "examples": 60,
        "classes": 3,
        "size": 8,
        "channels": 4,
        "rate": 0.25,
        "learning_rate": 0.05,
        "momentum": 0.875,
        "weight_decay": 2.0**-10,
        "seed": 2024,
    }
)


_RUNS = {
    "synchronised": "a gradient, a statistic or a step that is wrong only once a network learns",
    "free": "a draw that is another one, or is drawn in another order, once nothing is copied",
}


def cases() -> tuple[Case, ...]:
    """The training runs.

    Returns
    -------
    tuple of Case
    """
    return tuple(
        Case(
            layer="trajectory",
            words=("sgd", word),
            config=MappingProxyType({**RECIPE, "free": word == "free"}),
            shapes=MappingProxyType({}),
            regime="normal",
            dtype="float32",
            hunts=hunts,
        )
        for word, hunts in _RUNS.items()
    )


def images(case: Case) -> tuple[Array, Array]:
    """Draw the images and labels of a training run.

    Parameters
    ----------
    case : Case
        A trajectory.

    Returns
    -------
    images : (N, 1, H, W) ndarray
    labels : (N,) ndarray of int64
    """
    config = case.config
    count, size = config["examples"], config["size"]
    labels = np.arange(count, dtype=np.int64) % config["classes"]
    patterns = case.draw_like("patterns", (config["classes"], 1, size, size), "normal")
    noise = case.draw_like("noise", (count, 1, size, size), "normal")
    return patterns[labels] + noise / np.float32(2), labels
