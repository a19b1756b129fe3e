"""Draws of zero and one, as torch's CPU kernels of `bernoulli_` and dropout make them.

Some builds of torch draw them from Intel's MKL on Intel's processors; that is not modelled. The
PyPI wheels of torch 2.13 for x86-64 do not.

Source: PyTorch's page `torch.Tensor.bernoulli_`; the use of the words was measured.
"""

from __future__ import annotations

import numpy as np

from refimpl._arguments import read_number
from refimpl._show import show
from refimpl.ops.array import Array
from refimpl.torch._src.random.floats import below, unit_float32, unit_float64
from refimpl.torch._src.random.generator import Source, choose_source
from refimpl.torch._src.random.order import fill_in_order, memory_order

BLOCK = 2**16


def bernoulli_(array: Array, p: float | Array = 0.5, generator: Source = None) -> Array:
    """Fill an array with ones, each with a given probability, and zeros.

    Parameters
    ----------
    array : array
        Of any dtype; filled in memory order.
    p : float or array of floats, default 0.5
        The probability of one; an array broadcasts to `array`.

    Notes
    -----
    A uniform number is drawn for each element, whatever its probability, and compared: in float64
    for a number `p`, in the dtype of `p` for an array, or in float32 if that is a half type.
    """
    if not isinstance(p, np.ndarray):
        p = read_number(p, "p", least=0, most=1)
    elif not np.all((p >= 0) & (p <= 1)):
        raise ValueError(f"p must be in [0, 1] everywhere; got {show(p)}")
    origin = choose_source(generator)
    if isinstance(origin, np.random.Generator):
        array[...] = origin.random(array.shape) < p
    elif isinstance(p, np.ndarray):
        draw = unit_float64 if p.dtype == np.float64 else unit_float32
        order = memory_order(array)
        probabilities = np.broadcast_to(p, array.shape).transpose(order)
        drawn = draw(origin.engine, array.size).reshape(probabilities.shape)
        array.transpose(order)[...] = drawn < probabilities
    else:
        with fill_in_order(array) as flat:
            for start in range(0, flat.size, BLOCK):
                block = flat[start : start + BLOCK]
                block[...] = below(origin.engine, block.size, p)
    return array
