"""A frame around the spatial dimensions: put on, and its adjoint."""

from __future__ import annotations

from typing import Any

import numpy as np

from refimpl.ops.array import Array, Pairs, Sizes, primitive


@primitive("linear")
def gather_frame(input: Array, padding: Pairs, mode: str) -> Array:
    """Pad the trailing dimensions; see `refimpl.ops.padding.pad`."""
    lead = input.ndim - len(padding)
    if mode == "zeros":
        spatial = input.shape[lead:]
        sizes = tuple(b + size + a for size, (b, a) in zip(spatial, padding, strict=True))
        padded = np.zeros(input.shape[:lead] + sizes, input.dtype)
        there, here = _overlap(spatial, padding)
        padded[there] = input[here]
        return padded
    for axis, (before, after) in enumerate(padding, start=lead):
        if before or after:
            source = _source(input.shape[axis], before, after, mode)
            input = input.take(source, axis)
    return input.copy() if not any(map(any, padding)) else input


@primitive("linear")
def scatter_frame(cotangent: Array, spatial: Sizes, padding: Pairs, mode: str) -> Array:
    """Add what the frame holds back to where it came from; the adjoint of `gather_frame`."""
    lead = cotangent.ndim - len(padding)
    if mode == "zeros":
        result = np.zeros(cotangent.shape[:lead] + spatial, cotangent.dtype)
        there, here = _overlap(spatial, padding)
        result[here] = cotangent[there]
        return result
    for axis, (size, (before, after)) in enumerate(zip(spatial, padding, strict=True), start=lead):
        framed = np.moveaxis(cotangent, axis, 0)
        inner = np.zeros((size, *framed.shape[1:]), cotangent.dtype)
        (_, there), (_, here) = _overlap((size,), ((before, after),))
        inner[here] = framed[there]
        source, length = _source(size, before, after, mode), len(framed)
        for position in (*range(min(there.start, length)), *range(there.stop, length)):
            inner[source[position]] += framed[position]
        cotangent = np.moveaxis(inner, 0, axis)
    return np.ascontiguousarray(cotangent)


def _overlap(spatial: Sizes, padding: Pairs) -> tuple[Any, Any]:
    """Index the part of the input that is not cut off: in the frame, and in the input."""
    there: list[Any] = [...]
    here: list[Any] = [...]
    for size, (before, after) in zip(spatial, padding, strict=True):
        first, last = max(-before, 0), max(size - max(-after, 0), 0)
        there.append(slice(max(before, 0), max(before, 0) + max(last - first, 0)))
        here.append(slice(first, max(last, first)))
    return tuple(there), tuple(here)


def _source(size: int, before: int, after: int, mode: str) -> Array:
    """Tell, for every position of the framed dimension, which input position it shows."""
    position: Array = np.arange(-before, size + after)
    if mode == "reflect":
        mirrored: Array = size - 1 - np.abs(size - 1 - np.abs(position))
        return mirrored
    if mode == "replicate":
        return np.clip(position, 0, size - 1)
    # What is left of the input after cutting off is what goes round.
    first, last = max(-before, 0), size - max(-after, 0)
    wrapped: Array = (position - first) % max(last - first, 1) + first
    return wrapped
