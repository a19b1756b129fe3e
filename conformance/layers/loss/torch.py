"""Losses in PyTorch's words."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from conformance.spec.call import Call, Owned, Slot, Translate, Unsupported
from conformance.spec.case import Case

_OPTIONS = ("ignore_index", "reduction")


def _slots(case: Case) -> tuple[Slot, ...]:
    slots = (Slot("input", "input"), Slot("target", "target"))
    weight = Slot("weight", "weight", "constant")
    return (*slots, weight) if case.config.get("weighted") else slots


def _class(case: Case, target: str, options: tuple[str, ...]) -> Call:
    owned = (
        (Owned("weight", case.shapes["weight"], case.dtype, False),)
        if case.config["weighted"]
        else ()
    )
    arguments = {name: case.config[name] for name in options}
    return Call(target, "class", arguments, _slots(case), owned=owned)


def _function(case: Case, target: str, options: tuple[str, ...]) -> Call:
    arguments = {name: case.config[name] for name in options}
    return Call(target, "function", arguments, _slots(case))


def _forms(module: str, function: str, *further: str) -> Mapping[str, Translate]:
    options = (*_OPTIONS, *further)
    return {
        "class": partial(_class, target=f"nn.{module}", options=options),
        "function": partial(_function, target=f"nn.functional.{function}", options=options),
    }


def _as_keras(case: Case) -> Call:
    """Say one of Keras' cross-entropies, where PyTorch means the same by it."""
    config = case.config
    if not config["from_logits"]:
        raise Unsupported("PyTorch's cross-entropy takes scores, not probabilities")
    if config["reduction"] == "mean_with_sample_weight":
        raise Unsupported("PyTorch has no reduction by sample weights")
    if config["ignored"] == "all" and config["reduction"] not in ("sum", "none"):
        raise Unsupported("PyTorch's mean over no label is NaN, Keras' is 0")
    reduction = config["reduction"]
    arguments: dict[str, Any] = {
        "reduction": "mean" if reduction == "sum_over_batch_size" else reduction,
        "label_smoothing": config["label_smoothing"],
    }
    if config["ignore_index"] is not None:
        arguments["ignore_index"] = config["ignore_index"]
    slots = (Slot("input", "input"), Slot("target", "target", differentiated=False))
    return Call("nn.CrossEntropyLoss", "class", arguments, slots)


FORMS: Mapping[str, Mapping[str, Translate]] = {
    "cross_entropy": _forms("CrossEntropyLoss", "cross_entropy", "label_smoothing"),
    "nll_loss": _forms("NLLLoss", "nll_loss"),
    "sparse_categorical_crossentropy": {"class": _as_keras},
    "categorical_crossentropy": {"class": _as_keras},
    "softmax_cross_entropy": {},
    "sparse_softmax_cross_entropy": {},
}
