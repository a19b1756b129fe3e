"""The oracle's entries for layers that slide a window: convolution and pooling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.spec.answer import Answer, Arrays, Entry, single
from refimpl.ops.conv import conv
from refimpl.ops.padding import pad
from refimpl.ops.pooling import avg_pool, max_pool_with_indices
from refimpl.ops.windows import same_padding


def padding_pairs(
    config: Mapping[str, Any], spatial: tuple[int, ...]
) -> tuple[tuple[int, int], ...]:
    """The explicit padding that a case's padding comes to on an input of some size.

    Parameters
    ----------
    config : mapping
        A windowed layer's configuration.
    spatial : tuple of int
        The spatial shape of the input.

    Returns
    -------
    tuple of pair
    """
    padding = config["padding"]
    kernel, stride = config["kernel"], config["stride"]
    dilation = config.get("dilation", (1,) * len(kernel))
    if padding == "same":
        return tuple(map(same_padding, spatial, kernel, stride, dilation))
    if padding == "causal":
        return tuple(((k - 1) * d, 0) for k, d in zip(kernel, dilation, strict=True))
    explicit: tuple[tuple[int, int], ...] = padding
    return explicit


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
    return _unbatched(config, {"output": output}, vjp)


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
    return _unbatched(config, outputs, vjp)


def _unbatched(config: Mapping[str, Any], outputs: dict[str, Any], vjp: Any) -> Answer:
    if config["batched"]:
        return Answer(outputs, lambda bars: {"input": vjp(bars["output"])[0]})
    outputs = {name: output[0] for name, output in outputs.items()}
    return Answer(outputs, lambda bars: {"input": vjp(bars["output"][None])[0][0]})


ENTRIES: Mapping[str, Entry] = {
    **{f"conv{rank}d": _conv for rank in (1, 2, 3)},
    **{f"avg_pool{rank}d": _avg_pool for rank in (1, 2, 3)},
    **{f"max_pool{rank}d": _max_pool for rank in (1, 2, 3)},
}
