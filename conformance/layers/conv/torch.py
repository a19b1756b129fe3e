"""Convolution in PyTorch's words."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.layers.windows import torch_padding
from conformance.spec.call import Call, Owned, Slot, Translate, Unsupported
from conformance.spec.case import Case


def _slots(case: Case) -> tuple[Slot, ...]:
    slots = (Slot("input", "input"), Slot("weight", "weight", "parameter"))
    return (*slots, Slot("bias", "bias", "parameter")) if case.config["bias"] else slots


def _class(case: Case) -> Call:
    config = case.config
    arguments = {
        "in_channels": config["in_channels"],
        "out_channels": config["out_channels"],
        "kernel_size": config["kernel"],
        "stride": config["stride"],
        "padding": torch_padding(config),
        "dilation": config["dilation"],
        "groups": config["groups"],
        "bias": config["bias"],
        "padding_mode": config["padding_mode"],
        "dtype": case.dtype,
    }
    names = ("weight", "bias") if config["bias"] else ("weight",)
    owned = tuple(Owned(name, case.shapes[name], case.dtype, True) for name in names)
    return Call(f"nn.Conv{config['rank']}d", "class", arguments, _slots(case), owned=owned)


def _function(case: Case) -> Call:
    config = case.config
    if config["padding_mode"] != "zeros":
        raise Unsupported("nn.functional convolutions pad with zeros only")
    arguments = {
        "stride": config["stride"],
        "padding": torch_padding(config),
        "dilation": config["dilation"],
        "groups": config["groups"],
    }
    target = f"nn.functional.conv{config['rank']}d"
    return Call(target, "function", arguments, _slots(case))


FORMS: Mapping[str, Mapping[str, Translate]] = {
    f"conv{n}d": {"class": _class, "function": _function} for n in (1, 2, 3)
}
