"""The chapter as one program: its layers chained, forward and backward."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from conformance.checks.finding import Array, Finding, compare_within_bound
from conformance.oracle.bounds import Unit, exact
from conformance.spec.library import Library
from conformance.spec.program import Program
from refimpl.ops.activation import relu
from refimpl.ops.dropout import dropout
from refimpl.ops.linear import linear
from refimpl.ops.loss import cross_entropy
from refimpl.ops.norm import batch_norm

_NAMES = {
    "torch": {(0, "weight"): "W", (0, "bias"): "b", (1, "weight"): "gamma", (1, "bias"): "beta"},
    "tf": {(0, "kernel"): "W", (0, "bias"): "b", (1, "gamma"): "gamma", (1, "beta"): "beta"},
}


def check_program(dialect: str) -> Callable[[Library, Program], Sequence[Finding]]:
    """Make the check of one dialect.

    Parameters
    ----------
    dialect : str
        'torch' or 'tf'.

    Returns
    -------
    callable
    """

    def check(library: Library, program: Program) -> Sequence[Finding]:
        draws = _draws(program)
        layers, loss = (_torch if dialect == "torch" else _tf)(library)
        _assign(library, layers, dialect, draws)
        step = library.step(layers, loss, draws["x"], draws["labels"])
        return _findings(step, draws, dialect)

    return check


def _draws(program: Program) -> dict[str, Array]:
    shapes = {"x": (8, 3), "W": (4, 3), "b": (4,), "beta": (4,)}
    drawn = {name: program.draw_like(name, shape) for name, shape in shapes.items()}
    drawn["gamma"] = np.full(4, 4.0, np.float32)
    drawn["labels"] = np.arange(8) * 3 % 4
    return drawn


def _torch(library: Library) -> tuple[list[Any], Any]:
    nn = library.root.nn
    layers = [nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.ReLU()]
    return layers, nn.CrossEntropyLoss()


def _tf(library: Library) -> tuple[list[Any], Any]:
    keras = library.root.keras
    layers = [
        keras.layers.Dense(4),
        keras.layers.BatchNormalization(),
        keras.layers.Dropout(0.5),
        keras.layers.ReLU(),
    ]
    return layers, keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def _assign(library: Library, layers: list[Any], dialect: str, draws: dict[str, Array]) -> None:
    if dialect == "tf":
        values = draws["x"]
        for layer in layers:
            values = library.call(layer, values, training=False)
    for (place, name), key in _NAMES[dialect].items():
        array = draws[key].T if (dialect, key) == ("tf", "W") else draws[key]
        library.assign(layers[place], name, np.ascontiguousarray(array))


def _findings(step: Any, draws: dict[str, Array], dialect: str) -> Sequence[Finding]:
    """Evaluate the same chain on bounded arrays, with the mask that was drawn."""
    unit = Unit.of("float32")
    a = {name: exact(draws[name].astype(np.float64), unit) for name in draws if name != "labels"}
    keep = step.outputs[2] != 0
    h0, back0 = linear(a["x"], a["W"], a["b"])  # type: ignore[arg-type]
    epsilon = 1e-5 if dialect == "torch" else 1e-3
    (h1, _, _), back1 = batch_norm(h0, a["gamma"], a["beta"], epsilon=epsilon)  # type: ignore[arg-type]
    h2, back2 = dropout(h1, keep, rate=0.5, select=dialect == "tf")
    h3, back3 = relu(h2)
    loss, back4 = cross_entropy(h3, draws["labels"])
    one = exact(np.ones(()), unit)
    (d3, _) = back4(one)
    (d2,) = back3(d3)
    (d1,) = back2(d2)
    d0, gamma, beta = back1(d1)
    dx, dw, db = back0(d0)
    expected = {"W": dw, "b": db, "gamma": gamma, "beta": beta}
    findings = [
        compare_within_bound(f"output of layer {place}", got, want)
        for place, (got, want) in enumerate(zip(step.outputs, (h0, h1, h2, h3), strict=True))
    ]
    findings.append(compare_within_bound("loss", step.loss, loss))
    findings.append(compare_within_bound("gradient of the input", step.input_gradient, dx))
    for place, key in _NAMES[dialect].items():
        got = step.gradients[place]
        transposed = got.T if (dialect, key) == ("tf", "W") else got
        findings.append(compare_within_bound(f"gradient of {key}", transposed, expected[key]))
    return findings
