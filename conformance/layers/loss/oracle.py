"""Cross-entropies, and how the oracle evaluates them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from conformance.layers.loss.reproducer import explain_scores
from conformance.spec.answer import Answer, Arrays, Evaluate, single
from conformance.spec.layer import Layer
from refimpl.ops import loss

# The clipping of Keras' losses of probabilities.
_EPSILON = 1e-7


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


# What a target may be: labels, or a distribution over the classes.
_LABELS = "batch? *space"
_SCORES = "batch? classes *space"
_EITHER = "batch? classes? *space"


def _loss(name: str, evaluate: Evaluate, target: str, *, explained: bool = True) -> Layer:
    arrays = {
        "output": "batch? *space",  # unless it is reduced
        "input": _SCORES,
        "target": target,
        "weight": "classes",
    }
    explain = explain_scores if explained else None
    return Layer(name, "loss", evaluate, arrays, loss=True, explain=explain)


CROSS_ENTROPY = _loss("cross_entropy", _cross_entropy, _EITHER)
NLL_LOSS = _loss("nll_loss", _nll_loss, _LABELS, explained=False)
SOFTMAX_CROSS_ENTROPY = _loss("softmax_cross_entropy", _softmax_cross_entropy, _SCORES)
SPARSE_SOFTMAX_CROSS_ENTROPY = _loss(
    "sparse_softmax_cross_entropy", _sparse_softmax_cross_entropy, _LABELS
)
CATEGORICAL_CROSSENTROPY = _loss("categorical_crossentropy", _categorical, _SCORES)
SPARSE_CATEGORICAL_CROSSENTROPY = _loss("sparse_categorical_crossentropy", _categorical, _LABELS)


def takes_probabilities(layer: Layer) -> bool:
    """Whether a loss's target may be a distribution over the classes."""
    return layer.arrays["target"] != _LABELS


LAYERS = (
    CROSS_ENTROPY,
    NLL_LOSS,
    SOFTMAX_CROSS_ENTROPY,
    SPARSE_SOFTMAX_CROSS_ENTROPY,
    CATEGORICAL_CROSSENTROPY,
    SPARSE_CATEGORICAL_CROSSENTROPY,
)
