"""Losses in PyTorch's words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from conformance.spec.bad_call import Accepts, BadCall, ReturnedArray, Values, ones, values
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

# Calls that must be refused, and what the framework itself does ------------------------------

SCORES = ones(3, 2)

BAD_CALLS: tuple[BadCall, ...] = (
    BadCall("nn.CrossEntropyLoss", "reduction-batchmean", "reduction", "ValueError",
        "ValueError at call", {"reduction": "batchmean"},
        ((SCORES, values(0, 1, 0, dtype="int64"),),)),
    BadCall("nn.CrossEntropyLoss", "label.smoothing-1.5", "label_smoothing", "ValueError",
        "RuntimeError at call", {"label_smoothing": 1.5},
        ((SCORES, values(0, 1, 0, dtype="int64"),),)),
    BadCall("nn.CrossEntropyLoss", "ignore.index-None", "ignore_index", "TypeError",
        "TypeError at call", {"ignore_index": None}, ((SCORES, values(0, 1, 0, dtype="int64"),),)),
    BadCall("nn.CrossEntropyLoss", "target-out-of-range", "target", "ValueError at call",
        "IndexError at call", {}, ((SCORES, values(0, 1, 5, dtype="int64"),),)),
    BadCall("nn.NLLLoss", "input-3x2", "target", "ValueError at call", "IndexError at call", {},
        ((SCORES, values(2, 0, 1, dtype="int64"),),)),
    BadCall("nn.NLLLoss", "weight-2x2", "weight", "ValueError", "RuntimeError at call",
        {"weight": ones(2, 2)}, ((SCORES, values(0, 1, 0, dtype="int64"),),)),
    BadCall("nn.functional.cross_entropy", "target-2-0-1", "target", "ValueError", "IndexError",
        {"input": SCORES, "target": values(2, 0, 1, dtype="int64")}),
    BadCall("nn.functional.cross_entropy", "target--1-0-1", "target", "ValueError", "IndexError",
        {"input": SCORES, "target": values(-1, 0, 1, dtype="int64")}),
    BadCall("nn.functional.cross_entropy", "target-0-1", "target", "ValueError", "ValueError",
        {"input": SCORES, "target": values(0, 1, dtype="int64")}),
    BadCall("nn.functional.cross_entropy", "target-0-1-0", "target", "TypeError", "RuntimeError",
        {"input": SCORES, "target": values(0, 1, 0, dtype="int32")}),
    BadCall("nn.functional.cross_entropy", "target-0.1.0", "target", "TypeError", "TypeError",
        {"input": SCORES, "target": [0, 1, 0]}),
    BadCall("nn.functional.cross_entropy", "target-3x3", "target", "ValueError", "RuntimeError",
        {"input": SCORES, "target": ones(3, 3)}),
    BadCall("nn.functional.cross_entropy", "target-3x2-float64", "target", "TypeError",
        Accepts("Probabilities of another float dtype than the scores' are promoted.",
                ReturnedArray((), "float64", each=2 * float(np.float32(math.log(2))))),
        {"input": SCORES, "target": ones(3, 2, dtype="float64")}),
    BadCall("nn.functional.cross_entropy", "input-1.0", "input", "ValueError", "RuntimeError",
        {"input": ones(), "target": Values((), "int64", (0,))}),
    BadCall("nn.functional.cross_entropy", "weight-3", "weight", "ValueError", "RuntimeError",
        {"input": SCORES, "target": values(0, 1, 0, dtype="int64"), "weight": ones(3)}),
    BadCall("nn.functional.cross_entropy", "weight-2-float64", "weight", "TypeError",
        "RuntimeError",
        {"input": SCORES, "target": values(0, 1, 0, dtype="int64"), "weight": ones(2,
            dtype="float64")}),
    BadCall("nn.functional.nll_loss", "reduce-empty", "reduce", "TypeError",
        Accepts("Any value that is false in a condition keeps the losses apart.",
                ReturnedArray((3,), each=-1.0)),
        {"input": SCORES, "target": values(0, 1, 0, dtype="int64"), "reduce": ""}),
    BadCall("nn.functional.nll_loss", "size.average-empty", "size_average", "TypeError",
        Accepts("Any value that is false in a condition means the sum.",
                ReturnedArray((), each=-3.0)),
        {"input": SCORES, "target": values(0, 1, 0, dtype="int64"), "size_average": ""}),
    BadCall("nn.functional.cross_entropy", "reduction-max", "reduction", "ValueError", "ValueError",
        {"input": SCORES, "target": values(0, 1, 0, dtype="int64"), "reduction": "max"}),
    BadCall("nn.functional.cross_entropy", "label.smoothing--0.1", "label_smoothing", "ValueError",
        Accepts("It is not looked at where the targets are probabilities.",
                ReturnedArray((), each=math.log(4))),
        {"input": SCORES, "target": SCORES, "label_smoothing": -0.1}),
    BadCall("nn.functional.cross_entropy", "ignore.index-1", "ignore_index", "ValueError",
        "RuntimeError", {"input": SCORES, "target": SCORES, "ignore_index": 1}),
    BadCall("nn.functional.nll_loss", "target-3x2", "target", "TypeError", "RuntimeError",
        {"input": SCORES, "target": SCORES}),
)  # fmt: skip
