"""In which order torch fills an array: that of memory, whatever the order of the axes.

A transposed or channels_last array gets the same numbers at the same addresses as a contiguous
one. Source: measured; torch documents no order.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import numpy as np
from numpy.typing import DTypeLike

from refimpl.ops.array import Array, Sizes


def memory_order(array: Array) -> Sizes:
    """Return the axes from the slowest to the fastest in memory, for `array.transpose`.

    Parameters
    ----------
    array : array
        Of any strides. An axis of stride 0, which repeats its elements, keeps its place among
        the others.
    """
    strides = [abs(stride) for stride in array.strides]
    order = list(range(array.ndim))
    if all(after <= before for before, after in pairwise(strides)):
        return tuple(order)
    # Each axis moves forward past the faster ones; an axis of stride 0 is looked through.
    for start in reversed(range(array.ndim)):
        place = start
        for other in range(start + 1, array.ndim):
            comparison = _compare(array.shape, strides, order[place], order[other])
            if comparison > 0:
                order[place], order[other] = order[other], order[place]
                place = other
            elif comparison < 0:
                break
    return tuple(order)


def view_in_order(array: Array) -> Array:
    """Return a view whose elements, last axis fastest, stand in memory order."""
    if array.flags.c_contiguous:
        return array
    return array.transpose(memory_order(array))


@contextmanager
def fill_in_order(array: Array) -> Iterator[Array]:
    """Fill an array with what is written into a flat one, in memory order."""
    view = view_in_order(array)
    if view.flags.c_contiguous:
        yield view.reshape(-1)
        return
    flat = np.empty(view.size, array.dtype)
    yield flat
    view[...] = flat.reshape(view.shape)


def empty_in_order(like: Array, dtype: DTypeLike) -> Array:
    """Make an array whose axes follow each other in memory as another's do."""
    if like.flags.c_contiguous:
        return np.empty(like.shape, dtype)
    order = memory_order(like)
    packed = np.empty([like.shape[axis] for axis in order], dtype)
    return packed.transpose(np.argsort(order))


def _compare(shape: Sizes, strides: list[int], slow: int, fast: int) -> int:
    """Return 1 if the axis `slow` is the faster one, -1 if it is not, 0 if is not known."""
    if 0 in (strides[slow], strides[fast]):
        return 0
    if strides[slow] != strides[fast]:
        return 1 if strides[slow] < strides[fast] else -1
    return int(shape[slow] < shape[fast])
