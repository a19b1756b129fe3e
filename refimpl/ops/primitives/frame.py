"""A frame around the spatial dimensions: put on, and its adjoint."""

from __future__ import annotations

from typing import Any

import numpy as np

from refimpl.ops.array import Array, Pairs, Sizes, primitive


@primitive("linear")
def gather_frame(input: Array, padding: Pairs, mode: str) -> Array:
    """Pad the trailing dimensions; see `refimpl.ops.pad.pad`."""
    lead = input.ndim - len(padding)
    if mode == "zeros":
        spatial = input.shape[lead:]
        sizes = tuple(b + size + a for size, (b, a) in zip(spatial, padding, strict=True))
        padded = np.zeros(input.shape[:lead] + sizes, input.dtype)
        padded[_inside(spatial, padding)] = input
        return padded
    for axis, (before, after) in enumerate(padding, start=lead):
        if before or after:
            source = _source(input.shape[axis], before, after, mode)
            input = input.take(source, axis)
    return input.copy() if not any(map(any, padding)) else input


@primitive("linear")
def scatter_frame(cotangent: Array, spatial: Sizes, padding: Pairs, mode: str) -> Array:
    """Add what the frame holds back to where it came from; the adjoint of `gather_frame`."""
    if mode == "zeros":
        inner: Array = cotangent[_inside(spatial, padding)]
        return inner.copy()
    lead = cotangent.ndim - len(padding)
    for axis, (size, (before, after)) in enumerate(zip(spatial, padding, strict=True), start=lead):
        framed = np.moveaxis(cotangent, axis, 0)
        inner = framed[before : before + size].copy()
        source = _source(size, before, after, mode)
        for position in (*range(before), *range(before + size, before + size + after)):
            inner[source[position]] += framed[position]
        cotangent = np.moveaxis(inner, 0, axis)
    return np.ascontiguousarray(cotangent)


def _inside(spatial: Sizes, padding: Pairs) -> Any:
    return (..., *(slice(b, b + size) for size, (b, _) in zip(spatial, padding, strict=True)))


def _source(size: int, before: int, after: int, mode: str) -> Array:
    """Tell, for every position of the framed dimension, which input position it shows."""
    position: Array = np.arange(-before, size + after)
    if mode == "reflect":
        position = size - 1 - np.abs(size - 1 - np.abs(position))
    elif mode == "replicate":
        position = np.clip(position, 0, size - 1)
    else:
        position = position % size
    return position
