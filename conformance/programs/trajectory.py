"""Training runs: a small convolutional network, from one seed, for fifty steps.

The images are drawn for the run: each class has a pattern of its own under noise, so there is
something to learn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from conformance.spec.case import Array
from conformance.spec.program import Program


@dataclass(frozen=True)
class TrainingRun:
    """What a framework needs to know; the layers are the chapter's, chained.

    Attributes
    ----------
    free : bool
        Whether nothing but the seed is given; otherwise each step starts from the subject's own
        parameters.
    steps, batch, examples, classes : int
        How many steps are made, of how many examples each, from how many, of how many classes.
    size, channels : int
        Height and width of an image, and the width of the convolution.
    rate : float
        The dropout's rate.
    learning_rate, momentum, weight_decay : float
        The optimizer's.
    seed : int
        The seed of all that is drawn.
    """

    free: bool
    steps: int = 50
    batch: int = 12
    examples: int = 60
    classes: int = 3
    size: int = 8
    channels: int = 4
    rate: float = 0.25
    learning_rate: float = 0.05
    momentum: float = 0.875
    weight_decay: float = 2.0**-10
    seed: int = 2024

    @property
    def optimizer_options(self) -> Mapping[str, float]:
        """What `Library.optimizer` takes."""
        return {
            "learning_rate": self.learning_rate,
            "momentum": self.momentum,
            "weight_decay": self.weight_decay,
        }


_RUNS = {
    "synchronised": "a gradient, a statistic or a step that is wrong only once a network learns",
    "free": "a draw that is another one, or is drawn in another order, once nothing is copied",
}


def programs() -> tuple[Program, ...]:
    """The training runs as programs.

    Returns
    -------
    tuple of Program
    """
    return tuple(
        Program(
            kind="trajectory",
            words=("sgd", word),
            content=TrainingRun(free=word == "free"),
            hunts=hunts,
            form="program",
            compared_with_refimpl=word == "free",
        )
        for word, hunts in _RUNS.items()
    )


def draw_images(program: Program) -> tuple[Array, Array]:
    """Draw the images and labels of a training run.

    Parameters
    ----------
    program : Program
        A trajectory.

    Returns
    -------
    images : (N, 1, H, W) ndarray
    labels : (N,) ndarray of int64
    """
    run: TrainingRun = program.content
    labels = np.arange(run.examples, dtype=np.int64) % run.classes
    patterns = program.draw_like("patterns", (run.classes, 1, run.size, run.size))
    noise = program.draw_like("noise", (run.examples, 1, run.size, run.size))
    return patterns[labels] + noise / np.float32(2), labels
