"""Dropout of elements and of channels, and how the oracle evaluates it, given the mask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.spec.answer import Answer, Arrays, single
from conformance.spec.layer import Layer
from refimpl.ops.dropout import dropout


def _dropout(config: Mapping[str, Any], arrays: Arrays) -> Answer:
    if not config["training"]:
        return single(arrays["input"], lambda bar: (bar,), "input")
    output, vjp = dropout(
        arrays["input"], arrays["keep"], rate=config["rate"], select=config.get("select", False)
    )
    return single(output, vjp, "input")


_ARRAYS: Mapping[str, str] = {"output": "*shape", "input": "*shape"}
_SIZES: Mapping[str, str] = {"shape": "noise_shape"}

ELEMENTS = Layer("dropout", "dropout", _dropout, _ARRAYS, random=True, size_options=_SIZES)
CHANNELS = tuple(
    Layer(
        f"dropout{rank}d",
        "dropout",
        _dropout,
        _ARRAYS,
        rank=rank,
        random=True,
        size_options=_SIZES,
    )
    for rank in (1, 2, 3)
)
LAYERS = (ELEMENTS, *CHANNELS)
