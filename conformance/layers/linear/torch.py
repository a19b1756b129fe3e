"""The linear layer in PyTorch's words."""

from __future__ import annotations

from collections.abc import Mapping

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
