"""Dropout in PyTorch's words."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from conformance.spec.bad_call import BadCall, ones, values
from conformance.spec.call import Call, Slot, Translate, Unsupported
from conformance.spec.case import Case

_SLOTS = (Slot("input", "input"),)


def _check(case: Case) -> None:
    if case.config["noise_shape"] is not None and not case.config["per_channel"]:
        raise Unsupported("PyTorch's dropout has no noise_shape")


def _class(case: Case, target: str) -> Call:
    _check(case)
    arguments = {"p": case.config["rate"]}
    return Call(target, "class", arguments, _SLOTS, training=case.config["training"])


def _function(case: Case, target: str) -> Call:
    _check(case)
    arguments = {"p": case.config["rate"], "training": case.config["training"]}
    return Call(target, "function", arguments, _SLOTS)


def _forms(rank: str) -> Mapping[str, Translate]:
    return {
        "class": partial(_class, target=f"nn.Dropout{rank}"),
        "function": partial(_function, target=f"nn.functional.dropout{rank}"),
    }


FORMS: Mapping[str, Mapping[str, Translate]] = {
    f"dropout{rank}": _forms(rank) for rank in ("", "1d", "2d", "3d")
}

# Calls that must be refused, and what the framework itself does ------------------------------

X = ones(2, 4, 6, 6)

BAD_CALLS: tuple[BadCall, ...] = (
    BadCall("nn.Dropout", "p--0.1", "p", "ValueError", "ValueError", {"p": -0.1}, ((X,),)),
    BadCall("nn.Dropout3d", "p-half", "p", "TypeError", "TypeError", {"p": "half"}, ((X,),)),
    BadCall("nn.functional.dropout", "p-1.5", "p", "ValueError", "ValueError",
        {"input": X, "p": 1.5}),
    BadCall("nn.functional.dropout", "input-1-2", "input", "TypeError", "RuntimeError",
        {"input": values(1, 2, dtype="int64")}),
    BadCall("nn.functional.dropout1d", "input-2x4x6x6", "input", "ValueError", "RuntimeError",
        {"input": X}),
    BadCall("nn.functional.dropout2d", "p-nan", "p", "ValueError", "RuntimeError",
        {"input": X, "p": float("nan")}),
)  # fmt: skip
