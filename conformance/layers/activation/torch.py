"""Activations in PyTorch's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.spec.bad_call import Accepts, BadCall, ReturnedArray, ones
from conformance.spec.call import Call, Owned, Slot, Translate
from conformance.spec.case import Case


@dataclass(frozen=True)
class Spelling:
    """How PyTorch spells one activation.

    Attributes
    ----------
    module, function : str
        The class in nn, the function in nn.functional.
    words : mapping
        Neutral parameter -> PyTorch's keyword.
    defaults : mapping
        PyTorch's defaults, where the op's own differ from them or it has none.
    inplace : mapping
        What else the dialect decides where the input is written over.
    """

    module: str
    function: str
    words: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    inplace: Mapping[str, Any] = field(default_factory=dict)


# In place the input is gone, and the slope is found from the rounded output.
_FROM_OUTPUT = {"slope_from": "output"}

SPELLINGS: Mapping[str, Spelling] = {
    "relu": Spelling("ReLU", "relu"),
    "relu6": Spelling("ReLU6", "relu6"),
    "leaky_relu": Spelling(
        "LeakyReLU", "leaky_relu", {"negative_slope": "negative_slope"}, {"negative_slope": 0.01}
    ),
    "elu": Spelling("ELU", "elu", {"alpha": "alpha"}, {"alpha": 1.0}, _FROM_OUTPUT),
    "selu": Spelling("SELU", "selu", inplace=_FROM_OUTPUT),
    "celu": Spelling("CELU", "celu", {"alpha": "alpha"}, {"alpha": 1.0}, _FROM_OUTPUT),
    "gelu": Spelling("GELU", "gelu", {"approximate": "approximate"}, {"approximate": "none"}),
    "silu": Spelling("SiLU", "silu"),
    "mish": Spelling("Mish", "mish"),
    "sigmoid": Spelling("Sigmoid", "sigmoid"),
    "log_sigmoid": Spelling("LogSigmoid", "logsigmoid"),
    "tanh": Spelling("Tanh", "tanh"),
    "softplus": Spelling(
        "Softplus",
        "softplus",
        {"beta": "beta", "threshold": "threshold"},
        {"beta": 1.0, "threshold": 20.0},
    ),
    "softsign": Spelling("Softsign", "softsign"),
    "hardtanh": Spelling(
        "Hardtanh",
        "hardtanh",
        {"min_value": "min_val", "max_value": "max_val"},
        {"min_value": -1.0, "max_value": 1.0},
    ),
    "hardsigmoid": Spelling("Hardsigmoid", "hardsigmoid"),
    "hardswish": Spelling("Hardswish", "hardswish"),
}

_SLOTS = (Slot("input", "input"),)


def _conventions(case: Case, spelling: Spelling) -> Mapping[str, Any]:
    left_out = {name: v for name, v in spelling.defaults.items() if case.leaves_open(name)}
    return {**left_out, **spelling.inplace} if case.inplace else left_out


def _arguments(case: Case, spelling: Spelling) -> Mapping[str, Any]:
    given = {
        word: case.config[neutral]
        for neutral, word in spelling.words.items()
        if not case.leaves_open(neutral)
    }
    return given | {"inplace": True} if case.inplace else given


def _forms(spelling: Spelling) -> Mapping[str, Translate]:
    def as_class(case: Case) -> Call:
        arguments, conventions = _arguments(case, spelling), _conventions(case, spelling)
        target = f"nn.{spelling.module}"
        return Call(target, "class", arguments, _SLOTS, conventions=conventions)

    def as_function(case: Case) -> Call:
        arguments, conventions = _arguments(case, spelling), _conventions(case, spelling)
        target = f"nn.functional.{spelling.function}"
        return Call(target, "function", arguments, _SLOTS, conventions=conventions)

    return {"class": as_class, "function": as_function}


def _prelu_class(case: Case) -> Call:
    count = case.config["num_parameters"]
    slots = (Slot("input", "input"), Slot("weight", "weight", "parameter"))
    arguments = {"num_parameters": count, "dtype": case.dtype}
    owned = (Owned("weight", (count,), case.dtype, True, 0.25),)
    return Call("nn.PReLU", "class", arguments, slots, owned=owned)


def _prelu_function(case: Case) -> Call:
    slots = (Slot("input", "input"), Slot("weight", "weight", "parameter"))
    return Call("nn.functional.prelu", "function", {}, slots)


def _along_axis(module: str, function: str) -> Mapping[str, Translate]:
    def as_class(case: Case) -> Call:
        return Call(f"nn.{module}", "class", {"dim": case.config["axis"]}, _SLOTS)

    def as_function(case: Case) -> Call:
        arguments = {"dim": case.config["axis"]}
        return Call(f"nn.functional.{function}", "function", arguments, _SLOTS)

    return {"class": as_class, "function": as_function}


FORMS: Mapping[str, Mapping[str, Translate]] = {
    **{layer: _forms(spelling) for layer, spelling in SPELLINGS.items()},
    "prelu": {"class": _prelu_class, "function": _prelu_function},
    "softmax": _along_axis("Softmax", "softmax"),
    "log_softmax": _along_axis("LogSoftmax", "log_softmax"),
}

# Calls that must be refused, and what the framework itself does ------------------------------

X = ones(2, 4, 6, 6)

BAD_CALLS: tuple[BadCall, ...] = (
    BadCall("nn.CELU", "alpha-0", "alpha", "ValueError", "RuntimeError at call", {"alpha": 0},
        ((X,),)),
    BadCall("nn.GELU", "approximate-sigmoid", "approximate", "ValueError", "RuntimeError at call",
        {"approximate": "sigmoid"}, ((X,),)),
    BadCall("nn.Hardtanh", "min.val-1.0", "min_val", "ValueError", "AssertionError",
        {"min_val": 1.0, "max_val": 1.0}, ((X,),)),
    BadCall("nn.LeakyReLU", "negative.slope-steep", "negative_slope", "TypeError",
        "TypeError at call", {"negative_slope": "steep"}, ((X,),)),
    BadCall("nn.LogSoftmax", "dim--5", "dim", "ValueError at call", "IndexError at call",
        {"dim": -5}, ((X,),)),
    BadCall("nn.PReLU", "num.parameters-0", "num_parameters", "ValueError", "RuntimeError at call",
        {"num_parameters": 0}, ((X,),)),
    BadCall("nn.ReLU", "inplace-1", "inplace", "TypeError",
        Accepts("Any value that is true in a condition will do.",
                ReturnedArray((2, 4, 6, 6), each=1.0)), {"inplace": 1}, ((X,),)),
    BadCall("nn.Tanh", "input-1.0", "input", "TypeError at call", "TypeError at call", {},
        ((1.0,),)),
    BadCall("nn.functional.celu", "alpha-0.0", "alpha", "ValueError", "RuntimeError",
        {"input": X, "alpha": 0.0}),
    BadCall("nn.functional.celu", "alpha-1e308", "alpha", "ValueError", "RuntimeError",
        {"input": X, "alpha": 1e308}),
    BadCall("nn.functional.celu", "alpha-True", "alpha", "TypeError",
        Accepts("A bool is taken for 0 or 1.", ReturnedArray((2, 4, 6, 6), each=1.0)),
        {"input": X, "alpha": True}),
    BadCall("nn.functional.hardtanh", "min.val-nan", "min_val", "ValueError",
        Accepts("Whatever is compared with NaN becomes NaN.",
                ReturnedArray((2, 4, 6, 6), each=float("nan"))),
        {"input": X, "min_val": float("nan")}),
    BadCall("nn.functional.elu", "alpha-None", "alpha", "TypeError", "TypeError",
        {"input": X, "alpha": None}),
    BadCall("nn.functional.gelu", "approximate-erf", "approximate", "ValueError", "RuntimeError",
        {"input": X, "approximate": "erf"}),
    BadCall("nn.functional.hardtanh", "min.val-1.0", "min_val", "ValueError", "ValueError",
        {"input": X, "min_val": 1.0, "max_val": -1.0}),
    BadCall("nn.functional.prelu", "weight-3", "weight", "ValueError", "RuntimeError",
        {"input": X, "weight": ones(3)}),
    BadCall("nn.functional.prelu", "weight-4x1", "weight", "ValueError", "RuntimeError",
        {"input": X, "weight": ones(4, 1)}),
    BadCall("nn.functional.prelu", "weight-1-float64", "weight", "TypeError", "RuntimeError",
        {"input": X, "weight": ones(1, dtype="float64")}),
    BadCall("nn.functional.relu", "input-1-int64", "input", "TypeError",
        Accepts("Integers are clamped as integers; refimpl's layers are for floats.",
                ReturnedArray((1,), "int64", each=1.0)), {"input": ones(1, dtype="int64")}),
    BadCall("nn.functional.softmax", "dim-4", "dim", "ValueError", "IndexError",
        {"input": X, "dim": 4}),
    BadCall("nn.functional.softmax", "dim-1.0", "dim", "TypeError", "TypeError",
        {"input": X, "dim": 1.0}),
    BadCall("nn.functional.softmax", "dim--5", "dim", "ValueError", "IndexError",
        {"input": X, "dim": -5}),
)  # fmt: skip
