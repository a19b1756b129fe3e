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
from refimpl.tf._src.random.numbers import (
    at_least,
    floats,
    integers,
    integers_between,
    words_each,
)
from refimpl.tf._src.random.philox import Stream, blocks, words

# A group of truncated normal numbers (as many as a block of words makes) begins this many blocks
# after the one before it for each of its numbers, so that it can go on rejecting.
_BLOCKS_EACH = 64
_LEAST_UNIFORM = 1e-7
_TRUNCATED_AT = 2.0
# Pairs made at once, so that the intermediate arrays stay in the cache.
_CHUNK = 1 << 14


def uniform(stream: Stream, shape: Sizes, dtype: np.dtype[Any]) -> Array:
    """Draw from [0, 1)."""
    return floats(_words_for(stream, shape, dtype), dtype).reshape(shape)


def bernoulli_keep(stream: Stream, shape: Sizes, rate: float, dtype: np.dtype[Any]) -> Array:
    """Draw which elements dropout keeps: those whose uniform draw is at least the rate."""
    return at_least(_words_for(stream, shape, dtype), rate, dtype).reshape(shape)


def full_integers(stream: Stream, shape: Sizes, dtype: np.dtype[Any]) -> Array:
    """Draw from all integers of a dtype."""
    return integers(_words_for(stream, shape, dtype), dtype).reshape(shape)


def uniform_integers(
    stream: Stream, shape: Sizes, low: int, high: int, dtype: np.dtype[Any]
) -> Array:
    """Draw from the integers of [low, high)."""
    return integers_between(_words_for(stream, shape, dtype), low, high, dtype).reshape(shape)


def normal(stream: Stream, shape: Sizes, dtype: np.dtype[Any]) -> Array:
    """Draw from the standard normal distribution."""
    size = math.prod(shape)
    drawn = words(stream, size * words_each(dtype))
    return box_muller(drawn, dtype)[:size].reshape(shape)


def truncated_normal(stream: Stream, shape: Sizes, dtype: np.dtype[Any]) -> Array:
    """Draw from the standard normal distribution cut off at two deviations."""
    size = math.prod(shape)
    # Half types are rejected in float32 and rounded afterwards, so that 2 itself can be drawn.
    made = _computed_in(dtype)
    each = 4 // words_each(made)
    out = np.empty((-(-size // each), each), made)
    found = np.zeros(len(out), np.intp)
    waiting = np.arange(len(out))
    # In every pass the groups that are not full look at one more block.
    offsets = waiting.astype(np.uint64) * np.uint64(each * _BLOCKS_EACH)
    while waiting.size:
        drawn = box_muller(blocks(stream, offsets).reshape(-1), made).reshape(-1, each)
        accepted = np.abs(drawn) < _TRUNCATED_AT
        place = found[waiting, np.newaxis] + np.cumsum(accepted, axis=1) - 1
        row, column = np.nonzero(accepted & (place < each))
        out[waiting[row], place[row, column]] = drawn[row, column]
        found[waiting] += accepted.sum(axis=1)
        unfilled = found[waiting] < each
        waiting, offsets = waiting[unfilled], offsets[unfilled] + np.uint64(1)
    return out.reshape(-1)[:size].reshape(shape).astype(dtype, copy=False)


def permutation(stream: Stream, count: int) -> Array:
    """Draw an order: by R. Durstenfeld's *Algorithm 235*, 1964, from the front."""
    left = np.arange(count, 1, -1)
    steps = (words(stream, len(left))[: len(left)] % left).tolist()
    order = list(range(count))
    for here, step in enumerate(steps):
        order[here], order[here + step] = order[here + step], order[here]
    return np.array(order, np.intp)


def _words_for(stream: Stream, shape: Sizes, dtype: np.dtype[Any]) -> Array:
    count = math.prod(shape) * words_each(dtype)
    return words(stream, count)[:count]


def _computed_in(dtype: np.dtype[Any]) -> np.dtype[Any]:
    return np.dtype(np.float64 if dtype.itemsize == 8 else np.float32)


def box_muller(drawn: Array, dtype: np.dtype[Any]) -> Array:
    """Make pairs of uniform numbers into pairs of normal ones; half types compute in float32."""
    made = _computed_in(dtype)
    out = np.empty(drawn.size // words_each(made), dtype)
    step = 2 * _CHUNK * words_each(made)
    for start in range(0, drawn.size, step):
        pairs = floats(drawn[start : start + step], made)
        first = start // words_each(made)
        part = out[first : first + pairs.size]
        part[0::2], part[1::2] = _normal_pairs(pairs[0::2], pairs[1::2])
    return out


def _normal_pairs(u: Array, v: Array) -> tuple[Array, Array]:
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
