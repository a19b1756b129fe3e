"""Activations in PyTorch's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

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
    """

    module: str
    function: str
    words: Mapping[str, str] = field(default_factory=dict)


SPELLINGS: Mapping[str, Spelling] = {
    "relu": Spelling("ReLU", "relu"),
    "relu6": Spelling("ReLU6", "relu6"),
    "leaky_relu": Spelling("LeakyReLU", "leaky_relu", {"negative_slope": "negative_slope"}),
    "elu": Spelling("ELU", "elu", {"alpha": "alpha"}),
    "selu": Spelling("SELU", "selu"),
    "celu": Spelling("CELU", "celu", {"alpha": "alpha"}),
    "gelu": Spelling("GELU", "gelu", {"approximate": "approximate"}),
    "silu": Spelling("SiLU", "silu"),
    "mish": Spelling("Mish", "mish"),
    "sigmoid": Spelling("Sigmoid", "sigmoid"),
    "log_sigmoid": Spelling("LogSigmoid", "logsigmoid"),
    "tanh": Spelling("Tanh", "tanh"),
    "softplus": Spelling("Softplus", "softplus", {"beta": "beta", "threshold": "threshold"}),
    "softsign": Spelling("Softsign", "softsign"),
    "hardtanh": Spelling("Hardtanh", "hardtanh", {"min_value": "min_val", "max_value": "max_val"}),
    "hardsigmoid": Spelling("Hardsigmoid", "hardsigmoid"),
    "hardswish": Spelling("Hardswish", "hardswish"),
}

# PyTorch's defaults, where the ops' own differ from them or have none.
DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "leaky_relu": {"negative_slope": 0.01},
    "elu": {"alpha": 1.0},
    "celu": {"alpha": 1.0},
    "gelu": {"approximate": "none"},
    "softplus": {"beta": 1.0, "threshold": 20.0},
    "hardtanh": {"min_value": -1.0, "max_value": 1.0},
}

# In place the input is gone, and the slope is found from the rounded output.
FROM_OUTPUT = ("elu", "selu", "celu")

_SLOTS = (Slot("input", "input"),)


def _call(case: Case, kind: str) -> Call:
    spelling = SPELLINGS[case.layer]
    config = case.config
    arguments = {
        word: config[neutral] for neutral, word in spelling.words.items() if neutral in config
    }
    if config["inplace"]:
        arguments["inplace"] = True
    left_out = DEFAULTS.get(case.layer, {})
    conventions = {name: value for name, value in left_out.items() if name not in config}
    if config["inplace"] and case.layer in FROM_OUTPUT:
        conventions["slope_from"] = "output"
    if kind == "class":
        target = f"nn.{spelling.module}"
        return Call(target, "class", arguments, _SLOTS, conventions=conventions)
    target = f"nn.functional.{spelling.function}"
    return Call(target, "function", arguments, _SLOTS, conventions=conventions)


_FORMS: Mapping[str, Translate] = {
    "class": lambda case: _call(case, "class"),
    "function": lambda case: _call(case, "function"),
}


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
    **dict.fromkeys(SPELLINGS, _FORMS),
    "prelu": {"class": _prelu_class, "function": _prelu_function},
    "softmax": _along_axis("Softmax", "softmax"),
    "log_softmax": _along_axis("LogSoftmax", "log_softmax"),
}
