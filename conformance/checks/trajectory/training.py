"""Trains the trajectory's network on a library's own layers, and records each step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from conformance.programs.trajectory import TrainingRun, draw_images
from conformance.spec.case import Array
from conformance.spec.library import Library, Step
from conformance.spec.program import Program

# Place in the chain -> {neutral parameter: its name in each dialect}.
PARAMETERS: Mapping[str, Mapping[tuple[int, str], str]] = {
    "torch": {
        (0, "weight"): "weight",
        (0, "bias"): "bias",
        (1, "weight"): "weight",
        (1, "bias"): "bias",
        (6, "weight"): "weight",
        (6, "bias"): "bias",
    },
    "tf": {
        (0, "weight"): "kernel",
        (0, "bias"): "bias",
        (1, "weight"): "gamma",
        (1, "bias"): "beta",
        (6, "weight"): "kernel",
        (6, "bias"): "bias",
    },
}
STATISTICS: Mapping[str, Mapping[str, str]] = {
    "torch": {"running_mean": "running_mean", "running_var": "running_var"},
    "tf": {"running_mean": "moving_mean", "running_var": "moving_variance"},
}


@dataclass(frozen=True)
class TrainingStep:
    """One step of a training run, in the dialect's own layouts.

    Attributes
    ----------
    inputs, labels : ndarray
        The batch.
    before, after : mapping
        (Place, neutral parameter) -> value before and after the step.
    statistics_before, statistics_after : mapping
        Neutral name -> running statistic.
    step : Step
        What the pass forward and backward gave.
    """

    inputs: Array
    labels: Array
    before: Mapping[tuple[int, str], Array]
    after: Mapping[tuple[int, str], Array]
    statistics_before: Mapping[str, Array]
    statistics_after: Mapping[str, Array]
    result: Step


def train(library: Library, program: Program, dialect: str) -> Iterator[TrainingStep]:
    """Build the network from the seed and train it.

    Parameters
    ----------
    library : Library
        Whose layers.
    program : Program
        A trajectory.
    dialect : str
        'torch' or 'tf'.

    Yields
    ------
    TrainingStep
        One for each step.
    """
    run: TrainingRun = program.content
    pictures, labels = draw_images(program)
    if dialect == "tf":
        pictures = np.ascontiguousarray(pictures.transpose(0, 2, 3, 1))
    layers, loss = (_torch if dialect == "torch" else _tf)(library, run)
    order = library.order(run.examples, run.seed)
    if dialect == "tf":
        _build(library, layers, pictures[: run.batch])
    descend = library.optimizer(layers, run.optimizer_options)
    per_epoch = run.examples // run.batch
    for number in range(run.steps):
        start = number % per_epoch * run.batch
        chosen = order[start : start + run.batch]
        before, statistics_before = _values(library, layers, dialect)
        step = library.step(layers, loss, pictures[chosen], labels[chosen])
        descend()
        after, statistics_after = _values(library, layers, dialect)
        yield TrainingStep(
            pictures[chosen],
            labels[chosen],
            before,
            after,
            statistics_before,
            statistics_after,
            step,
        )


def _torch(library: Library, run: TrainingRun) -> tuple[list[Any], Any]:
    library.seed(run.seed)
    nn, width = library.root.nn, run.channels
    features = width * (run.size // 2) ** 2
    layers = [
        nn.Conv2d(1, width, 3, padding=1),
        nn.BatchNorm2d(width),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Dropout(run.rate),
        nn.Flatten(),
        nn.Linear(features, run.classes),
    ]
    return layers, nn.CrossEntropyLoss()


def _tf(library: Library, run: TrainingRun) -> tuple[list[Any], Any]:
    library.seed(run.seed)
    keras = library.root.keras
    layers = [
        keras.layers.Conv2D(run.channels, 3, padding="same"),
        keras.layers.BatchNormalization(),
        keras.layers.ReLU(),
        keras.layers.MaxPooling2D(2),
        keras.layers.Dropout(run.rate),
        keras.layers.Flatten(),
        keras.layers.Dense(run.classes),
    ]
    return layers, keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def _build(library: Library, layers: Sequence[Any], batch: Array) -> None:
    for layer in layers:
        batch = library.call(layer, batch)


def _values(
    library: Library, layers: Sequence[Any], dialect: str
) -> tuple[dict[tuple[int, str], Array], dict[str, Array]]:
    parameters = {
        key: library.numpy(getattr(layers[key[0]], name))
        for key, name in PARAMETERS[dialect].items()
    }
    statistics = {
        neutral: library.numpy(getattr(layers[1], name))
        for neutral, name in STATISTICS[dialect].items()
    }
    return parameters, statistics
