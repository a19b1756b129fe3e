"""The oracle's entries for the linear layer, activations and losses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from conformance.spec.answer import Answer, Arrays, Entry, single
from refimpl.ops import activation, loss, softmax
from refimpl.ops.linear import linear

# The clipping of Keras' losses of probabilities.
_EPSILON = 1e-7

# What an entry reads from a configuration; every other key is the dialects' business.
_PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "relu": ("nan_slope",),
    "relu6": (),
    "leaky_relu": ("negative_slope",),
    "elu": ("alpha", "slope_from", "nan_slope"),
    "selu": ("kink", "slope_from", "nan_slope"),
    "celu": ("alpha", "kink", "slope_from", "nan_slope"),
    "gelu": ("approximate",),
    "silu": (),
    "mish": (),
    "sigmoid": (),
    "log_sigmoid": (),
    "tanh": (),
    "softplus": ("beta", "threshold"),
    "softsign": ("slope_from",),
    "hardtanh": ("min_value", "max_value", "kink"),
    "hardsigmoid": (),
    "hardswish": ("slope_from",),
}


def _activation(name: str) -> Entry:
    op: Callable[..., Any] = getattr(activation, name)

    def entry(config: Mapping[str, Any], arrays: Arrays) -> Answer:
        options = {key: config[key] for key in _PARAMETERS[name] if key in config}
        return single(*op(arrays["input"], **options), "input")

    return entry


def _prelu(config: Mapping[str, Any], arrays: Arrays) -> Answer:
    x, slope = arrays["input"], arrays["weight"]
    shape = (1, -1) + (1,) * (x.ndim - 2)
    options = {key: config[key] for key in ("kink",) if key in config}
    output, vjp = activation.prelu(x, slope.reshape(shape), **options)

    def back(cotangent: Any) -> tuple[Any, ...]:
        bar, slope_bar = vjp(cotangent)
        return bar, slope_bar.reshape(slope.shape)

    return single(output, back, "input", "weight")


def _softmax(config: Mapping[str, Any], arrays: Arrays) -> Answer:
    return single(*softmax.softmax(arrays["input"], axis=config["axis"]), "input")


def _log_softmax(config: Mapping[str, Any], arrays: Arrays) -> Answer:
    return single(*softmax.log_softmax(arrays["input"], axis=config["axis"]), "input")


def _linear(config: Mapping[str, Any], arrays: Arrays) -> Answer:
    names = ("input", "weight", "bias")
    taken: list[Any] = [arrays.get(name) for name in names]
    return single(*linear(*taken), *names)


def _cross_entropy(config: Mapping[str, Any], arrays: Arrays) -> Answer:
    output, vjp = loss.cross_entropy(
        arrays["input"],
        arrays["target"],
        weight=arrays.get("weight"),
        ignore_index=config["ignore_index"],
        reduction=config["reduction"],
        label_smoothing=config["label_smoothing"],
    )
    return single(output, vjp, "input", "target")


def _nll_loss(config: Mapping[str, Any], arrays: Arrays) -> Answer:
    output, vjp = loss.nll_loss(
        arrays["input"],
        arrays["target"],
        weight=arrays.get("weight"),
        ignore_index=config["ignore_index"],
        reduction=config["reduction"],
    )
    return single(output, vjp, "input")


def _softmax_cross_entropy(config: Mapping[str, Any], arrays: Arrays) -> Answer:
    output, vjp = loss.softmax_cross_entropy(arrays["input"], arrays["target"], axis=1)
    return single(output, vjp, "input", "target")


def _sparse_softmax_cross_entropy(config: Mapping[str, Any], arrays: Arrays) -> Answer:
    output, vjp = loss.sparse_softmax_cross_entropy(
        np.moveaxis(arrays["input"], 1, -1), arrays["target"]
    )
    return single(output, lambda bar: (np.moveaxis(vjp(bar)[0], -1, 1),), "input")


def _categorical(config: Mapping[str, Any], arrays: Arrays) -> Answer:
    """Keras' cross-entropies: per example, ignoring a class, then reduced."""
    classes, target = config["classes"], arrays["target"]
    weights = None
    if not config["soft"]:
        if config["ignore_index"] is not None:
            weights = (target != config["ignore_index"]).astype(np.float64)
        target = np.moveaxis(np.eye(classes)[np.where(target < 0, 0, target)], -1, 1)
    if config["label_smoothing"]:
        smoothing = config["label_smoothing"]
        target = target * (1 - smoothing) + smoothing / classes
    if config["from_logits"]:
        each, vjp = loss.softmax_cross_entropy(arrays["input"], target, axis=1)
    elif config["soft"]:
        each, vjp = loss.probability_cross_entropy(arrays["input"], target, axis=1)
    else:
        each, vjp = _clipped_then_divided(arrays["input"], target)
    reduce = _REDUCTIONS[config["reduction"]]
    kept = each if weights is None else each * weights
    count = each.size if weights is None else weights.sum()
    output = reduce(kept, count)

    def back(cotangent: Any) -> tuple[Any, ...]:
        share = np.broadcast_to(_shares(config["reduction"], cotangent, count), each.shape)
        return (vjp(share if weights is None else share * weights)[0],)

    return single(output, back, "input")


def _clipped_then_divided(probabilities: Any, target: Any) -> tuple[Any, Callable[..., Any]]:
    """Keras' sparse loss of probabilities, which clips before it divides by the sum.

    Its categorical loss divides first.
    """
    clipped = np.clip(probabilities, _EPSILON, 1 - _EPSILON)
    each, vjp = loss.softmax_cross_entropy(np.log(clipped), target, axis=1)
    inside = (probabilities >= _EPSILON) & (probabilities <= 1 - _EPSILON)

    def back(cotangent: Any) -> tuple[Any, ...]:
        return (np.where(inside, vjp(cotangent)[0] / clipped, 0.0),)

    return each, back


def _average(losses: Any, count: float) -> Any:
    # Keras divides safely: nothing left to average gives 0.
    return np.sum(losses) / count if count else np.sum(losses) * 0.0


_REDUCTIONS: Mapping[str, Callable[[Any, float], Any]] = {
    "none": lambda losses, count: losses,
    "sum": lambda losses, count: np.sum(losses),
    "sum_over_batch_size": _average,
    "mean": _average,
    "mean_with_sample_weight": _average,
}


def _shares(reduction: str, cotangent: Any, count: float) -> Any:
    if reduction in ("none", "sum"):
        return cotangent
    return cotangent / count if count else cotangent * 0.0


ENTRIES: Mapping[str, Entry] = {
    **{name: _activation(name) for name in _PARAMETERS},
    "prelu": _prelu,
    "softmax": _softmax,
    "log_softmax": _log_softmax,
    "linear": _linear,
    "cross_entropy": _cross_entropy,
    "nll_loss": _nll_loss,
    "softmax_cross_entropy": _softmax_cross_entropy,
    "sparse_softmax_cross_entropy": _sparse_softmax_cross_entropy,
    "categorical_crossentropy": _categorical,
    "sparse_categorical_crossentropy": _categorical,
}
