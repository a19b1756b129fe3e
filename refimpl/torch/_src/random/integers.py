"""Integer draws, as torch's CPU kernels of `random_` and `randint` make them: words, modulo.

The remainders are not quite uniform, as torch's are not.

Source: PyTorch's pages `torch.Tensor.random_` and `torch.randint`; the use of the words was
measured.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from refimpl.dtypes import is_float
from refimpl.ops.array import Array
from refimpl.torch._src.random.engine import Engine, join_pairs
from refimpl.torch._src.random.generator import Source, choose_source
from refimpl.torch._src.random.order import fill_in_order

# From this many values on, each takes two words instead of one.
_MANY = 2**28


def random_(
    array: Array, low: int | None = None, high: int | None = None, generator: Source = None
) -> Array:
    """Fill an array with integers from [low, high), each as often as the others.

    Parameters
    ----------
    array : array
        Of any dtype; filled in memory order.
    low : int, optional
        The least, by default 0.
    high : int, optional
        One more than the greatest; by default the greatest is that of the dtype, or for floats the
        one up to which they represent all integers. With neither bound an int64 takes two words
        and the others one, except float64.
    """
    unbounded = low is None and high is None
    low = 0 if low is None else int(low)
    least, greatest = _limits(array.dtype)
    end = greatest + 1 if high is None else int(high)
    if not low < end:
        raise ValueError(f"high must be above low, {low}; got {high}")
    if low < least or end - 1 > greatest:
        raise ValueError(f"low and high must fit into {array.dtype.name}; got {low} and {high}")
    origin = choose_source(generator)
    if isinstance(origin, np.random.Generator):
        array[...] = origin.integers(low, end, array.shape, _integer_dtype(low))
        return array
    count = end - low
    two_words = count >= _MANY
    if unbounded:
        two_words = array.dtype in (np.dtype(np.int64), np.dtype(np.float64))
    with fill_in_order(array) as flat:
        remainders = _remainders(origin.engine, flat.size, count, two_words)
        offset = 0 if count == 2**64 else low % 2**64
        flat[...] = (remainders + np.uint64(offset)).view(_integer_dtype(low))
    return array


def _remainders(engine: Engine, size: int, count: int, two_words: bool) -> npt.NDArray[np.uint64]:
    if not two_words:
        words = engine.words(size)
        return (words if count >= 2**32 else words % np.uint32(count)).astype(np.uint64)
    drawn = join_pairs(engine.words(2 * size))
    return drawn if count == 2**64 else drawn % np.uint64(count)


def _integer_dtype(low: int) -> type[np.signedinteger[Any]] | type[np.unsignedinteger[Any]]:
    return np.int64 if low < 0 else np.uint64


def _limits(dtype: np.dtype[Any]) -> tuple[int, int]:
    if dtype == np.bool_:
        return 0, 1
    if is_float(dtype):
        # bfloat16 is not in numpy.finfo: 8 bits of significand.
        bits = 8 if dtype.name == "bfloat16" else np.finfo(dtype).nmant + 1
        return -(2**bits), 2**bits
    limits = np.iinfo(dtype)
    return int(limits.min), int(limits.max)
