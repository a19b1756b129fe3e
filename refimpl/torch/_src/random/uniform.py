"""Uniform draws, as torch's CPU kernel of `uniform_` makes them.

Source: PyTorch's page `torch.Tensor.uniform_`; the rounding was measured.
"""

from __future__ import annotations

import numpy as np

from refimpl.dtypes import is_half
from refimpl.ops.array import Array
from refimpl.torch._src.random.engine import Engine
from refimpl.torch._src.random.floats import unit_float32, unit_float64
from refimpl.torch._src.random.fma import fma_float32, fma_float64
from refimpl.torch._src.random.generator import Source, choose_source
from refimpl.torch._src.random.order import fill_in_order

# Draws are made in blocks that stay in the processor's cache; float64 has more to keep there, the
# parts of a fused multiply-add.
BLOCK, BLOCK_FLOAT64 = 2**16, 2**14


@np.errstate(over="ignore", invalid="ignore")
def uniform_(array: Array, low: float = 0.0, high: float = 1.0, generator: Source = None) -> Array:
    """Fill an array from the uniform distribution over [low, high).

    Parameters
    ----------
    array : array
        Of floats; filled in memory order.
    low, high : float, default 0.0 and 1.0
        The interval.

    Notes
    -----
    With u from `floats`, u * (high - low) + low is rounded once (a fused multiply-add), and a
    result that rounding took up to `high` becomes `low`. Half types are drawn in float32 and
    rounded.
    """
    dtype = array.dtype
    wide = np.dtype(np.float32) if is_half(dtype) else dtype
    low, high = float(low), float(high)
    if not low <= high:
        raise ValueError(f"high must be at least low, {low}; got {high}")
    greatest = float(np.finfo(np.float16 if dtype == np.float16 else wide).max)
    if not max(high - low, high, -low) <= greatest:
        raise ValueError(f"low and high must be finite in {dtype.name}; got {low} and {high}")
    origin = choose_source(generator)
    if isinstance(origin, np.random.Generator):
        array[...] = low + (high - low) * origin.random(array.shape, wide.type)
        return array
    low, high = float(wide.type(low)), float(wide.type(high))
    draw, length = (_float64, BLOCK_FLOAT64) if wide == np.float64 else (_float32, BLOCK)
    with fill_in_order(array) as flat:
        for start in range(0, flat.size, length):
            block = flat[start : start + length]
            block[...] = draw(origin.engine, block.size, low, high)
            if wide != dtype:
                block[block == dtype.type(high)] = dtype.type(low)
    return array


def _float32(engine: Engine, count: int, low: float, high: float) -> Array:
    width = float(np.float32(high) - np.float32(low))
    drawn = unit_float32(engine, count)
    if low != 0.0 or width != 1.0:
        drawn = fma_float32(drawn, width, low, unit=True)
        drawn[drawn == np.float32(high)] = low
    return drawn


def _float64(engine: Engine, count: int, low: float, high: float) -> Array:
    drawn = unit_float64(engine, count)
    if low != 0.0 or high != 1.0:
        drawn = fma_float64(drawn, high - low, low)
        drawn[drawn == high] = low
    return drawn
