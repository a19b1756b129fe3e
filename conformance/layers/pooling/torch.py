"""Pooling in PyTorch's words."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from conformance.layers.windows import torch_padding
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
