"""The linear layer in PyTorch's words."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.spec.bad_call import BadCall, ones
from conformance.spec.call import Call, Owned, Slot, Translate
from conformance.spec.case import Case


def _slots(case: Case) -> tuple[Slot, ...]:
    slots = (Slot("input", "input"), Slot("weight", "weight", "parameter"))
    return (*slots, Slot("bias", "bias", "parameter")) if case.config["bias"] else slots


def _class(case: Case) -> Call:
    arguments = {
        "in_features": case.config["in_features"],
        "out_features": case.config["out_features"],
        "bias": case.config["bias"],
        "dtype": case.dtype,
    }
    slots = _slots(case)
    owned = tuple(Owned(slot.name, case.shapes[slot.name], case.dtype, True) for slot in slots[1:])
    return Call("nn.Linear", "class", arguments, slots, owned=owned)


def _function(case: Case) -> Call:
    return Call("nn.functional.linear", "function", {}, _slots(case))


FORMS: Mapping[str, Mapping[str, Translate]] = {"linear": {"class": _class, "function": _function}}

# Calls that must be refused, and what the framework itself does ------------------------------

X = ones(2, 4, 6, 6)
SCORES = ones(3, 2)

BAD_CALLS: tuple[BadCall, ...] = (
    BadCall("nn.Linear", "input-2x4", "input", "ValueError at call", "RuntimeError at call",
        {"in_features": 3, "out_features": 4}, ((ones(2, 4),),)),
    BadCall("nn.Linear", "input-2x3-float64", "weight", "TypeError at call", "RuntimeError at call",
        {"in_features": 3, "out_features": 4}, ((ones(2, 3, dtype="float64"),),)),
    BadCall("nn.Linear", "in.features--1", "in_features", "ValueError", "RuntimeError",
        {"in_features": -1, "out_features": 3}, ((SCORES,),)),
    BadCall("nn.Linear", "out.features-3.0", "out_features", "TypeError", "TypeError",
        {"in_features": 3, "out_features": 3.0}, ((SCORES,),)),
    BadCall("nn.functional.linear", "input-2x4x6x6", "input", "ValueError", "RuntimeError",
        {"input": X, "weight": ones(2, 5)}),
    BadCall("nn.functional.linear", "input-1.0", "input", "ValueError", "RuntimeError",
        {"input": ones(), "weight": ones(2, 1)}),
    BadCall("nn.functional.linear", "weight-2x6x1", "weight", "ValueError", "RuntimeError",
        {"input": X, "weight": ones(2, 6, 1)}),
    BadCall("nn.functional.linear", "bias-3", "bias", "ValueError", "RuntimeError",
        {"input": X, "weight": ones(2, 6), "bias": ones(3)}),
    BadCall("nn.functional.linear", "weight-4x5", "input", "ValueError", "RuntimeError",
        {"input": ones(2, 3), "weight": ones(4, 5)}),
)  # fmt: skip
