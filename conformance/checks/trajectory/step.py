"""One step of a training run: what it gave, and what the oracle says it should have."""

from __future__ import annotations

from typing import Any

import numpy as np

from conformance.checks.finding import Array
from conformance.checks.trajectory.training import PARAMETERS, TrainingStep
from conformance.oracle.bounds import Unit, exact
from conformance.programs.trajectory import TrainingRun
from refimpl.ops.activation import relu
from refimpl.ops.conv import conv
from refimpl.ops.dropout import dropout
from refimpl.ops.linear import linear
from refimpl.ops.loss import cross_entropy
from refimpl.ops.norm import batch_norm, blend, unbias_variance
from refimpl.ops.pooling import max_pool
from refimpl.ops.sgd import coupled_step, decoupled_step

_UNIT = Unit.of("float32")
_NHWC = (0, 2, 3, 1)
_NCHW = (0, 3, 1, 2)
_EPSILON = {"torch": 1e-5, "tf": 1e-3}
_MOMENTUM = {"torch": 0.1, "tf": 0.01}
# Parameters in the order in which their gradients are found.
_BACKWARD = ((6, "weight"), (6, "bias"), (1, "weight"), (1, "bias"), (0, "weight"), (0, "bias"))


def observed_values(step: TrainingStep, dialect: str) -> dict[str, Array]:
    """Name the arrays of a step, in the neutral layout.

    Parameters
    ----------
    step : TrainingStep
        The step.
    dialect : str
        Whose layout it is in.

    Returns
    -------
    dict
        In the order in which a step makes them, as in `wanted`.
    """
    first = dialect == "tf"
    arrays = {
        f"output of layer {place}": _images(output, first)
        for place, output in enumerate(step.result.outputs)
    }
    arrays["loss"] = step.result.loss
    arrays["gradient of the input"] = _images(step.result.input_gradient, first)
    for key in _BACKWARD:
        slope = step.result.gradients[_name_in(key, dialect)]
        arrays[f"gradient of {_words(key)}"] = _parameter(slope, key, first)
        arrays[f"{_words(key)} after the step"] = _parameter(step.after[key], key, first)
    return {**arrays, **step.statistics_after}


def expected_values(
    step: TrainingStep,
    run: TrainingRun,
    dialect: str,
    buffers: dict[tuple[int, str], Any],
    *,
    chained: bool = False,
) -> dict[str, Any]:
    """Evaluate a step on bounded arrays.

    Parameters
    ----------
    step : TrainingStep
        The step: its parameters, statistics and mask are taken as exact.
    run : TrainingRun
        The recipe.
    dialect : str
        Whose rules.
    buffers : dict
        The momentum so far; written over with what it is after the step.
    chained : bool
        Whether each layer is evaluated on the oracle's answer for the layer before it, so that
        the bounds add up over the whole step; by default on the input that it really got.

    Returns
    -------
    dict
        Name -> Bounded.
    """
    first = dialect == "tf"
    images = [_images(array, first) for array in (step.inputs, *step.result.outputs)]
    p = {key: _to_bounded(_parameter(array, key, first)) for key, array in step.before.items()}
    ones: dict[str, Any] = {"stride": (1, 1), "dilation": (1, 1)}
    size: dict[str, Any] = {
        "kernel": (2, 2),
        "stride": (2, 2),
        "padding": ((0, 0),) * 2,
        "dilation": (1, 1),
    }
    outputs: list[Any] = []
    backs: list[Any] = [None] * 7

    def last_output() -> Any:
        return outputs[-1] if chained and outputs else _to_bounded(images[len(outputs)])

    output, backs[0] = conv(
        last_output(), p[0, "weight"], p[0, "bias"], padding=((1, 1),) * 2, **ones
    )
    outputs.append(output)
    normed, backs[1] = batch_norm(
        last_output(), p[1, "weight"], p[1, "bias"], epsilon=_EPSILON[dialect]
    )
    output, mean, variance = normed
    outputs.append(output)
    output, backs[2] = relu(last_output())
    outputs.append(output)
    output, backs[3] = max_pool(last_output(), **size)
    outputs.append(output)
    output, backs[4] = dropout(
        last_output(), dropout_mask(step, dialect), rate=run.rate, select=first
    )
    outputs.append(output)
    pooled = last_output()
    flat = pooled.transpose(_NHWC) if first else pooled
    outputs.append(flat.reshape(len(step.labels), -1))
    output, backs[6] = linear(last_output(), p[6, "weight"], p[6, "bias"])
    outputs.append(output)
    loss, back = cross_entropy(last_output(), step.labels)
    answers: dict[str, Any] = {f"output of layer {n}": output for n, output in enumerate(outputs)}
    answers["loss"] = loss
    gradients, bar = _backward(backs, back(exact(np.ones(()), _UNIT))[0], pooled, first)
    answers["gradient of the input"] = bar
    for key in _BACKWARD:
        answers[f"gradient of {_words(key)}"] = gradients[key]
        slope = gradients[key]
        if not chained:
            slope = _to_bounded(
                _parameter(step.result.gradients[_name_in(key, dialect)], key, first)
            )
        after, buffers[key] = _descend(p[key], slope, buffers.get(key), run, dialect)
        answers[f"{_words(key)} after the step"] = after
    count = images[1].size // mean.size
    return {**answers, **_statistics(step, dialect, mean, variance, count)}


