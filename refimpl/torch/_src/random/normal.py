"""Normal draws, as torch's CPU kernels of `normal_` make them, by the method of Box and Muller.

There are two. A contiguous array of 16 elements or more is filled with uniform numbers of its
dtype, which are turned into normal ones in blocks of 16. Any other array is filled one by one with
float64 numbers, which come in pairs; the second of a pair waits in the generator, from one call to
the next, until it is wanted.

Source: G. Box and M. Muller, *A note on the generation of random normal deviates*, 1958; the
layout of the blocks and the rounding were measured.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from refimpl._arguments import read_number
from refimpl.dtypes import is_half
from refimpl.ops.array import Array
from refimpl.ops.random import cephes
from refimpl.torch._src.random.engine import Engine
from refimpl.torch._src.random.floats import unit_float32, unit_float64
from refimpl.torch._src.random.fma import fma_float32, fma_float64
from refimpl.torch._src.random.generator import Generator, Source, choose_source
from refimpl.torch._src.random.order import fill_in_order

# Draws are made in blocks that stay in the processor's cache; a multiple of 16.
BLOCK = 2**15
_LANES = 8


@np.errstate(over="ignore", invalid="ignore")
def normal_(array: Array, mean: float = 0.0, std: float = 1.0, generator: Source = None) -> Array:
    """Fill an array from the normal distribution.

    Parameters
    ----------
    array : array
        Of floats; filled in memory order.
    mean, std : float, default 0.0 and 1.0
        Mean and standard deviation.

    Notes
    -----
    normal * std + mean is rounded once (a fused multiply-add). Half types are drawn in float32 and
    rounded.
    """
    mean, std = read_number(mean, "mean"), read_number(std, "std", least=0)
    wide = np.dtype(np.float32) if is_half(array.dtype) else array.dtype
    origin = choose_source(generator)
    if isinstance(origin, np.random.Generator):
        array[...] = mean + std * origin.standard_normal(array.shape, wide.type)
    elif array.size < 2 * _LANES or not array.flags.c_contiguous:
        with fill_in_order(array) as flat:
            drawn = fma_float64(_one_by_one(origin, flat.size), float(std), float(mean))
            flat[...] = drawn.astype(wide)
    else:
        _in_blocks(origin.engine, array.reshape(-1), wide, float(mean), float(std))
    return array


def _one_by_one(generator: Generator, count: int) -> Array:
    """Return standard normal numbers in float64, the one that waits first."""
    waiting = [] if generator.normal is None or count == 0 else [generator.normal]
    fresh = -(-(count - len(waiting)) // 2)
    turn, other = unit_float64(generator.engine, 2 * fresh).reshape(fresh, 2).T
    radius = np.sqrt(-2.0 * _apply_libm(math.log1p, -other))
    angle = 2.0 * math.pi * turn
    pairs = np.stack(
        [radius * _apply_libm(math.cos, angle), radius * _apply_libm(math.sin, angle)], axis=1
    )
    normals = np.concatenate([waiting, pairs.reshape(-1)])
    if count:
        generator.normal = float(normals[count]) if len(normals) > count else None
    return normals[:count]


def _in_blocks(
    engine: Engine, flat: Array, wide: np.dtype[np.floating], mean: float, std: float
) -> None:
    """Fill a flat array, blocks of 16 at a time; a rest is made by drawing the last 16 anew."""
    transformed = flat.size - flat.size % (2 * _LANES)
    draw, scale = (_float64, fma_float64) if wide == np.float64 else (_float32, fma_float32)
    mean, std = float(wide.type(mean)), float(wide.type(std))
    for start in range(0, transformed, BLOCK):
        block = flat[start : min(start + BLOCK, transformed)]
        block[...] = scale(draw(engine, block.size), std, mean)
    if transformed < flat.size:
        if wide == flat.dtype:
            # Uniform numbers for the rest were drawn before they were drawn anew; not in halves.
            engine.words((flat.size - transformed) * wide.itemsize // 4)
        flat[-2 * _LANES :] = scale(draw(engine, 2 * _LANES), std, mean)


def _float32(engine: Engine, count: int) -> Array:
    uniform = unit_float32(engine, count).reshape(-1, 2, _LANES)
    radius = np.sqrt(np.float32(-2.0) * cephes.log_float32(np.float32(1.0) - uniform[:, 0]))
    sine, cosine = cephes.sin_cos_float32(np.float32(2.0 * math.pi) * uniform[:, 1])
    return np.stack([radius * cosine, radius * sine], axis=1).reshape(-1)


def _float64(engine: Engine, count: int) -> Array:
    uniform = unit_float64(engine, count).reshape(-1, 2, _LANES)
    radius = np.sqrt(-2.0 * _apply_libm(math.log, (1.0 - uniform[:, 0]).reshape(-1)))
    angle = (2.0 * math.pi * uniform[:, 1]).reshape(-1)
    pairs = [radius * _apply_libm(math.cos, angle), radius * _apply_libm(math.sin, angle)]
    return np.stack([part.reshape(-1, _LANES) for part in pairs], axis=1).reshape(-1)


def _apply_libm(function: Callable[[float], float], x: Array) -> Array:
    """Return a function of the C library, as Python's `math` and torch call it, of each element."""
    return np.fromiter(map(function, x.tolist()), np.float64, x.size)
