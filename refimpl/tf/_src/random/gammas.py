"""Gamma numbers: a normal number is cubed, and accepted by a uniform one.

G. Marsaglia and W. Tsang, *A simple method for generating gamma variables*, 2000; below one, by
their remark, a number of one more times a power of a uniform one. An exponential number, alpha = 1,
is a logarithm. TensorFlow's page `tf.random.stateless_gamma`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from refimpl._show import show
from refimpl.ops.array import Array, Sizes
from refimpl.ops.random import glibc
from refimpl.ops.random.philox import Stream
from refimpl.tf._src.arguments import read_rounded
from refimpl.tf._src.random.arguments import narrow, read_dtype_of, read_parameters, read_shape
from refimpl.tf._src.random.rejection import Reserve, normal_pairs, uniform_pairs
from refimpl.tf._src.random.stateless import stream_from

__all__ = ["stateless_gamma"]

_DTYPES = ("float16", "float32", "float64")
_BLOCKS_EACH = 256
_SQUEEZE = 0.0331


def stateless_gamma(
    shape: Any,
    seed: Any,
    alpha: Any,
    beta: Any = None,
    dtype: Any = np.float32,
    name: str | None = None,
) -> Array:
    """Draw from gamma distributions.

    Parameters
    ----------
    shape : list of int
        Of the result; it ends with the shape to which alpha and beta are broadcast.
    seed : sequence of two int
        Of the draw.
    alpha : array_like
        The concentration, positive.
    beta : array_like, optional
        The inverse of the scale; None is 1.
    dtype : dtype
        float16, float32 or float64.
    """
    sizes, resolved, stream = (
        read_shape(shape),
        read_dtype_of(dtype, "dtype", _DTYPES),
        stream_from(seed),
    )
    concentration = read_rounded(alpha, "alpha", resolved)
    rate = read_rounded(1 if beta is None else beta, "beta", resolved)
    if not ((concentration > 0) & np.isfinite(concentration)).all():
        raise ValueError(f"alpha must be positive and finite; got {show(alpha)}")
    parameters = read_parameters(sizes, alpha=concentration, beta=rate)
    with np.errstate(all="ignore"):
        drawn = draw_gamma(stream, sizes, np.broadcast_to(concentration, parameters), resolved)
        return np.asarray(np.maximum(np.finfo(resolved).tiny, drawn / rate))


def draw_gamma(stream: Stream, shape: Sizes, alpha: Array, dtype: np.dtype[Any]) -> Array:
    """Draw from gamma distributions of scale 1."""
    size = math.prod(shape)
    # Numbered concentration by concentration, though the result has them side by side.
    each = size // max(alpha.size, 1)
    repeated = np.repeat(alpha.astype(np.float64).reshape(-1), each)
    reserve = Reserve(stream, np.arange(size, dtype=np.uint64) * np.uint64(_BLOCKS_EACH))
    drawn = np.empty(size)
    plain = np.flatnonzero(repeated == 1)
    drawn[plain] = -glibc.log1p(-uniform_pairs(reserve).take(plain))
    _accept(drawn, repeated, np.flatnonzero(repeated != 1), reserve)
    return narrow(drawn.reshape(alpha.size, each).T.reshape(shape), dtype)


def _accept(drawn: Array, alpha: Array, waiting: Array, reserve: Reserve) -> None:
    """Draw until each of those that wait is accepted; the result is written to `drawn`."""
    normals, uniforms = normal_pairs(reserve), uniform_pairs(reserve)
    small = alpha < 1
    d = alpha + np.where(small, 2.0 / 3, -1.0 / 3)
    with np.errstate(invalid="ignore"):
        c = 1.0 / 3 / np.sqrt(d)
    while waiting.size:
        x = normals.take(waiting)
        cube = 1 + c[waiting] * x
        possible = cube > 0
        which, x, cube = waiting[possible], x[possible], cube[possible]
        cube = cube * cube * cube
        u = uniforms.take(which)
        accepted = u < 1 - _SQUEEZE * (x * x) * (x * x)
        left = np.flatnonzero(~accepted)
        x, v = x[left], cube[left]
        accepted[left] = glibc.log(u[left]) < 0.5 * x * x + d[which[left]] * (1 - v + glibc.log(v))
        done = which[accepted]
        drawn[done] = d[done] * cube[accepted]
        boosted = done[small[done]]
        drawn[boosted] *= glibc.power(uniforms.take(boosted), 1 / alpha[boosted])
        waiting = np.setdiff1d(waiting, done, assume_unique=True)
