"""The linear layer in TensorFlow's words."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.spec.bad_call import Accepts, BadCall, ReturnedArray, ones
from conformance.spec.call import Call, Owned, Slot, Translate, Transposed, Unsupported
from conformance.spec.case import Case

_KERNEL = Transposed((1, 0))


def _dense(case: Case) -> Call:
    if len(case.shapes["input"]) < 2:
        raise Unsupported("keras.layers.Dense needs a batch axis")
    config = case.config
    arguments = {
        "units": config["out_features"],
        "activation": None,
        "use_bias": config["bias"],
        "dtype": case.dtype,
    }
    slots = [Slot("input", "inputs"), Slot("weight", "kernel", "parameter", _KERNEL)]
    kernel = (config["in_features"], config["out_features"])
    owned = [Owned("kernel", kernel, case.dtype, True)]
    if config["bias"]:
        slots.append(Slot("bias", "bias", "parameter"))
        owned.append(Owned("bias", (config["out_features"],), case.dtype, True, 0.0))
    return Call("keras.layers.Dense", "class", arguments, tuple(slots), owned=tuple(owned))


def _matmul(case: Case) -> Call:
    if len(case.shapes["input"]) != 2:
        raise Unsupported("tf.linalg.matmul multiplies matrices")
    slots = (Slot("input", "a"), Slot("weight", "b", "parameter", _KERNEL))
    return Call("linalg.matmul", "function", {}, slots)


FORMS: Mapping[str, Mapping[str, Translate]] = {"linear": {"matmul": _matmul, "keras": _dense}}

# Calls that must be refused, and what the framework itself does ------------------------------

V = ones(4)
LOGITS = ones(3, 4)

BAD_CALLS: tuple[BadCall, ...] = (
    BadCall("keras.layers.Dense", "units-0", "units", "ValueError", "ValueError", {"units": 0},
        ((LOGITS,),)),
    BadCall("keras.layers.Dense", "units-2.5", "units", "TypeError", "ValueError", {"units": 2.5},
        ((LOGITS,),)),
    BadCall("keras.layers.Dense", "kernel.initializer-xavier", "kernel_initializer", "ValueError",
        "ValueError", {"units": 2, "kernel_initializer": "xavier"}, ((LOGITS,),)),
    BadCall("keras.layers.Dense", "kernel.regularizer-l2", "kernel_regularizer", "ValueError",
        Accepts("It adds a term to the loss; refimpl has no such terms.",
                ReturnedArray((3, 2), varies="random weights")),
        {"units": 2, "kernel_regularizer": "l2"}, ((LOGITS,),)),
    BadCall("keras.layers.Dense", "dtype-float8", "dtype", "ValueError", "ValueError",
        {"units": 2, "dtype": "float8"}, ((LOGITS,),)),
    BadCall("keras.layers.Dense", "name-a.b", "name", "ValueError", "ValueError",
        {"units": 2, "name": "a/b"}, ((LOGITS,),)),
    BadCall("keras.layers.Dense", "unitz-3", "unitz", "ValueError", "ValueError",
        {"units": 2, "unitz": 3}, ((LOGITS,),)),
    BadCall("keras.layers.Dense", "input-1.0.2.0", "inputs", "TypeError at call",
        "ValueError at call", {"units": 2}, (([[1.0, 2.0]],),)),
    BadCall("keras.layers.Dense", "input-4", "inputs", "ValueError at call", "ValueError at call",
        {"units": 2}, ((V,),)),
    BadCall("keras.layers.Dense", "input-3x3", "inputs", "ValueError at call", "ValueError at call",
        {"units": 2}, ((LOGITS,), (ones(3, 3),),)),
    BadCall("keras.layers.Dense", "units--1", "units", "ValueError", "ValueError", {"units": -1},
        ((LOGITS,),)),
    BadCall("keras.layers.Dense", "use.bias-no", "use_bias", "TypeError",
        Accepts("Any value that is true in a condition will do.",
                ReturnedArray((3, 2), varies="random weights")), {"units": 2, "use_bias": "no"},
        ((LOGITS,),)),
)  # fmt: skip
