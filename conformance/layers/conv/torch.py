"""Convolution in PyTorch's words."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.layers.windows import torch_padding
from conformance.spec.bad_call import Accepts, BadCall, ReturnedArray, ones
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

# Calls that must be refused, and what the framework itself does ------------------------------

X = ones(2, 4, 6, 6)
W = ones(6, 4, 3, 3)

BAD_CALLS: tuple[BadCall, ...] = (
    BadCall("nn.Conv2d", "kernel.size-0", "kernel_size", "ValueError", "RuntimeError at call",
        {"in_channels": 4, "out_channels": 6, "kernel_size": 0}, ((X,),)),
    BadCall("nn.Conv2d", "kernel.size-3", "kernel_size", "ValueError", "RuntimeError at call",
        {"in_channels": 4, "out_channels": 6, "kernel_size": (3,)}, ((X,),)),
    BadCall("nn.Conv2d", "in.channels-0", "in_channels", "ValueError", "RuntimeError at call",
        {"in_channels": 0, "out_channels": 6, "kernel_size": 3}, ((X,),)),
    BadCall("nn.Conv2d", "in.channels-4", "in_channels", "TypeError", "TypeError",
        {"in_channels": (4,), "out_channels": 6, "kernel_size": 3}, ((X,),)),
    BadCall("nn.Conv2d", "groups-None", "groups", "TypeError", "TypeError",
        {"in_channels": 4, "out_channels": 6, "kernel_size": 3, "groups": None}, ((X,),)),
    BadCall("nn.Conv2d", "in.channels-4-2", "in_channels", "ValueError", "ValueError",
        {"in_channels": 4, "out_channels": 6, "kernel_size": 3, "groups": 3}, ((X,),)),
    BadCall("nn.Conv2d", "out.channels-6", "out_channels", "ValueError", "ValueError",
        {"in_channels": 4, "out_channels": 6, "kernel_size": 3, "groups": 4}, ((X,),)),
    BadCall("nn.Conv2d", "groups-0", "groups", "ValueError", "ValueError",
        {"in_channels": 4, "out_channels": 6, "kernel_size": 3, "groups": 0}, ((X,),)),
    BadCall("nn.Conv2d", "stride-0", "stride", "ValueError", "RuntimeError at call",
        {"in_channels": 4, "out_channels": 6, "kernel_size": 3, "stride": 0}, ((X,),)),
    BadCall("nn.Conv2d", "padding--1", "padding", "ValueError", "RuntimeError at call",
        {"in_channels": 4, "out_channels": 6, "kernel_size": 3, "padding": -1}, ((X,),)),
    BadCall("nn.Conv2d", "padding-full", "padding", "ValueError", "ValueError",
        {"in_channels": 4, "out_channels": 6, "kernel_size": 3, "padding": "full"}, ((X,),)),
    BadCall("nn.Conv2d", "padding-same", "padding", "ValueError", "ValueError",
        {"in_channels": 4, "out_channels": 6, "kernel_size": 3, "stride": 2, "padding": "same"},
        ((X,),)),
    BadCall("nn.Conv2d", "padding.mode-mirror", "padding_mode", "ValueError", "ValueError",
        {"in_channels": 4, "out_channels": 6, "kernel_size": 3, "padding_mode": "mirror"}, ((X,),)),
    BadCall("nn.Conv2d", "bias-None", "bias", "TypeError",
        Accepts("Any bias that is false in a condition means none.",
                ReturnedArray((2, 6, 4, 4), varies="random weights")),
        {"in_channels": 4, "out_channels": 6, "kernel_size": 3, "bias": None}, ((X,),)),
    BadCall("nn.Conv2d", "device-cuda", "device", "ValueError", "AssertionError",
        {"in_channels": 4, "out_channels": 6, "kernel_size": 3, "device": "cuda"}, ((X,),)),
    BadCall("nn.Conv2d", "input-2x4x6x6", "pad", "ValueError at call", "RuntimeError at call",
        {"in_channels": 4, "out_channels": 6, "kernel_size": 3, "padding": 6,
            "padding_mode": "reflect"}, ((X,),)),
    BadCall("nn.Conv2d", "input-6x6", "input", "ValueError at call", "RuntimeError at call",
        {"in_channels": 4, "out_channels": 6, "kernel_size": 3}, ((ones(6, 6),),)),
    BadCall("nn.Conv2d", "input-2x3x6x6", "input", "ValueError at call", "RuntimeError at call",
        {"in_channels": 4, "out_channels": 6, "kernel_size": 3}, ((ones(2, 3, 6, 6),),)),
    BadCall("nn.Conv2d", "input-float64", "weight", "TypeError at call", "RuntimeError at call",
        {"in_channels": 4, "out_channels": 6, "kernel_size": 3},
        ((ones(2, 4, 6, 6, dtype="float64"),),)),
    BadCall("nn.Conv2d", "output-0x0", "weight", "ValueError at call", "RuntimeError at call",
        {"in_channels": 4, "out_channels": 6, "kernel_size": 7}, ((X,),)),
    BadCall("nn.functional.conv1d", "input-2x4x6x6", "input", "ValueError", "RuntimeError",
        {"input": X, "weight": ones(6, 4, 3)}),
    BadCall("nn.functional.conv2d", "input-1.0", "input", "TypeError", "TypeError",
        {"input": [[1.0]], "weight": W}),
    BadCall("nn.functional.conv2d", "input-2x4x6x6-int64", "input", "TypeError", "RuntimeError",
        {"input": ones(2, 4, 6, 6, dtype="int64"), "weight": W}),
    BadCall("nn.functional.conv2d", "input-6x6", "input", "ValueError", "RuntimeError",
        {"input": ones(6, 6), "weight": W}),
    BadCall("nn.functional.conv2d", "input-2x3x6x6", "input", "ValueError", "RuntimeError",
        {"input": ones(2, 3, 6, 6), "weight": W}),
    BadCall("nn.functional.conv2d", "weight-6x4x3x3-float64", "weight", "TypeError", "RuntimeError",
        {"input": X, "weight": ones(6, 4, 3, 3, dtype="float64")}),
    BadCall("nn.functional.conv2d", "weight-4x3x3", "weight", "ValueError", "RuntimeError",
        {"input": X, "weight": ones(4, 3, 3)}),
    BadCall("nn.functional.conv2d", "weight-6x4x7x7", "weight", "ValueError", "RuntimeError",
        {"input": X, "weight": ones(6, 4, 7, 7)}),
    BadCall("nn.functional.conv2d", "weight-6x4x3x3", "weight", "ValueError", "RuntimeError",
        {"input": X, "weight": W, "dilation": 3}),
    BadCall("nn.functional.conv2d", "weight-6x4x0x3", "weight", "ValueError", "RuntimeError",
        {"input": X, "weight": ones(6, 4, 0, 3)}),
    BadCall("nn.functional.conv2d", "bias-4", "bias", "ValueError", "RuntimeError",
        {"input": X, "weight": W, "bias": ones(4)}),
    BadCall("nn.functional.conv2d", "bias-6-float64", "bias", "TypeError", "RuntimeError",
        {"input": X, "weight": W, "bias": ones(6, dtype="float64")}),
    BadCall("nn.functional.conv2d", "stride-0", "stride", "ValueError", "RuntimeError",
        {"input": X, "weight": W, "stride": 0}),
    BadCall("nn.functional.conv2d", "stride-1.2.3", "stride", "ValueError", "RuntimeError",
        {"input": X, "weight": W, "stride": (1, 2, 3)}),
    BadCall("nn.functional.conv2d", "stride-1.5", "stride", "TypeError", "TypeError",
        {"input": X, "weight": W, "stride": 1.5}),
    BadCall("nn.functional.conv2d", "padding--1", "padding", "ValueError", "RuntimeError",
        {"input": X, "weight": W, "padding": -1}),
    BadCall("nn.functional.conv2d", "padding-causal", "padding", "ValueError", "RuntimeError",
        {"input": X, "weight": W, "padding": "causal"}),
    BadCall("nn.functional.conv2d", "padding-same", "padding", "ValueError", "RuntimeError",
        {"input": X, "weight": W, "stride": 2, "padding": "same"}),
    BadCall("nn.functional.conv2d", "dilation-0.1", "dilation", "ValueError", "RuntimeError",
        {"input": X, "weight": W, "dilation": (0, 1)}),
    BadCall("nn.functional.conv2d", "groups-0", "groups", "ValueError", "RuntimeError",
        {"input": X, "weight": W, "groups": 0}),
    BadCall("nn.functional.conv2d", "groups-4", "groups", "ValueError", "RuntimeError",
        {"input": X, "weight": ones(6, 1, 3, 3), "groups": 4}),
    BadCall("nn.functional.conv2d", "groups-1.0", "groups", "TypeError", "TypeError",
        {"input": X, "weight": W, "groups": 1.0}),
    BadCall("nn.functional.conv3d", "output-0x0x0", "weight", "ValueError", "RuntimeError",
        {"input": ones(2, 4, 6, 6, 6), "weight": ones(6, 4, 7, 7, 7)}),
)  # fmt: skip
