"""Draws from a stream: uniform, normal, truncated normal and integers, of shape and dtype.

Every function is pure: the same stream gives the same numbers. The normal distribution is by
G. Box and M. Muller, *A note on the generation of random normal deviates*, 1958; the truncated one
by rejection, as TensorFlow's page `tf.random.truncated_normal` says.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from refimpl.ops.array import Array, Sizes
from refimpl.ops.random import glibc
from refimpl.ops.random.philox import Stream, blocks, words
from refimpl.tf._src.random.numbers import (
    make_floats,
    make_integers,
    make_integers_between,
    mark_at_least,
    words_for_one,
)

# A group of truncated normal numbers (as many as a block of words makes) begins this many blocks
# after the one before it for each of its numbers, so that it can go on rejecting.
_BLOCKS_EACH = 64
_LEAST_UNIFORM = 1e-7
_TRUNCATED_AT = 2.0
# Pairs computed at once, so that the intermediate arrays stay in the cache.
_CHUNK = 1 << 14


def draw_uniform(stream: Stream, shape: Sizes, dtype: np.dtype[Any]) -> Array:
    """Draw from [0, 1)."""
    return make_floats(_take_words(stream, shape, dtype), dtype).reshape(shape)


def draw_survivors(stream: Stream, shape: Sizes, rate: float, dtype: np.dtype[Any]) -> Array:
    """Draw which elements dropout keeps: those whose uniform draw is at least the rate."""
    return mark_at_least(_take_words(stream, shape, dtype), rate, dtype).reshape(shape)


def draw_full_integers(stream: Stream, shape: Sizes, dtype: np.dtype[Any]) -> Array:
    """Draw from all integers of a dtype."""
    return make_integers(_take_words(stream, shape, dtype), dtype).reshape(shape)


def draw_integers(stream: Stream, shape: Sizes, low: int, high: int, dtype: np.dtype[Any]) -> Array:
    """Draw from the integers of [low, high)."""
    return make_integers_between(_take_words(stream, shape, dtype), low, high, dtype).reshape(shape)


def draw_normal(stream: Stream, shape: Sizes, dtype: np.dtype[Any]) -> Array:
    """Draw from the standard normal distribution."""
    size = math.prod(shape)
    drawn = words(stream, size * words_for_one(dtype))
    return make_normals(drawn, dtype)[:size].reshape(shape)


def draw_truncated_normal(stream: Stream, shape: Sizes, dtype: np.dtype[Any]) -> Array:
    """Draw from the standard normal distribution cut off at two deviations."""
    size = math.prod(shape)
    # Half types are rejected in float32 and rounded afterwards, so that 2 itself can be drawn.
    inner = _dtype_inside(dtype)
    each = 4 // words_for_one(inner)
    out = np.empty((-(-size // each), each), inner)
    filled = np.zeros(len(out), np.intp)
    waiting = np.arange(len(out))
    # In every pass the groups that are not full look at one more block.
    offsets = waiting.astype(np.uint64) * np.uint64(each * _BLOCKS_EACH)
    while waiting.size:
        drawn = make_normals(blocks(stream, offsets).reshape(-1), inner).reshape(-1, each)
        accepted = np.abs(drawn) < _TRUNCATED_AT
        place = filled[waiting, np.newaxis] + np.cumsum(accepted, axis=1) - 1
        row, column = np.nonzero(accepted & (place < each))
        out[waiting[row], place[row, column]] = drawn[row, column]
        filled[waiting] += accepted.sum(axis=1)
        is_open = filled[waiting] < each
        waiting, offsets = waiting[is_open], offsets[is_open] + np.uint64(1)
    return out.reshape(-1)[:size].reshape(shape).astype(dtype, copy=False)


def draw_permutation(stream: Stream, count: int) -> Array:
    """Draw an order: by R. Durstenfeld's *Algorithm 235*, 1964, from the front."""
    left = np.arange(count, 1, -1)
    steps = (words(stream, len(left))[: len(left)] % left).tolist()
    order = list(range(count))
    for here, step in enumerate(steps):
        order[here], order[here + step] = order[here + step], order[here]
    return np.array(order, np.intp)


def _take_words(stream: Stream, shape: Sizes, dtype: np.dtype[Any]) -> Array:
    count = math.prod(shape) * words_for_one(dtype)
    return words(stream, count)[:count]


def _dtype_inside(dtype: np.dtype[Any]) -> np.dtype[Any]:
    return np.dtype(np.float64 if dtype.itemsize == 8 else np.float32)


def make_normals(drawn: Array, dtype: np.dtype[Any]) -> Array:
    """Make pairs of uniform numbers into pairs of normal ones; half types compute in float32."""
    inner = _dtype_inside(dtype)
    out = np.empty(drawn.size // words_for_one(inner), dtype)
    step = 2 * _CHUNK * words_for_one(inner)
    for start in range(0, drawn.size, step):
        pairs = make_floats(drawn[start : start + step], inner)
        first = start // words_for_one(inner)
        part = out[first : first + pairs.size]
        part[0::2], part[1::2] = _pair_normals(pairs[0::2], pairs[1::2])
    return out


def _pair_normals(u: Array, v: Array) -> tuple[Array, Array]:
    double = u.dtype.itemsize == 8
    u = np.maximum(u, u.dtype.type(_LEAST_UNIFORM))
    angle = (v * np.float64(2.0 * math.pi)).astype(u.dtype)
    radius = glibc.log(u) if double else glibc.logf(u)
    radius *= -2.0
    np.sqrt(radius, out=radius)
    sine, cosine = glibc.sincos(angle) if double else glibc.sincosf(angle)
    sine *= radius
    cosine *= radius
    return sine, cosine
