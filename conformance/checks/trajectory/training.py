"""Trains the trajectory's network on a library's own layers and optimizer, and takes notes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from conformance.programs.trajectory import images
from conformance.spec.case import Array, Case
from conformance.spec.library import Library, Step

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
class Note:
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
    step: Step


def train(library: Library, case: Case, dialect: str) -> Iterator[Note]:
    """Build the network from the seed and train it.

    Parameters
    ----------
    library : Library
        Whose layers.
    case : Case
        A trajectory.
    dialect : str
        'torch' or 'tf'.

    Yields
    ------
    Note
        One for each step.
    """
    config = case.config
    pictures, labels = images(case)
    if dialect == "tf":
        pictures = np.ascontiguousarray(pictures.transpose(0, 2, 3, 1))
    layers, loss = (_torch if dialect == "torch" else _tf)(library, config)
    order = library.order(config["examples"], config["seed"])
    if dialect == "tf":
        _build(library, layers, pictures[: config["batch"]])
    descend = library.optimizer(layers, config)
    per_epoch = config["examples"] // config["batch"]
    for number in range(config["steps"]):
        start = number % per_epoch * config["batch"]
        chosen = order[start : start + config["batch"]]
        before, statistics_before = _values(library, layers, dialect)
        step = library.step(layers, loss, pictures[chosen], labels[chosen])
        descend()
        after, statistics_after = _values(library, layers, dialect)
        yield Note(
            pictures[chosen],
            labels[chosen],
            before,
            after,
            statistics_before,
            statistics_after,
            step,
        )


def _torch(library: Library, config: Mapping[str, Any]) -> tuple[list[Any], Any]:
    library.seed(config["seed"])
    nn, width = library.root.nn, config["channels"]
    features = width * (config["size"] // 2) ** 2
    layers = [
        nn.Conv2d(1, width, 3, padding=1),
        nn.BatchNorm2d(width),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Dropout(config["rate"]),
        nn.Flatten(),
        nn.Linear(features, config["classes"]),
    ]
    return layers, nn.CrossEntropyLoss()


def _tf(library: Library, config: Mapping[str, Any]) -> tuple[list[Any], Any]:
    library.seed(config["seed"])
    keras = library.root.keras
    layers = [
        keras.layers.Conv2D(config["channels"], 3, padding="same"),
        keras.layers.BatchNormalization(),
        keras.layers.ReLU(),
        keras.layers.MaxPooling2D(2),
        keras.layers.Dropout(config["rate"]),
        keras.layers.Flatten(),
        keras.layers.Dense(config["classes"]),
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
