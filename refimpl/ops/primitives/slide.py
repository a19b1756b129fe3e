"""Window sum, window maximum and their adjoints."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from refimpl.ops.array import Array, Sizes, primitive
from refimpl.ops.windows import Window


def fit(input: Array, window: Window, fill: float) -> Array:
    """Pad with `fill` to exactly what the windows touch."""
    lead = input.ndim - len(window.kernel)
    spatial = input.shape[lead:]
    sizes = window.span(spatial)
    padded = np.full(input.shape[:lead] + sizes, fill, input.dtype)
    inner = [
        (slice(before, min(before + size, span)), slice(0, max(span - before, 0)))
        for size, span, (before, _) in zip(spatial, sizes, window.padding, strict=True)
    ]
    padded[(..., *(there for there, _ in inner))] = input[(..., *(here for _, here in inner))]
    return padded


def taps(padded: Array, window: Window, counts: Sizes) -> Iterator[tuple[Sizes, Array]]:
    """Yield, in row-major order, each tap and the view of what it sees in every window."""
    for tap in itertools.product(*map(range, window.kernel)):
        where = tuple(
            slice(t * dilation, t * dilation + (count - 1) * stride + 1, stride)
            for t, dilation, count, stride in zip(
                tap, window.dilation, counts, window.stride, strict=True
            )
        )
        yield tap, padded[(..., *where)]


@primitive("linear")
def window_sum(input: Array, window: Window) -> Array:
    """Sum every window; padding counts as zero."""
    counts = window.output_shape(input.shape[-len(window.kernel) :])
    padded = fit(input, window, 0.0)
    total = np.zeros(input.shape[: -len(counts)] + counts, input.dtype)
    for _, seen in taps(padded, window, counts):
        total += seen
    return total


@primitive("linear")
def window_sum_bar(cotangent: Array, spatial: Sizes, window: Window) -> Array:
    """Add each cotangent to every input its window saw; the adjoint of `window_sum`."""
    counts = cotangent.shape[-len(spatial) :]
    padded = np.zeros(cotangent.shape[: -len(counts)] + window.span(spatial), cotangent.dtype)
    for _, seen in taps(padded, window, counts):
        seen += cotangent
    return crop(padded, spatial, window)


def crop(padded: Array, spatial: Sizes, window: Window) -> Array:
    """Take the frame of `fit` off again; what no window touched is zero."""
    wide = np.zeros(padded.shape[: -len(spatial)] + spatial, padded.dtype)
    inner = [
        (slice(before, min(before + size, span)), slice(0, max(span - before, 0)))
        for size, span, (before, _) in zip(
            spatial, window.span(spatial), window.padding, strict=True
        )
    ]
    wide[(..., *(here for _, here in inner))] = padded[(..., *(there for there, _ in inner))]
    return wide


@primitive("maximum")
def window_max(input: Array, window: Window) -> Array:
    """Take the maximum of every window; padding counts as -inf, and a NaN wins."""
    counts = window.output_shape(input.shape[-len(window.kernel) :])
    padded = fit(input, window, -np.inf)
    best = np.full(input.shape[: -len(counts)] + counts, -np.inf, input.dtype)
    for _, seen in taps(padded, window, counts):
        np.maximum(best, seen, out=best)
    return best


@primitive("index")
def window_argmax(input: Array, window: Window) -> Array:
    """Find the flat spatial index of every window's maximum: the first one, or the last NaN."""
    n = len(window.kernel)
    spatial = input.shape[-n:]
    counts = window.output_shape(spatial)
    padded = fit(input, window, -np.inf)
    place = fit(np.arange(np.prod(spatial)).reshape(spatial).astype(np.float64), window, -1.0)
    best = np.full(input.shape[:-n] + counts, -np.inf, input.dtype)
    index = np.full(best.shape, -1, np.int64)
    for (_, seen), (_, here) in zip(
        taps(padded, window, counts), taps(place, window, counts), strict=True
    ):
        better = ((seen > best) | np.isnan(seen) | (index < 0)) & (here >= 0)
        best = np.where(better, seen, best)
        index = np.where(better, here.astype(np.int64), index)
    return index


@primitive("linear")
def scatter_selected(cotangent: Array, index: Array, spatial: Sizes) -> Array:
    """Add each cotangent to the input that its window selected."""
    n = len(spatial)
    lead = cotangent.shape[:-n]
    planes = int(np.prod(lead))
    size = int(np.prod(spatial))
    flat = np.zeros(planes * size, cotangent.dtype)
    offset = np.arange(planes).reshape(*lead, *(1,) * n) * size
    np.add.at(flat, (index + offset).ravel(), cotangent.ravel())
    return flat.reshape(lead + tuple(spatial))
