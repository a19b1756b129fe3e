"""The linear layer in TensorFlow's words."""

from __future__ import annotations

from collections.abc import Mapping

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
