"""Functions of two seeds: the same seeds, the same numbers.

The two seeds are encrypted once to make the key and the upper half of the counter, so that seeds
that differ little begin streams that have nothing to do with each other. TensorFlow's pages
`tf.random.stateless_uniform`, `stateless_normal`, `stateless_truncated_normal`, `split` and
`fold_in`. Everywhere here `seed` is a pair of integers, and `alg` is 'auto_select' or 'philox',
which are the same on a CPU.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refimpl._arguments import new_array, read_integer, read_size
from refimpl._show import show
from refimpl.ops.array import Array
from refimpl.ops.random.philox import Stream, words
from refimpl.tf._src.arguments import read_array, read_floats
from refimpl.tf._src.random import distributions
from refimpl.tf._src.random.arguments import (
    check_algorithm,
    read_dtype,
    read_dtype_of,
    read_interval,
    read_seed_pair,
    read_shape,
    scale,
    scale_to,
)
from refimpl.tf._src.random.numbers import make_floats

__all__ = [
    "fold_in",
    "split",
    "stateless_categorical",
    "stateless_normal",
    "stateless_truncated_normal",
    "stateless_uniform",
]

INTEGERS = ("int32", "int64", "uint32", "uint64")
_SCRAMBLING_KEY = 0x02461E293EC8F720


def stream_from(seed: Any) -> Stream:
    """Return the stream that two seeds begin; they are taken modulo 2**64."""
    first, second = (value % (1 << 64) for value in read_seed_pair(seed))
    a, b, c, d = words(Stream(_SCRAMBLING_KEY, first | second << 64), 4).tolist()
    return Stream(a | b << 32, (c | d << 32) << 64)


def stateless_uniform(
    shape: Any,
    seed: Any,
    minval: Any = 0,
    maxval: Any = None,
    dtype: Any = np.float32,
    name: str | None = None,
    alg: str = "auto_select",
) -> Array:
    """Draw floats or integers of [minval, maxval).

    Parameters
    ----------
    shape : list of int
        Of the result.
    minval, maxval : array_like
        The interval; None for maxval is 1. For integers both None mean all that the dtype holds.
    dtype : dtype
        A float dtype, int32 or int64; with no interval also uint32 or uint64.
    """
    check_algorithm(alg)
    sizes, resolved, stream = read_shape(shape), read_dtype(dtype, INTEGERS), stream_from(seed)
    return draw_uniform(stream, sizes, minval, maxval, resolved)


def draw_uniform(
    stream: Stream, shape: tuple[int, ...], minval: Any, maxval: Any, dtype: np.dtype[Any]
) -> Array:
    """Draw floats or integers of an interval from a stream; see `stateless_uniform`."""
    if dtype.kind not in "iu":
        return scale_to(distributions.draw_uniform(stream, shape, dtype), minval, maxval)
    if minval is None and maxval is None:
        return distributions.draw_full_integers(stream, shape, dtype)
    if dtype.kind == "u":
        raise ValueError(f"minval must be None for the dtype {dtype}; got {show(minval)}")
    low, high = read_interval(minval, maxval, dtype)
    return distributions.draw_integers(stream, shape, low, high, dtype)


def stateless_normal(
    shape: Any,
    seed: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = np.float32,
    name: str | None = None,
    alg: str = "auto_select",
) -> Array:
    """Draw from a normal distribution; see `stateless_uniform` for shape and alg.

    Parameters
    ----------
    mean, stddev : array_like
        Of the distribution.
    dtype : dtype
        A float dtype.
    """
    check_algorithm(alg)
    sizes, resolved, stream = read_shape(shape), read_dtype(dtype), stream_from(seed)
    return scale(distributions.draw_normal(stream, sizes, resolved), stddev, mean)


def stateless_truncated_normal(
    shape: Any,
    seed: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = np.float32,
    name: str | None = None,
    alg: str = "auto_select",
) -> Array:
    """Draw from a normal distribution cut off at two deviations from its mean.

    See `stateless_normal` for the parameters; mean and stddev are those before it is cut off.
    """
    check_algorithm(alg)
    sizes, resolved, stream = read_shape(shape), read_dtype(dtype), stream_from(seed)
    return scale(distributions.draw_truncated_normal(stream, sizes, resolved), stddev, mean)


def stateless_categorical(
    logits: Any, num_samples: Any, seed: Any, dtype: Any = "int64", name: str | None = None
) -> Array:
    """Draw classes, each as often as its logit says.

    Each sample is a uniform float64 number, looked up among the running sums of a row's
    exponentials. The rows follow one another in the stream, as they do in TensorFlow while one
    thread draws them; a batch so large that several share it begins anew with each of them.

    Parameters
    ----------
    logits : array (N, C)
        Logarithms of probabilities that need not sum to 1. What is not finite is never drawn.
    num_samples : int
        S, how many to draw from each row.
    dtype : dtype
        'int32' or 'int64'.

    Returns
    -------
    array (N, S) of that dtype
    """
    scores, count = read_floats(logits, "logits"), read_integer(num_samples, "num_samples", least=0)
    if scores.ndim != 2 or scores.shape[1] < 1:
        raise ValueError(f"logits must be (N, C) with C > 0; got {scores.shape}")
    new_array((len(scores), count), np.float64, "num_samples")
    kind = read_dtype_of(dtype, "dtype", ("int32", "int64")).name
    stream = stream_from(seed)
    drawn = make_floats(words(stream, 2 * len(scores) * count), np.dtype(np.float64))
    drawn = drawn[: len(scores) * count].reshape(len(scores), count)
    wide = scores.astype(np.float64)
    finite = np.isfinite(wide)
    highest = np.max(wide, axis=1, keepdims=True, initial=-np.inf, where=finite)
    with np.errstate(invalid="ignore"):
        sums = np.cumsum(np.where(finite, np.exp(wide - highest), 0.0), axis=1)
    # Rows are few and samples are many: a search in each row, not one loop over the samples.
    classes = [
        np.searchsorted(row, shares * row[-1], side="right")
        for row, shares in zip(sums, drawn, strict=True)
    ]
    return np.array(classes, dtype=kind).reshape(drawn.shape)


def split(seed: Any, num: int = 2, alg: str = "auto_select") -> Array:
    """Derive pairs of seeds from a pair.

    Parameters
    ----------
    num : int
        How many pairs.

    Returns
    -------
    array (num, 2)
        Of the seed's dtype; int32 for Python integers.
    """
    read_seed_pair(seed)
    dtype = _read_integers(seed, "seed").dtype
    count = read_size(num, "num")
    new_array((count, 2), np.float64, "num")
    shape = [count, 2]
    return stateless_uniform(shape, seed, None, None, dtype, alg=alg)


def _read_integers(value: Any, name: str) -> Array:
    array = read_array(value, name)
    if array.dtype.name not in INTEGERS:
        raise TypeError(
            f"{name} must be of one of the dtypes {', '.join(INTEGERS)}; got {array.dtype}"
        )
    return array


def fold_in(seed: Any, data: Any, alg: str = "auto_select") -> Array:
    """Derive a pair of seeds from a pair and a number.

    Parameters
    ----------
    data : int
        The number, which becomes the second seed.

    Returns
    -------
    array (2,)
        Of data's dtype; int32 for a Python integer.
    """
    read_integer(data, "data")
    number = _read_integers(data, "data")
    first = stateless_uniform([], seed, None, None, number.dtype, alg=alg)
    return np.stack([first, number])


def stateless_shuffle(
    value: Any, seed: Any, alg: str = "auto_select", name: str | None = None
) -> Array:
    """Shuffle along the first axis.

    Parameters
    ----------
    value : array
        What to shuffle.
    """
    check_algorithm(alg)
    array, stream = read_array(value, "value"), stream_from(seed)
    if array.ndim == 0:
        raise ValueError(f"value must be an array of at least one dimension; got {show(value)}")
    new_array(array.shape[:1], np.float64, "value")
    return array[distributions.draw_permutation(stream, len(array))]
