"""Functions with hidden state: a global seed, an operation's seed, and how often it was called.

As TensorFlow's page `tf.random.set_seed` tells, both seeds together say which numbers are drawn,
and a call with the same two seeds goes on where the last one stopped: in eager mode TensorFlow
keeps the kernel of every operation, dtype and pair of seeds, with its counter, until the global
seed is set anew. What stands here is that cache.
"""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np

from refimpl.ops.array import Array, Sizes
from refimpl.tf._src.arguments import as_array, integer
from refimpl.tf._src.random import distributions
from refimpl.tf._src.random.arguments import between, read_dtype, read_interval, read_shape, scaled
from refimpl.tf._src.random.generator import BLOCKS_EACH
from refimpl.tf._src.random.philox import Stream

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
    """Set the global seed, as `tf.random.set_seed` does, and begin all draws anew.

    Parameters
    ----------
    seed : int
        Any integer.
    """
    found = integer(seed, "seed")
    _State.seed = found
    _State.operation_seeds = random.Random(found)
    _State.kernels.clear()


def reserve(operation: str, dtype: np.dtype[Any], seed: Any, blocks: int) -> Stream:
    """Return what an operation's kernel draws from, and move the kernel on."""
    pair = seeds_of(seed)
    kernel = (operation, dtype, pair)
    stream = _State.kernels.get(kernel)
    if stream is None:
        stream = _beginning(pair)
    _State.kernels[kernel] = stream.skip(blocks)
    return stream


def seeds_of(seed: Any) -> tuple[int, int] | None:
    """Return the pair of seeds of an operation."""
    own = None if seed is None else integer(seed, "seed")
    if _State.seed is None:
        return None if own is None else (_WITHOUT_GLOBAL_SEED, own % _LARGEST)
    if own is None:
        own = _State.operation_seeds.randint(0, _LARGEST)
    pair = (_State.seed % _LARGEST, own % _LARGEST)
    return pair if pair != (0, 0) else (0, _LARGEST)


def _beginning(pair: tuple[int, int] | None) -> Stream:
    if pair is None:
        key, high = (int(part) for part in _State.generator.integers(0, 1 << 63, 2))
        return Stream(key, high << 64)
    return Stream(pair[0], pair[1] << 64)


def uniform(
    shape: Any,
    minval: Any = 0,
    maxval: Any = None,
    dtype: Any = np.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Array:
    """Draw floats or integers of [minval, maxval).

    Parameters
    ----------
    shape : list of int
        Of the result.
    minval, maxval : array_like
        The interval; None for maxval is 1, and not allowed for integers.
    dtype : dtype
        A float dtype, int32 or int64.
    seed : int, optional
        The operation's seed.

    Returns
    -------
    array
    """
    sizes, resolved = read_shape(shape), read_dtype(dtype, ("int32", "int64"))
    if resolved.kind == "i":
        low, high = read_interval(minval, maxval)
        stream = _reserved("RandomUniformInt", sizes, resolved, seed)
        return distributions.uniform_integers(stream, sizes, low, high, resolved)
    stream = _reserved("RandomUniform", sizes, resolved, seed)
    return between(distributions.uniform(stream, sizes, resolved), minval, maxval)


def keep_mask(shape: Sizes, rate: float, dtype: np.dtype[Any], seed: int | None) -> Array:
    """Draw what `tf.nn.dropout` keeps: where `uniform` gives at least the rate."""
    stream = _reserved("RandomUniform", shape, dtype, seed)
    return distributions.bernoulli_keep(stream, shape, rate, dtype)


def normal(
    shape: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = np.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Array:
    """Draw from a normal distribution.

    Parameters
    ----------
    shape : list of int
        Of the result.
    mean, stddev : array_like
        Of the distribution.
    dtype : dtype
        A float dtype.
    seed : int, optional
        The operation's seed.

    Returns
    -------
    array
    """
    sizes, resolved = read_shape(shape), read_dtype(dtype)
    stream = _reserved("RandomStandardNormal", sizes, resolved, seed)
    return scaled(distributions.normal(stream, sizes, resolved), stddev, mean)


def truncated_normal(
    shape: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = np.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Array:
    """Draw from a normal distribution cut off at two deviations from its mean.

    Parameters
    ----------
    shape : list of int
        Of the result.
    mean, stddev : array_like
        Of the distribution before it is cut off.
    dtype : dtype
        A float dtype.
    seed : int, optional
        The operation's seed.

    Returns
    -------
    array
    """
    sizes, resolved = read_shape(shape), read_dtype(dtype)
    stream = _reserved("TruncatedNormal", sizes, resolved, seed)
    return scaled(distributions.truncated_normal(stream, sizes, resolved), stddev, mean)


def shuffle(value: Any, seed: int | None = None, name: str | None = None) -> Array:
    """Shuffle along the first axis.

    Parameters
    ----------
    value : array
        What to shuffle.
    seed : int, optional
        The operation's seed.

    Returns
    -------
    array of value's shape
    """
    array = as_array(value, "value")
    if array.ndim == 0 or len(array) < 2:
        seeds_of(seed)
        return array.copy()
    # One word for each exchange.
    stream = reserve("RandomShuffle", array.dtype, seed, -(-(len(array) - 1) // 4))
    return array[distributions.permutation(stream, len(array))]


def _reserved(operation: str, shape: Sizes, dtype: np.dtype[Any], seed: Any) -> Stream:
    return reserve(operation, dtype, seed, BLOCKS_EACH * math.prod(shape))
