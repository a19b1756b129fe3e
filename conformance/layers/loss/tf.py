"""Losses in TensorFlow's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.layers.data_formats import images
from conformance.spec.call import Call, Result, Slot, Translate
from conformance.spec.case import Case


def _scores(case: Case, name: str, array: str, differentiated: bool = True) -> Slot:
    shape = case.shapes[array]
    soft = len(shape) == len(case.shapes["input"])
    return (
        Slot(array, name, move=images(len(shape) - 2), differentiated=differentiated)
        if soft
        else Slot(array, name, differentiated=differentiated)
    )


def _function(case: Case) -> Call:
    soft = case.config["soft"]
    target = f"nn.{'' if soft else 'sparse_'}softmax_cross_entropy_with_logits"
    slots = (_scores(case, "labels", "target"), _scores(case, "logits", "input"))
    return Call(target, "function", {}, slots)


def _class(case: Case) -> Call:
    config = case.config
    arguments: dict[str, Any] = {
        "from_logits": config["from_logits"],
        "reduction": config["reduction"],
        "dtype": case.dtype,
    }
    if config["soft"]:
        arguments["label_smoothing"] = config["label_smoothing"]
    else:
        arguments["ignore_class"] = config["ignore_index"]
    name = "CategoricalCrossentropy" if config["soft"] else "SparseCategoricalCrossentropy"
    slots = (
        _scores(case, "y_true", "target", differentiated=False),
        _scores(case, "y_pred", "input"),
    )
    return Call(f"keras.losses.{name}", "class", arguments, slots, (Result(),))


_KERAS: Mapping[str, Translate] = {"keras": _class}

FORMS: Mapping[str, Mapping[str, Translate]] = {
    "softmax_cross_entropy": {"nn": _function},
    "sparse_softmax_cross_entropy": {"nn": _function},
    "categorical_crossentropy": _KERAS,
    "sparse_categorical_crossentropy": _KERAS,
    "cross_entropy": {},
    "nll_loss": {},
}
