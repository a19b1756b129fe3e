"""Dropout in PyTorch's words."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.spec.call import Call, Slot, Translate, Unsupported
from conformance.spec.case import Case

_CLASSES = {
    "dropout": "nn.Dropout",
    "dropout1d": "nn.Dropout1d",
    "dropout2d": "nn.Dropout2d",
    "dropout3d": "nn.Dropout3d",
}
_SLOTS = (Slot("input", "input"),)


def _check(case: Case) -> None:
    if case.config["noise_shape"] is not None and not case.config["per_channel"]:
        raise Unsupported("PyTorch's dropout has no noise_shape")


def _class(case: Case) -> Call:
    _check(case)
    arguments = {"p": case.config["rate"]}
    target = _CLASSES[case.layer]
    return Call(target, "class", arguments, _SLOTS, training=case.config["training"])


def _function(case: Case) -> Call:
    _check(case)
    arguments = {"p": case.config["rate"], "training": case.config["training"]}
    return Call(f"nn.functional.{case.layer}", "function", arguments, _SLOTS)


FORMS: Mapping[str, Mapping[str, Translate]] = {
    layer: {"class": _class, "function": _function} for layer in _CLASSES
}
