"""Pooling in PyTorch's words."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from conformance.layers.windows import torch_padding
from conformance.spec.bad_call import Accepts, BadCall, ReturnedArray, ones
from conformance.spec.call import OUTPUT, Call, Result, Slot, Translate, Unsupported
from conformance.spec.case import Case

_SLOTS = (Slot("input", "input"),)
_AVERAGE = ("count_include_pad", "divisor_override")
_MAXIMUM = ("dilation", "return_indices")


def _arguments(case: Case, names: tuple[str, ...]) -> dict[str, Any]:
    config = case.config
    if config["padding"] == "same":
        raise Unsupported("PyTorch's pooling has no 'same' padding")
    arguments = {
        "kernel_size": config["kernel"],
        "stride": config["stride"],
        "padding": torch_padding(config),
        "ceil_mode": config["ceil_mode"],
    }
    return arguments | {name: config[name] for name in names}


def _results(case: Case) -> tuple[Result, ...]:
    indices = Result("indices", differentiated=False)
    return (*OUTPUT, indices) if case.config.get("return_indices") else OUTPUT


def _class(case: Case, target: str, names: tuple[str, ...]) -> Call:
    return Call(target, "class", _arguments(case, names), _SLOTS, _results(case))


def _function(case: Case, target: str, names: tuple[str, ...]) -> Call:
    return Call(target, "function", _arguments(case, names), _SLOTS, _results(case))


def _forms(module: str, function: str, names: tuple[str, ...]) -> Mapping[str, Translate]:
    return {
        "class": partial(_class, target=f"nn.{module}", names=names),
        "function": partial(_function, target=f"nn.functional.{function}", names=names),
    }


FORMS: Mapping[str, Mapping[str, Translate]] = {
    # Only over one dimension the average's divisor cannot be overridden.
    "avg_pool1d": _forms("AvgPool1d", "avg_pool1d", _AVERAGE[:1]),
    **{f"avg_pool{n}d": _forms(f"AvgPool{n}d", f"avg_pool{n}d", _AVERAGE) for n in (2, 3)},
    **{f"max_pool{n}d": _forms(f"MaxPool{n}d", f"max_pool{n}d", _MAXIMUM) for n in (1, 2, 3)},
}

# Calls that must be refused, and what the framework itself does ------------------------------

X = ones(2, 4, 6, 6)

BAD_CALLS: tuple[BadCall, ...] = (
    BadCall("nn.AvgPool1d", "kernel.size-2.2", "kernel_size", "ValueError", "RuntimeError at call",
        {"kernel_size": (2, 2)}, ((ones(2, 4, 9),),)),
    BadCall("nn.AvgPool2d", "kernel.size-2.0", "kernel_size", "TypeError", "TypeError at call",
        {"kernel_size": 2.0}, ((X,),)),
    BadCall("nn.AvgPool2d", "padding-2", "padding", "ValueError", "RuntimeError at call",
        {"kernel_size": 2, "padding": 2}, ((X,),)),
    BadCall("nn.AvgPool2d", "output-0x0", "kernel_size", "ValueError at call",
        "RuntimeError at call", {"kernel_size": 7}, ((X,),)),
    BadCall("nn.AvgPool3d", "divisor.override-1.5", "divisor_override", "TypeError",
        "TypeError at call", {"kernel_size": 2, "divisor_override": 1.5},
        ((ones(2, 4, 6, 6, 6),),)),
    BadCall("nn.MaxPool1d", "return.indices-yes", "return_indices", "TypeError",
        Accepts("Any value that is true in a condition will do.",
                (ReturnedArray((2, 4, 4), each=1.0), ReturnedArray((2, 4, 4), "int64",
                    total=96.0))), {"kernel_size": 2, "return_indices": "yes"},
        ((ones(2, 4, 9),),)),
    BadCall("nn.MaxPool2d", "stride-0", "stride", "ValueError", "RuntimeError at call",
        {"kernel_size": 2, "stride": 0}, ((X,),)),
    BadCall("nn.MaxPool2d", "output-0x0", "kernel_size", "ValueError at call",
        "RuntimeError at call", {"kernel_size": 7}, ((X,),)),
    BadCall("nn.MaxPool2d", "input-6x6", "input", "ValueError at call", "RuntimeError at call",
        {"kernel_size": 2}, ((ones(6, 6),),)),
    BadCall("nn.MaxPool3d", "input-4x6x6", "input", "ValueError at call", "RuntimeError at call",
        {"kernel_size": 2}, ((ones(4, 6, 6),),)),
    BadCall("nn.functional.avg_pool1d", "input-2x4x6x6", "input", "ValueError", "RuntimeError",
        {"input": X, "kernel_size": 2}),
    BadCall("nn.functional.avg_pool2d", "kernel.size-0", "kernel_size", "ValueError",
        "RuntimeError", {"input": X, "kernel_size": 0}),
    BadCall("nn.functional.avg_pool2d", "padding--1", "padding", "ValueError", "RuntimeError",
        {"input": X, "kernel_size": 2, "padding": -1}),
    BadCall("nn.functional.avg_pool2d", "divisor.override-0", "divisor_override", "ValueError",
        "RuntimeError", {"input": X, "kernel_size": 2, "divisor_override": 0}),
    BadCall("nn.functional.max_pool2d", "kernel.size-7", "kernel_size", "ValueError",
        "RuntimeError", {"input": X, "kernel_size": 7}),
    BadCall("nn.functional.max_pool2d", "stride-0", "stride", "ValueError", "RuntimeError",
        {"input": X, "kernel_size": 2, "stride": 0}),
    BadCall("nn.functional.max_pool2d", "padding-2", "padding", "ValueError", "RuntimeError",
        {"input": X, "kernel_size": 3, "padding": 2}),
    BadCall("nn.functional.max_pool2d", "dilation-0", "dilation", "ValueError", "RuntimeError",
        {"input": X, "kernel_size": 2, "dilation": 0}),
    BadCall("nn.functional.max_pool2d", "ceil.mode-1", "ceil_mode", "TypeError", "TypeError",
        {"input": X, "kernel_size": 2, "ceil_mode": 1}),
)  # fmt: skip
