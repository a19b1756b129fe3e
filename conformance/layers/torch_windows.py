"""Convolution and pooling in PyTorch's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.spec.call import OUTPUT, Call, Owned, Result, Slot, Translate, Unsupported
from conformance.spec.case import Case


def _padding(config: Mapping[str, Any]) -> Any:
    padding = config["padding"]
    if padding == "same":
        return padding
    if padding == "causal":
        raise Unsupported("PyTorch has no causal padding; pad the input instead")
    if any(before != after for before, after in padding):
        raise Unsupported("PyTorch pads both sides alike; pad the input instead")
    return tuple(before for before, _ in padding)


def _conv_slots(case: Case) -> tuple[Slot, ...]:
    slots = (Slot("input", "input"), Slot("weight", "weight", "parameter"))
    return (*slots, Slot("bias", "bias", "parameter")) if case.config["bias"] else slots


def _conv_class(case: Case) -> Call:
    config = case.config
    arguments = {
        "in_channels": config["in_channels"],
        "out_channels": config["out_channels"],
        "kernel_size": config["kernel"],
        "stride": config["stride"],
        "padding": _padding(config),
        "dilation": config["dilation"],
        "groups": config["groups"],
        "bias": config["bias"],
        "padding_mode": config["padding_mode"],
        "dtype": case.dtype,
    }
    names = ("weight", "bias") if config["bias"] else ("weight",)
    owned = tuple(Owned(name, case.shapes[name], case.dtype, True) for name in names)
    return Call(f"nn.Conv{config['rank']}d", "class", arguments, _conv_slots(case), owned=owned)


def _conv_function(case: Case) -> Call:
    config = case.config
    if config["padding_mode"] != "zeros":
        raise Unsupported("nn.functional convolutions pad with zeros only")
    arguments = {
        "stride": config["stride"],
        "padding": _padding(config),
        "dilation": config["dilation"],
        "groups": config["groups"],
    }
    target = f"nn.functional.conv{config['rank']}d"
    return Call(target, "function", arguments, _conv_slots(case))


def _pool_arguments(case: Case) -> dict[str, Any]:
    config = case.config
    if config["padding"] == "same":
        raise Unsupported("PyTorch's pooling has no 'same' padding")
    arguments = {
        "kernel_size": config["kernel"],
        "stride": config["stride"],
        "padding": _padding(config),
        "ceil_mode": config["ceil_mode"],
    }
    names = (
        ("count_include_pad",)
        if case.layer == "avg_pool1d"
        else ("count_include_pad", "divisor_override", "dilation", "return_indices")
    )
    return arguments | {name: config[name] for name in names if name in config}


def _pool(kind: str) -> Translate:
    def translate(case: Case) -> Call:
        name = "AvgPool" if case.layer.startswith("avg") else "MaxPool"
        rank = case.config["rank"]
        results = (
            (*OUTPUT, Result("indices", differentiated=False))
            if case.config.get("return_indices")
            else OUTPUT
        )
        slots = (Slot("input", "input"),)
        arguments = _pool_arguments(case)
        if kind == "class":
            return Call(f"nn.{name}{rank}d", "class", arguments, slots, results)
        return Call(f"nn.functional.{case.layer}", "function", arguments, slots, results)

    return translate


_POOL: Mapping[str, Translate] = {"class": _pool("class"), "function": _pool("function")}

FORMS: Mapping[str, Mapping[str, Translate]] = {
    **{f"conv{n}d": {"class": _conv_class, "function": _conv_function} for n in (1, 2, 3)},
    **{f"{kind}_pool{n}d": _POOL for kind in ("avg", "max") for n in (1, 2, 3)},
}
