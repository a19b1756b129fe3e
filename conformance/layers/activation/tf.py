"""Activations in TensorFlow's words: tf.nn, keras.activations, keras.layers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.spec.bad_call import Accepts, BadCall, ReturnedArray, ones
from conformance.spec.call import Call, Owned, Reshaped, Slot, Translate, Unsupported
from conformance.spec.case import Case


@dataclass(frozen=True)
class Spelling:
    """How one form spells one activation.

    Attributes
    ----------
    target : str
        The dotted name.
    name : str
        The keyword of the input; '' for a class.
    words : mapping
        Neutral parameter -> keyword.
    conventions : mapping
        The form's defaults, its derivative at kinks and at NaN, and how it finds it.
    """

    target: str
    name: str
    words: Mapping[str, str] = field(default_factory=dict)
    conventions: Mapping[str, Any] = field(default_factory=dict)


_ALPHA = {"alpha": "alpha"}
_SLOPE = {"negative_slope": "negative_slope"}
_NOT_AT_NAN = {"nan_slope": "zero"}
_ELU = {"alpha": 1.0, "slope_from": "output", "nan_slope": "left"}
_SELU = {"kink": "right", "slope_from": "output", "nan_slope": "right"}

SPELLINGS: Mapping[str, Mapping[str, Spelling]] = {
    "relu": {
        "nn": Spelling("nn.relu", "features", {}, _NOT_AT_NAN),
        "activation": Spelling("keras.activations.relu", "x", {}, _NOT_AT_NAN),
        "layer": Spelling("keras.layers.ReLU", "", {}, _NOT_AT_NAN),
    },
    "relu6": {
        "nn": Spelling("nn.relu6", "features"),
        "activation": Spelling("keras.activations.relu6", "x"),
    },
    "leaky_relu": {
        "nn": Spelling(
            "nn.leaky_relu", "features", {"negative_slope": "alpha"}, {"negative_slope": 0.2}
        ),
        "activation": Spelling(
            "keras.activations.leaky_relu", "x", _SLOPE, {"negative_slope": 0.2}
        ),
        "layer": Spelling("keras.layers.LeakyReLU", "", _SLOPE, {"negative_slope": 0.3}),
    },
    "elu": {
        "nn": Spelling("nn.elu", "features", {}, _ELU),
        "activation": Spelling("keras.activations.elu", "x", _ALPHA, _ELU),
        "layer": Spelling("keras.layers.ELU", "", _ALPHA, _ELU),
    },
    "selu": {
        "nn": Spelling("nn.selu", "features", {}, _SELU),
        "activation": Spelling("keras.activations.selu", "x", {}, _SELU),
    },
    "celu": {
        "activation": Spelling(
            "keras.activations.celu", "x", _ALPHA, {"alpha": 1.0, "kink": "sum"} | _NOT_AT_NAN
        ),
    },
    "gelu": {
        "nn": Spelling(
            "nn.gelu", "features", {"approximate": "approximate"}, {"approximate": "none"}
        ),
        "activation": Spelling(
            "keras.activations.gelu", "x", {"approximate": "approximate"}, {"approximate": "none"}
        ),
    },
    "silu": {
        "nn": Spelling("nn.silu", "features"),
        "activation": Spelling("keras.activations.silu", "x"),
    },
    "mish": {"activation": Spelling("keras.activations.mish", "x")},
    "sigmoid": {
        "nn": Spelling("nn.sigmoid", "x"),
        "activation": Spelling("keras.activations.sigmoid", "x"),
    },
    "log_sigmoid": {"activation": Spelling("keras.activations.log_sigmoid", "x")},
    "tanh": {
        "nn": Spelling("nn.tanh", "x"),
        "activation": Spelling("keras.activations.tanh", "x"),
    },
    "softplus": {
        "nn": Spelling("nn.softplus", "features", {}, {"threshold": None}),
        "activation": Spelling("keras.activations.softplus", "x", {}, {"threshold": None}),
    },
    "softsign": {
        "nn": Spelling("nn.softsign", "features", {}, {"slope_from": "square"}),
        "activation": Spelling("keras.activations.softsign", "x", {}, {"slope_from": "square"}),
    },
    "hardtanh": {
        "activation": Spelling("keras.activations.hard_tanh", "x", {}, {"kink": "linear"})
    },
    "hardsigmoid": {"activation": Spelling("keras.activations.hard_sigmoid", "x")},
    "hardswish": {
        "activation": Spelling("keras.activations.hard_silu", "x", {}, {"slope_from": "product"})
    },
}


def _form(spelling: Spelling) -> Translate:
    def translate(case: Case) -> Call:
        config = case.config
        if case.inplace:
            raise Unsupported("TensorFlow's tensors are immutable: nothing is in place")
        arguments: dict[str, Any] = {}
        for neutral in config:
            if neutral == "inplace":
                continue
            if neutral not in spelling.words:
                raise Unsupported(f"{spelling.target} has no {neutral}")
            value = config[neutral]
            if neutral == "approximate":
                value = value == "tanh"
            arguments[spelling.words[neutral]] = value
        conventions = {
            name: value for name, value in spelling.conventions.items() if name not in config
        }
        slots = (Slot("input", spelling.name or "inputs"),)
        kind = "function" if spelling.name else "class"
        if kind == "class":
            arguments["dtype"] = case.dtype
            return Call(spelling.target, "class", arguments, slots, conventions=conventions)
        return Call(spelling.target, "function", arguments, slots, conventions=conventions)

    return translate


def _prelu(case: Case) -> Call:
    count = case.config["num_parameters"]
    spatial = len(case.shapes["input"]) - 2
    shape = (count,) + (1,) * spatial
    shared = list(range(2, 2 + spatial)) if count > 1 else list(range(1, 2 + spatial))
    slots = (
        Slot("input", "inputs"),
        Slot("weight", "alpha", "parameter", Reshaped((count,), shape)),
    )
    return Call(
        "keras.layers.PReLU",
        "class",
        {"shared_axes": shared, "dtype": case.dtype},
        slots,
        conventions={"kink": "flat"},
        owned=(Owned("alpha", shape, case.dtype, True, 0.0),),
    )


def _along_axis(name: str, layer: str | None) -> Mapping[str, Translate]:
    def function(case: Case) -> Call:
        slots = (Slot("input", "logits"),)
        return Call(f"nn.{name}", "function", {"axis": case.config["axis"]}, slots)

    def activation(case: Case) -> Call:
        slots = (Slot("input", "x"),)
        arguments = {"axis": case.config["axis"]}
        return Call(f"keras.activations.{name}", "function", arguments, slots)

    def as_layer(case: Case) -> Call:
        arguments = {"axis": case.config["axis"], "dtype": case.dtype}
        return Call(f"keras.layers.{layer}", "class", arguments, (Slot("input", "inputs"),))

    forms: dict[str, Translate] = {"nn": function, "activation": activation}
    return forms | ({"layer": as_layer} if layer else {})


FORMS: Mapping[str, Mapping[str, Translate]] = {
    **{
        layer: {form: _form(each) for form, each in spellings.items()}
        for layer, spellings in SPELLINGS.items()
    },
    "prelu": {"layer": _prelu},
    "softmax": _along_axis("softmax", "Softmax"),
    "log_softmax": _along_axis("log_softmax", None),
}

# Calls that must be refused, and what the framework itself does ------------------------------

X1 = ones(2, 7, 4)
X2 = ones(2, 7, 6, 4)

BAD_CALLS: tuple[BadCall, ...] = (
    BadCall("nn.leaky_relu", "alpha-steep", "alpha", "TypeError", "TypeError",
        {"features": X2, "alpha": "steep"}),
    BadCall("nn.leaky_relu", "features-3-int64", "features", "TypeError",
        Accepts("Integers become float32; refimpl's layers are for floats.",
                ReturnedArray((3,), each=1.0)), {"features": ones(3, dtype="int64")}),
    BadCall("nn.relu", "features-3-int64", "features", "TypeError",
        Accepts("Integers are clamped as integers; refimpl's layers are for floats.",
                ReturnedArray((3,), "int64", each=1.0)), {"features": ones(3, dtype="int64")}),
    BadCall("nn.softmax", "axis-4", "axis", "ValueError", "InvalidArgumentError",
        {"logits": X2, "axis": 4}),
    BadCall("nn.softmax", "logits-1.0", "logits", "ValueError", "AbortedError", {"logits": ones()}),
    BadCall("keras.activations.celu", "alpha-0", "alpha", "ValueError",
        Accepts("A division by 0 gives NaN, for what is positive, too.",
                ReturnedArray((2, 7, 4), each=math.nan)), {"x": X1, "alpha": 0}),
    BadCall("keras.layers.LeakyReLU", "negative.slope--0.1", "negative_slope", "ValueError",
        "ValueError", {"negative_slope": -0.1}, ((X2,),)),
    BadCall("keras.layers.PReLU", "shared.axes-4", "shared_axes", "ValueError at call",
        "IndexError at call", {"shared_axes": [4]}, ((X2,),)),
    BadCall("keras.layers.PReLU", "shared.axes-0", "shared_axes", "ValueError at call",
        Accepts("A slope may be shared along the batch axis, too.",
                ReturnedArray((2, 7, 6, 4), each=1.0)), {"shared_axes": [0]}, ((X2,),)),
    BadCall("keras.layers.PReLU", "input-2x3x6x4", "inputs", "ValueError at call",
        "InvalidArgumentError at call", {}, ((X2,), (ones(2, 3, 6, 4),),)),
    BadCall("keras.layers.ReLU", "max.value--1", "max_value", "ValueError", "ValueError",
        {"max_value": -1}, ((X2,),)),
    BadCall("keras.layers.ReLU", "negative.slope-None", "negative_slope", "ValueError",
        "ValueError", {"negative_slope": None}, ((X2,),)),
    BadCall("keras.layers.ReLU", "threshold--1", "threshold", "ValueError", "ValueError",
        {"threshold": -1}, ((X2,),)),
    BadCall("keras.layers.ReLU", "input-3-int64", "inputs", "TypeError at call",
        Accepts("Integers are clamped as integers; refimpl's layers are for floats.",
                ReturnedArray((3,), "int64", each=1.0)), {}, ((ones(3, dtype="int64"),),)),
    BadCall("keras.layers.Softmax", "axis-4", "axis", "ValueError at call",
        "InvalidArgumentError at call", {"axis": 4}, ((X2,),)),
    BadCall("keras.layers.Softmax", "axis--5", "axis", "ValueError at call",
        "InvalidArgumentError at call", {"axis": -5}, ((X2,),)),
)  # fmt: skip
