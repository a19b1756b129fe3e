"""Training runs, step by step: each step from the subject's own parameters, within bounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from conformance.bounds import Unit, exact
from conformance.checks.finding import Array, Finding, within_bound
from conformance.session import Trial
from conformance.training import PARAMETERS, Note, train
from refimpl.ops.activation import relu
from refimpl.ops.conv import conv
from refimpl.ops.dropout import dropout
from refimpl.ops.linear import linear
from refimpl.ops.loss import cross_entropy
from refimpl.ops.norm import batch_norm, blend, unbiased
from refimpl.ops.pool import max_pool
from refimpl.ops.sgd import coupled_step, decoupled_step

_UNIT = Unit.of("float32")
_NHWC = (0, 2, 3, 1)
_NCHW = (0, 3, 1, 2)
_EPSILON = {"torch": 1e-5, "tf": 1e-3}
_MOMENTUM = {"torch": 0.1, "tf": 0.01}


def check_each_step_is_within_bounds(trial: Trial) -> Sequence[Finding]:
    """Every number of every step of a training run lies within its bound.

    Each step starts from what the subject had: its parameters, statistics and mask are taken as
    exact, and every layer is judged on the input it really got, so that no error of an earlier
    step excuses a later one.

    Parameters
    ----------
    trial : Trial
        A trajectory.

    Returns
    -------
    sequence of Finding
        The worst of each tensor over all steps.
    """
    dialect = trial.call.target
    library = trial.session.library(trial.subject)
    buffers: dict[tuple[int, str], Any] = {}
    worst: dict[str, Finding] = {}
    for number, note in enumerate(train(library, trial.case, dialect)):
        for finding in _step(note, trial.case.config, dialect, buffers):
            known = worst.get(finding.what)
            if known is None or finding.k > known.k:
                where = (f"step {number}", finding.index)
                worst[finding.what] = Finding(
                    finding.what, finding.k, where, finding.got, finding.expected, finding.bound
                )
    return list(worst.values())


def _step(
    note: Note,
    config: Mapping[str, Any],
    dialect: str,
    buffers: dict[tuple[int, str], Any],
) -> Iterator[Finding]:
    first = dialect == "tf"
    inputs = [note.inputs, *note.step.outputs[:-1]]
    given = [_bounded(_images(array, first)) for array in inputs]
    p = {key: _bounded(_parameter(array, key, first)) for key, array in note.before.items()}
    ones: dict[str, Any] = {"stride": (1, 1), "dilation": (1, 1)}
    size: dict[str, Any] = {
        "kernel": (2, 2),
        "stride": (2, 2),
        "padding": ((0, 0),) * 2,
        "dilation": (1, 1),
    }
    outputs: list[Any] = [None] * 7
    backs: list[Any] = [None] * 7
    outputs[0], backs[0] = conv(
        given[0], p[0, "weight"], p[0, "bias"], padding=((1, 1),) * 2, **ones
    )
    normed, backs[1] = batch_norm(given[1], p[1, "weight"], p[1, "bias"], epsilon=_EPSILON[dialect])
    outputs[1], mean, variance = normed
    outputs[2], backs[2] = relu(given[2])
    outputs[3], backs[3] = max_pool(given[3], **size)
    # Where the input is zero nothing tells whether it was kept, and nothing depends on it.
    keep = _images(note.step.outputs[4], first) != 0
    outputs[4], backs[4] = dropout(given[4], keep, rate=config["rate"], select=first)
    flat = given[5].transpose(_NHWC) if first else given[5]
    outputs[5] = flat.reshape(len(note.labels), -1)
    outputs[6], backs[6] = linear(given[6], p[6, "weight"], p[6, "bias"])
    scores = _bounded(note.step.outputs[6])
    loss, back = cross_entropy(scores, note.labels)
    for place, (got, want) in enumerate(zip(note.step.outputs, outputs, strict=True)):
        yield within_bound(f"output of layer {place}", _images(got, first), want)
    yield within_bound("loss", note.step.loss, loss)
    gradients, bar = _backward(backs, back(exact(np.ones(()), _UNIT))[0], given[5], first)
    yield within_bound("gradient of the input", _images(note.step.input_gradient, first), bar)
    for key, want in gradients.items():
        name = f"{key[1]} of layer {key[0]}"
        slope = _parameter(note.step.gradients[_named(key, dialect)], key, first)
        yield within_bound(f"gradient of {name}", slope, want)
        after, buffers[key] = _descend(p[key], _bounded(slope), buffers.get(key), config, dialect)
        yield within_bound(f"{name} after the step", _parameter(note.after[key], key, first), after)
    yield from _statistics(note, dialect, mean, variance, inputs[1].size // mean.size)


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
    parameter: Any, slope: Any, buffer: Any, config: Mapping[str, Any], dialect: str
) -> tuple[Any, Any]:
    step: Any = coupled_step if dialect == "torch" else decoupled_step
    options = {name: config[name] for name in ("learning_rate", "momentum", "weight_decay")}
    after, buffer = step(parameter, slope, buffer, **options)
    return after, buffer


def _statistics(
    note: Note, dialect: str, mean: Any, variance: Any, count: int
) -> Iterator[Finding]:
    if dialect == "torch":
        variance = unbiased(variance, count)
    for name, new in ("running_mean", mean), ("running_var", variance):
        want = blend(_bounded(note.statistics_before[name]), new, _MOMENTUM[dialect])
        yield within_bound(name, note.statistics_after[name], want)


def _named(key: tuple[int, str], dialect: str) -> tuple[int, str]:
    return key[0], PARAMETERS[dialect][key]


def _images(array: Array, channels_last: bool) -> Array:
    return array.transpose(_NCHW) if channels_last and array.ndim == 4 else array


def _parameter(array: Array, key: tuple[int, str], channels_last: bool) -> Array:
    if not channels_last or key[1] != "weight" or key[0] == 1:
        return array
    return array.transpose(3, 2, 0, 1) if array.ndim == 4 else array.T


def _bounded(array: Array) -> Any:
    return exact(array.astype(np.float64), _UNIT)
