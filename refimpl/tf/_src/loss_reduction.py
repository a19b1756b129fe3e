"""How Keras reduces losses: with weights, with a mask, and to what it divides by."""

from __future__ import annotations

from typing import Any

import numpy as np

from refimpl._arguments import sum_to, without_scalars
from refimpl.dtypes import is_half
from refimpl.ops.array import Array, Sizes
from refimpl.tf._src.arguments import read_array

REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", None)


def reduce_losses(
    values: Array, sample_weight: Any, kept: Array | None, reduction: str | None
) -> tuple[Array, Array]:
    """Reduce losses; return the result and its derivative by each (broadcast) loss."""
    wide = values.astype(np.float32) if is_half(values.dtype) else values
    weights = np.ones((), wide.dtype)
    if sample_weight is not None:
        weights, wide = _align(read_array(sample_weight, "sample_weight").astype(wide.dtype), wide)
    mask = None if kept is None else kept.reshape(wide.shape).astype(wide.dtype)
    weighted = np.broadcast_to(weights, np.broadcast_shapes(weights.shape, wide.shape))
    if mask is not None:
        weighted = weighted * mask
    factor: Array = weighted
    # An empty vector of losses is returned as it is, as Keras does.
    single = values.ndim == 0 or values.shape == (0,)
    if reduction in ("none", None) or (single and reduction != "mean_with_sample_weight"):
        loss = without_scalars(wide * factor)
    else:
        if reduction == "mean_with_sample_weight":
            # The weights as they were given: Keras does not broadcast them for this sum.
            as_they_are = sample_weight is not None and mask is None
            divisor = (weights if as_they_are else weighted).sum(dtype=wide.dtype)
        elif reduction == "sum":
            divisor = wide.dtype.type(1)
        else:
            divisor = wide.dtype.type(weighted.size) if mask is None else mask.sum()
        total = np.sum(wide * weighted)
        nothing = divisor == 0
        loss = without_scalars(wide.dtype.type(0) if nothing else total / divisor)
        factor = weighted * 0 if nothing else weighted / divisor
    return loss.astype(values.dtype, copy=False), without_scalars(factor)


def _align(weights: Array, values: Array) -> tuple[Array, Array]:
    """Bring weights and losses to one rank as Keras does, by an axis of length one."""
    if weights.ndim == values.ndim + 1 and weights.shape[-1] == 1:
        if values.ndim == 1:
            values = values[:, None]
        else:
            weights = weights[..., 0]
    elif values.ndim == weights.ndim + 1 and values.shape[-1] == 1:
        if weights.ndim == 1:
            weights = weights[:, None]
        else:
            values = values[..., 0]
    try:
        np.broadcast_shapes(weights.shape, values.shape)
    except ValueError:
        raise ValueError(
            "sample_weight must be of a shape that broadcasts with the losses' "
            f"{values.shape}; got {weights.shape}"
        ) from None
    return weights, values


def sum_to_losses(bar: Array, shape: Sizes) -> Array:
    """Sum what a broadcast spread, and drop or add axes of length one."""
    if bar.size == int(np.prod(shape)):
        return bar.reshape(shape)
    if bar.ndim > len(shape) and bar.shape[-1] == 1 and bar.shape[:-1] == shape:
        return bar[..., 0]
    summed: Array = sum_to(bar, shape)
    return summed
