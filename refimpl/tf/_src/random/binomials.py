"""Binomial numbers: how many of some trials succeed.

Where fewer than ten are expected, by adding up geometric numbers until there are more than trials
(L. Devroye, *Non-uniform random variate generation*, 1986, section X.4.3). Otherwise by W. Hörmann,
*The generation of binomial random variates*, 1993, algorithm BTRS, as TensorFlow has it. A
probability above one half counts the failures. TensorFlow's page `tf.random.stateless_binomial`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from refimpl._arguments import LARGEST_SIZE
from refimpl._show import show
from refimpl.ops.array import Array, Sizes
from refimpl.ops.random import glibc
from refimpl.ops.random.philox import Stream
from refimpl.tf._src.arguments import read_array, read_floats
from refimpl.tf._src.random.arguments import narrow, read_dtype_of, read_parameters, read_shape
from refimpl.tf._src.random.rejection import Pairs, Reserve, uniform_pairs
from refimpl.tf._src.random.stateless import stream_from

__all__ = ["stateless_binomial"]

_FEW = 10
_BLOCKS_OF_FEW, _BLOCKS_OF_MANY = 42, 256
BINOMIAL_DTYPES = ("int32", "int64", "float16", "float32", "float64")
# What Stirling's formula leaves of log(k!), for k below ten.
_TAIL = np.array(
    [
        0.0810614667953272,
        0.0413406959554092,
        0.0276779256849983,
        0.02079067210376509,
        0.0166446911898211,
        0.0138761288230707,
        0.0118967099458917,
        0.0104112652619720,
        0.00925546218271273,
        0.00833056343336287,
    ]
)


def stateless_binomial(
    shape: Any,
    seed: Any,
    counts: Any,
    probs: Any,
    output_dtype: Any = np.int32,
    name: str | None = None,
) -> Array:
    """Draw from binomial distributions.

    Parameters
    ----------
    shape : list of int
        Of the result; it ends with the shape to which counts and probs are broadcast.
    seed : sequence of two int
        Of the draw.
    counts : array_like
        How many trials; none where negative.
    probs : array_like
        The probability of success, taken for 0 or 1 where it is beyond.
    output_dtype : dtype
        int32, int64 or a float dtype of NumPy's.
    """
    sizes, stream = read_shape(shape), stream_from(seed)
    kind = read_dtype_of(output_dtype, "output_dtype", BINOMIAL_DTYPES)
    return draw_named(sizes, stream, {"counts": counts, "probs": probs}, kind)


def draw_named(
    sizes: Sizes, stream: Stream, parameters: dict[str, Any], kind: np.dtype[Any]
) -> Array:
    """Draw from distributions of two parameters, counts and probabilities, that have names."""
    (counts_name, counts), (probs_name, probs) = parameters.items()
    p = read_floats(probs, probs_name)
    trials = read_array(counts, counts_name)
    # More would not end: they are waited for one by one.
    if not (trials.astype(np.float64) <= LARGEST_SIZE).all():
        raise ValueError(f"{counts_name} must be at most {LARGEST_SIZE}; got {show(counts)}")
    with np.errstate(over="ignore"):
        trials = trials.astype(p.dtype)
    broadcast = read_parameters(sizes, **{counts_name: trials, probs_name: p})
    arrays = (np.broadcast_to(array, broadcast) for array in (trials, p))
    with np.errstate(all="ignore"):
        return narrow(draw_binomial(stream, sizes, *arrays), kind)


def draw_binomial(stream: Stream, shape: Sizes, counts: Array, probs: Array) -> Array:
    """Draw from binomial distributions."""
    size = math.prod(shape)
    each = size // max(counts.size, 1)
    # Numbered distribution by distribution, though the result has them side by side.
    trials, p = np.repeat(counts.reshape(-1), each), np.repeat(probs.reshape(-1), each)
    number = np.arange(size, dtype=np.uint64)
    flipped = p > 0.5
    success = np.where(flipped, 1 - p, p)
    many = trials * success >= _FEW
    per_number = np.where(many, np.uint64(_BLOCKS_OF_MANY), np.uint64(_BLOCKS_OF_FEW))
    uniforms = uniform_pairs(Reserve(stream, number * per_number))
    drawn = np.where((trials > 0) & (p >= 1), trials, 0).astype(np.float64)
    drawn[np.isnan(p)] = np.nan
    random = (trials > 0) & (p > 0) & (p < 1)
    trials, success = trials.astype(np.float64), success.astype(np.float64)
    _invert(drawn, trials, success, np.flatnonzero(random & ~many), uniforms)
    _reject(drawn, trials, success, np.flatnonzero(random & many), uniforms)
    turned = random & flipped
    drawn[turned] = trials[turned] - drawn[turned]
    return drawn.reshape(counts.size, each).T.reshape(shape)


def _invert(drawn: Array, trials: Array, p: Array, waiting: Array, uniforms: Pairs) -> None:
    """Add up the waits for a success until they are longer than the trials."""
    rate = np.zeros_like(p)
    rate[waiting] = glibc.log1p(-p[waiting])
    waited = np.zeros_like(p)
    while waiting.size:
        waited[waiting] += np.ceil(glibc.log(uniforms.take(waiting)) / rate[waiting])
        waiting = waiting[waited[waiting] <= trials[waiting]]
        drawn[waiting] += 1


def _reject(drawn: Array, trials: Array, p: Array, waiting: Array, uniforms: Pairs) -> None:
    """Draw under a hat, which is accepted where it touches and else by its logarithm."""
    while waiting.size:
        n, q = trials[waiting], p[waiting]
        deviation = np.sqrt(n * q * (1 - q))
        b = 1.15 + 2.53 * deviation
        a = -0.0873 + 0.0248 * b + 0.01 * q
        u = uniforms.take(waiting)
        v = uniforms.take(waiting)
        u = u - 0.5
        us = 0.5 - np.abs(u)
        with np.errstate(divide="ignore", invalid="ignore"):
            k = np.floor((2 * a / us + b) * u + (n * q + 0.5))
        accepted = (us >= 0.07) & (v <= 0.92 - 4.2 / b)
        unsure = np.flatnonzero(~accepted & (k >= 0) & (k <= n))
        accepted[unsure] = _below(*(each[unsure] for each in (n, q, deviation, a, b, us, v, k)))
        drawn[waiting[accepted]] = k[accepted]
        waiting = waiting[~accepted]


def _below(
    n: Array, p: Array, deviation: Array, a: Array, b: Array, us: Array, v: Array, k: Array
) -> Array:
    """Tell where a draw lies below the distribution, by the ratio to its highest probability."""
    odds = p / (1 - p)
    mode = np.floor((n + 1) * p)
    scaled = v * ((2.83 + 5.1 / b) * deviation) / (a / (us * us) + b)
    highest = (
        (mode + 0.5) * glibc.log((mode + 1) / (odds * (n - mode + 1)))
        + (n + 1) * glibc.log((n - mode + 1) / (n - k + 1))
        + (k + 0.5) * glibc.log(odds * (n - k + 1) / (k + 1))
        + _tail(mode)
        + _tail(n - mode)
        - _tail(k)
        - _tail(n - k)
    )
    return np.asarray(glibc.log(scaled) <= highest)


def _tail(k: Array) -> Array:
    square = (k + 1) * (k + 1)
    series = (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / square) / square) / (k + 1)
    return np.where(k <= 9, _TAIL[np.clip(k, 0, 9).astype(np.intp)], series)
