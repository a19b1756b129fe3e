"""Convolutions, and how the oracle evaluates them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.layers.arithmetic import explain_weighted_sum
from conformance.layers.conv.tf import is_compiled
from conformance.layers.windows import padding_pairs
from conformance.spec.answer import Answer, Arrays, single
from conformance.spec.layer import Layer
from refimpl.ops.conv import conv
from refimpl.ops.padding import pad


def _conv(config: Mapping[str, Any], arrays: Arrays) -> Answer:
    image = arrays["input"] if config["batched"] else arrays["input"][None]
    pairs = padding_pairs(config, image.shape[2:])
    spread = None
    if config["padding_mode"] != "zeros":
        image, spread = pad(image, pairs, config["padding_mode"])
        pairs = ((0, 0),) * len(pairs)
    output, vjp = conv(
        image,
        arrays["weight"],
        arrays.get("bias"),
        stride=config["stride"],
        padding=pairs,
        dilation=config["dilation"],
        groups=config["groups"],
    )

    def back(cotangent: Any) -> tuple[Any, ...]:
        bar, weight, bias = vjp(cotangent if config["batched"] else cotangent[None])
        if spread is not None:
            (bar,) = spread(bar)
        return bar if config["batched"] else bar[0], weight, bias

    return single(output if config["batched"] else output[0], back, "input", "weight", "bias")


_ARRAYS: Mapping[str, str] = {
    "output": "batch? (groups out_channels) *windows",
    "weight": "(groups out_channels) in_channels *kernel",
    "bias": "(groups out_channels)",
    "input": "batch? (groups in_channels) *space",
}

LAYERS = tuple(
    Layer(
        f"conv{rank}d",
        "conv",
        _conv,
        _ARRAYS,
        rank=rank,
        compiled=is_compiled,
        explain=explain_weighted_sum,
    )
    for rank in (1, 2, 3)
)
