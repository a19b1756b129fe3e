"""Functions with hidden state: a global seed, an operation's seed, and how often it was called.

As TensorFlow's page `tf.random.set_seed` tells, both seeds together say which numbers are drawn,
and a call with the same two seeds goes on where the last one stopped: in eager mode TensorFlow
keeps the kernel of every operation, dtype and pair of seeds, with its counter, until the global
seed is set anew. What stands here is that cache. The `seed` of a function is an integer or None.
"""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np

from refimpl._arguments import new_array
from refimpl.ops.array import Array, Sizes
from refimpl.ops.random.philox import Stream
from refimpl.tf._src.arguments import read_array
from refimpl.tf._src.random import distributions
from refimpl.tf._src.random.arguments import (
    read_dtype,
    read_interval,
    read_seed,
    read_shape,
    scale,
    scale_to,
)
from refimpl.tf._src.random.generator import BLOCKS_EACH

__all__ = ["normal", "set_seed", "shuffle", "truncated_normal", "uniform"]

_LARGEST = 2**31 - 1
_WITHOUT_GLOBAL_SEED = 87654321


class _State:
    """The one mutable thing: the seeds, and how far each kernel has come."""

    generator: np.random.Generator = np.random.default_rng()
    seed: int | None = None
    operation_seeds = random.Random()
    kernels: dict[tuple[object, ...], Stream]


_State.kernels = {}


def set_seed(seed: int) -> None:
    """Set the global seed, any integer, and begin all draws anew."""
    _State.seed = read_seed(seed)
    _State.operation_seeds = random.Random(_State.seed)
    _State.kernels.clear()


def take_seeds(seed: Any) -> tuple[int, int] | None:
    """Return the pair of seeds of an operation, or None if there is no seed at all.

    Without a seed of its own it takes the next one that follows from the global seed.
    """
    own = None if seed is None else read_seed(seed)
    if _State.seed is None:
        return None if own is None else (_WITHOUT_GLOBAL_SEED, own % _LARGEST)
    if own is None:
        own = _State.operation_seeds.randint(0, _LARGEST)
    pair = (_State.seed % _LARGEST, own % _LARGEST)
    return pair if pair != (0, 0) else (0, _LARGEST)


def _take_blocks(operation: str, dtype: np.dtype[Any], seed: Any, blocks: int) -> Stream:
    """Return what an operation's kernel draws from, and move the kernel on."""
    pair = take_seeds(seed)
    kernel = (operation, dtype, pair)
    stream = _State.kernels.get(kernel)
    if stream is None:
        key, high = pair or (int(part) for part in _State.generator.integers(0, 1 << 63, 2))
        stream = Stream(key, high << 64)
    _State.kernels[kernel] = stream.skip(blocks)
    return stream


def _take(operation: str, shape: Sizes, dtype: np.dtype[Any], seed: Any) -> Stream:
    return _take_blocks(operation, dtype, seed, BLOCKS_EACH * math.prod(shape))


def uniform(
    shape: Any,
    minval: Any = 0,
    maxval: Any = None,
    dtype: Any = np.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Array:
    """Draw floats or integers of [minval, maxval); see `stateless_uniform` for the parameters.

    For integers maxval must be given.
    """
    sizes, resolved = read_shape(shape), read_dtype(dtype, ("int32", "int64"))
    if resolved.kind == "i":
        low, high = read_interval(minval, maxval, resolved)
        stream = _take("RandomUniformInt", sizes, resolved, seed)
        return distributions.draw_integers(stream, sizes, low, high, resolved)
    stream = _take("RandomUniform", sizes, resolved, seed)
    return scale_to(distributions.draw_uniform(stream, sizes, resolved), minval, maxval)


def draw_survivors(shape: Sizes, rate: float, dtype: np.dtype[Any], seed: int | None) -> Array:
    """Draw what `tf.nn.dropout` keeps: where `uniform` gives at least the rate."""
    stream = _take("RandomUniform", shape, dtype, seed)
    return distributions.draw_survivors(stream, shape, rate, dtype)


def normal(
    shape: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = np.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Array:
    """Draw from a normal distribution; see `stateless_normal` for the parameters."""
    sizes, resolved = read_shape(shape), read_dtype(dtype)
    stream = _take("RandomStandardNormal", sizes, resolved, seed)
    return scale(distributions.draw_normal(stream, sizes, resolved), stddev, mean)


def truncated_normal(
    shape: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = np.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Array:
    """Draw from a normal distribution cut off at two deviations; see `stateless_normal`."""
    sizes, resolved = read_shape(shape), read_dtype(dtype)
    stream = _take("TruncatedNormal", sizes, resolved, seed)
    return scale(distributions.draw_truncated_normal(stream, sizes, resolved), stddev, mean)


def shuffle(value: Any, seed: int | None = None, name: str | None = None) -> Array:
    """Shuffle along the first axis.

    Parameters
    ----------
    value : array
        What to shuffle.
    """
    array = read_array(value, "value")
    new_array(array.shape[:1], np.float64, "value")
    if array.ndim == 0 or len(array) < 2:
        take_seeds(seed)
        return array.copy()
    # One word for each exchange.
    stream = _take_blocks("RandomShuffle", array.dtype, seed, -(-(len(array) - 1) // 4))
    return array[distributions.draw_permutation(stream, len(array))]