def dropout_mask(step: TrainingStep, dialect: str) -> Array:
    """Return which elements survived the dropout.

    Parameters
    ----------
    step : TrainingStep
        The step.
    dialect : str
        Whose layout it is in.

    Returns
    -------
    ndarray of bool
        In the neutral layout. Where the dropout's input is 0 nothing tells, and nothing depends
        on it.
    """
    mask: Array = _images(step.result.outputs[4], dialect == "tf") != 0
    return mask


def _backward(backs: list[Any], bar: Any, pooled: Any, first: bool) -> tuple[dict[Any, Any], Any]:
    gradients = {}
    bar, gradients[6, "weight"], gradients[6, "bias"] = backs[6](bar)
    if first:
        n, c, h, w = pooled.shape
        bar = bar.reshape(n, h, w, c).transpose(_NCHW)
    else:
        bar = bar.reshape(pooled.shape)
    for place in (4, 3, 2):
        (bar,) = backs[place](bar)
    bar, gradients[1, "weight"], gradients[1, "bias"] = backs[1](bar)
    bar, gradients[0, "weight"], gradients[0, "bias"] = backs[0](bar)
    return gradients, bar


def _descend(
    parameter: Any, slope: Any, buffer: Any, run: TrainingRun, dialect: str
) -> tuple[Any, Any]:
    step: Any = coupled_step if dialect == "torch" else decoupled_step
    options = run.optimizer_options
    after, buffer = step(parameter, slope, buffer, **options)
    return after, buffer


def _statistics(
    step: TrainingStep, dialect: str, mean: Any, variance: Any, count: int
) -> dict[str, Any]:
    if dialect == "torch":
        variance = unbias_variance(variance, count)
    new = {"running_mean": mean, "running_var": variance}
    return {
        name: blend(_to_bounded(old), new[name], _MOMENTUM[dialect])
        for name, old in step.statistics_before.items()
    }


def _name_in(key: tuple[int, str], dialect: str) -> tuple[int, str]:
    return key[0], PARAMETERS[dialect][key]


def _words(key: tuple[int, str]) -> str:
    return f"{key[1]} of layer {key[0]}"


def _images(array: Array, channels_last: bool) -> Array:
    return array.transpose(_NCHW) if channels_last and array.ndim == 4 else array


def _parameter(array: Array, key: tuple[int, str], channels_last: bool) -> Array:
    if not channels_last or key[1] != "weight" or key[0] == 1:
        return array
    return array.transpose(3, 2, 0, 1) if array.ndim == 4 else array.T


def _to_bounded(array: Array) -> Any:
    return exact(array.astype(np.float64), _UNIT)
