"""The expected value spelled out, from the numbers in the file: a table of families.

The terms come from the oracle's own derivatives, on plain numbers. What a function of one element
says is its formula; where nothing is written here, the file says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from conformance import oracle
from conformance.spec.case import Array
from conformance.tools.reproducer.failure import Failure
from refimpl.dtypes import is_float

# So many terms are written; the rest is counted.
_MAX_TERMS = 12

Index = tuple[int, ...]
_Inputs = Mapping[str, Array]

# What an activation of one number x is; for others the oracle's value is given.
FORMULAS: Mapping[str, str] = {
    "relu": "max(x, 0)",
    "relu6": "min(max(x, 0), 6)",
    "leaky_relu": "x if x > 0 else negative_slope * x",
    "elu": "x if x > 0 else alpha * (exp(x) - 1)",
    "celu": "max(x, 0) + min(alpha * (exp(x / alpha) - 1), 0)",
    "gelu": "x * Phi(x), Phi the normal distribution function",
    "silu": "x / (1 + exp(-x))",
    "mish": "x * tanh(log(1 + exp(x)))",
    "sigmoid": "1 / (1 + exp(-x))",
    "log_sigmoid": "-log(1 + exp(-x))",
    "tanh": "tanh(x)",
    "softplus": "log(1 + exp(x))",
    "softsign": "x / (1 + |x|)",
    "hardtanh": "min(max(x, -1), 1)",
    "hardsigmoid": "min(max(x + 3, 0), 6) / 6",
    "hardswish": "x * min(max(x + 3, 0), 6) / 6",
}


def explain_value(failure: Failure) -> str:
    """Spell out how the expected value comes about.

    Parameters
    ----------
    failure : Failure
        What is off.

    Returns
    -------
    str
        Lines.
    """
    index: Any = failure.finding.index
    if not isinstance(index, tuple):
        return "The expected shape follows from the arguments."
    case, call = failure.trial.case, failure.trial.call
    if "rate" in case.config:  # the oracle answers only when it has seen the mask
        return _explain_mask(failure, index)
    arrays = {
        name: array.astype(np.float64) if is_float(array.dtype) else array
        for name, array in oracle.arrays_of(case).items()
    }
    lines: Sequence[str] = ()
    with np.errstate(all="ignore"):
        if failure.kind == "gradient":
            lines = _explain_gradient(failure, arrays, index)
        elif failure.kind == "output" and failure.name == "output":
            answer = oracle.answer_of(case, call.conventions, arrays)
            find = next((find for starts, find in _FAMILIES if case.layer.startswith(starts)), None)
            lines = find(failure, arrays, answer, index) if find else ()
    if not lines:
        return "The expected value is the oracle's: float64, with a bound of every error."
    return "\n".join(lines)


def _explain_mask(failure: Failure, index: Index) -> str:
    """A dropout, given its mask."""
    case, rate = failure.trial.case, failure.trial.case.config["rate"]
    if failure.kind == "output":
        what, value = "input", float(case.draw("input")[index])
    else:
        bar = oracle.cotangent_of(case, "output", case.shapes["input"])
        what, value = "cotangent", float(bar[index])
    if not failure.drawn:
        return f"Nothing is drawn at this rate, or in this mode: the {what} is {value!r}."
    scaled = f"{value!r} / (1 - {rate!r}) = {value / (1 - rate)!r}"
    return f"The {what} divided by 1 - rate, where it survives: {scaled}; 0 where it is dropped."


def _explain_gradient(failure: Failure, arrays: _Inputs, index: Index) -> Sequence[str]:
    """The chain rule: cotangents times what each output changes by."""
    case = failure.trial.case
    answer = oracle.answer_of(case, failure.trial.call.conventions, arrays)
    cotangents = {
        name: np.asarray(oracle.cotangent_of(case, name, np.shape(output)), np.float64)
        for name, output in answer.outputs.items()
        if name in failure.session.answers.expected(failure.trial).cotangents
    }
    if sum(bar.size for bar in cotangents.values()) > 256:
        return ()
    terms = []
    for name, bar in cotangents.items():
        for place in np.ndindex(bar.shape):
            bars = {other: np.zeros_like(value) for other, value in cotangents.items()}
            bars[name][place] = 1.0
            slope = float(answer.vjp(bars)[failure.name][index])
            if slope or not np.isfinite(slope):
                terms.append((float(bar[place]), slope))
    told = "The gradient is the sum of cotangent * derivative of each output by this element:"
    return [told, _format_sum(terms)]


def _explain_weighted_sum(
    failure: Failure, arrays: _Inputs, answer: Any, index: Index
) -> Sequence[str]:
    """A window or row times its weights, and the bias."""
    bars = np.zeros(answer.outputs["output"].shape)
    bars[index] = 1.0
    slopes = answer.vjp({"output": bars})
    weight = arrays["weight"]
    terms = [
        (float(slopes["weight"][place]), float(weight[place]))
        for place in np.ndindex(weight.shape)
        if slopes["weight"][place]
    ]
    bias = float(np.sum(slopes["bias"] * arrays["bias"])) if "bias" in arrays else None
    told = "The output is the sum of input * weight in its window, and the bias:"
    return [told, _format_sum(terms, bias)]


def _explain_average(failure: Failure, arrays: _Inputs, answer: Any, index: Index) -> Sequence[str]:
    bars = np.zeros(answer.outputs["output"].shape)
    bars[index] = 1.0
    slopes = answer.vjp({"output": bars})["input"]
    terms = [
        (float(arrays["input"][place]), float(slopes[place]))
        for place in np.ndindex(slopes.shape)
        if slopes[place]
    ]
    return ["The output is the sum of input / divisor in its window:", _format_sum(terms)]


def _explain_maximum(failure: Failure, arrays: _Inputs, answer: Any, index: Index) -> Sequence[str]:
    value = float(answer.outputs["output"][index])
    return [f"The output is the largest input in its window, the padding left out: {value!r}"]


def _explain_normalisation(
    failure: Failure, arrays: _Inputs, answer: Any, index: Index
) -> Sequence[str]:
    config, x = failure.trial.case.config, arrays["input"]
    each = failure.trial.case.layer.startswith("instance")
    axes = tuple(range(2, x.ndim)) if each else (0, *range(2, x.ndim))
    channel = index[1]
    given = not config["training"] and config.get("track", True)
    if given:
        tracked = ("running_mean", "running_var")
        names = tracked if "running_mean" in arrays else ("mean", "variance")
        mean, variance = (float(arrays[name][channel]) for name in names)
    else:
        where = (index[0], channel) if each else (0, channel)
        mean, variance = (
            float(of(x, axes, keepdims=True)[(*where, *(0,) * (x.ndim - 2))])
            for of in (np.mean, np.var)
        )
    lines = [
        f"mean {mean!r}, variance {variance!r}, epsilon {config['epsilon']!r}",
        f"normalised: ({float(x[index])!r} - mean) / sqrt(variance + epsilon)"
        f" = {(float(x[index]) - mean) / float(np.sqrt(variance + config['epsilon']))!r}",
    ]
    if "weight" in arrays:
        weight, bias = float(arrays["weight"][channel]), float(arrays["bias"][channel])
        lines.append(f"output: normalised * {weight!r} + {bias!r}")
    return lines


def _explain_log_softmax(
    failure: Failure, arrays: _Inputs, answer: Any, index: Index
) -> Sequence[str]:
    scores = arrays["input"]
    along = 1 if scores.ndim > 1 else 0
    if not failure.trial.case.config.get("from_logits", True):
        return ()
    rows = np.moveaxis(scores, along, -1).reshape(-1, scores.shape[along])
    if len(rows) > _MAX_TERMS:
        return ()
    shifted = rows - rows.max(-1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    told = "log-softmax of each row of scores; the loss is minus the target's share of it:"
    return [told, *(f"  {[float(value) for value in row]}" for row in logs)]


def _explain_formula(failure: Failure, arrays: _Inputs, answer: Any, index: Index) -> Sequence[str]:
    formula = FORMULAS.get(failure.trial.case.layer)
    if formula is None:
        return ()
    config = {**failure.trial.case.config, **failure.trial.call.conventions}
    options = {name: config[name] for name in ("alpha", "negative_slope") if name in config}
    where = ", ".join(f"{name} = {value}" for name, value in options.items())
    x = float(arrays["input"][index])
    return [f"{formula}{', ' if where else ''}{where}, at x = {x!r}"]


_Explain = Callable[[Failure, _Inputs, Any, Index], Sequence[str]]

_FAMILIES: tuple[tuple[tuple[str, ...], _Explain], ...] = (
    (("conv", "linear"), _explain_weighted_sum),
    (("avg_pool",), _explain_average),
    (("max_pool",), _explain_maximum),
    (
        ("batch_norm1d", "batch_norm2d", "batch_norm3d", "instance_norm", "fused"),
        _explain_normalisation,
    ),
    (
        ("cross_entropy", "softmax_cross", "sparse_softmax", "categorical", "sparse_cat"),
        _explain_log_softmax,
    ),
    (tuple(FORMULAS), _explain_formula),
)


def _format_sum(terms: Sequence[tuple[float, float]], more: float | None = None) -> str:
    shown = [f"({first!r} * {second!r})" for first, second in terms[:_MAX_TERMS]]
    if len(terms) > _MAX_TERMS:
        shown.append(f"{len(terms) - _MAX_TERMS} more terms")
    if more is not None:
        shown.append(repr(more))
    total = sum(first * second for first, second in terms) + (more or 0.0)
    return f"  {' + '.join(shown) or '0'} = {total!r}"
