"""Pooling layers, and how the oracle evaluates them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.layers.pooling.reproducer import explain_average, explain_maximum
from conformance.layers.windows import padding_pairs
from conformance.spec.answer import Answer, Arrays
from conformance.spec.layer import Layer
from refimpl.ops.pooling import avg_pool, max_pool_with_indices


def _avg_pool(config: Mapping[str, Any], arrays: Arrays) -> Answer:
    image = arrays["input"] if config["batched"] else arrays["input"][None]
    output, vjp = avg_pool(
        image,
        kernel=config["kernel"],
        stride=config["stride"],
        padding=padding_pairs(config, image.shape[2:]),
        ceil_mode=config["ceil_mode"],
        count_include_pad=config["count_include_pad"],
        divisor_override=config["divisor_override"],
    )
    return _without_batch(config, {"output": output}, vjp)


def _max_pool(config: Mapping[str, Any], arrays: Arrays) -> Answer:
    image = arrays["input"] if config["batched"] else arrays["input"][None]
    (output, indices), vjp = max_pool_with_indices(
        image,
        kernel=config["kernel"],
        stride=config["stride"],
        padding=padding_pairs(config, image.shape[2:]),
        dilation=config["dilation"],
        ceil_mode=config["ceil_mode"],
    )
    outputs = {"output": output}
    if config["return_indices"]:
        outputs["indices"] = indices
    return _without_batch(config, outputs, vjp)


def _without_batch(config: Mapping[str, Any], outputs: dict[str, Any], vjp: Any) -> Answer:
    if config["batched"]:
        return Answer(outputs, lambda bars: {"input": vjp(bars["output"])[0]})
    outputs = {name: output[0] for name, output in outputs.items()}
    return Answer(outputs, lambda bars: {"input": vjp(bars["output"][None])[0][0]})


# Windows and space share a name: where both are of one size, they can be cut together.
_ARRAYS: Mapping[str, str] = {
    "output": "batch? channels *space",
    "input": "batch? channels *space",
}

AVERAGES = tuple(
    Layer(f"avg_pool{rank}d", "pooling", _avg_pool, _ARRAYS, rank=rank, explain=explain_average)
    for rank in (1, 2, 3)
)
MAXIMA = tuple(
    Layer(f"max_pool{rank}d", "pooling", _max_pool, _ARRAYS, rank=rank, explain=explain_maximum)
    for rank in (1, 2, 3)
)
LAYERS = (*AVERAGES, *MAXIMA)
