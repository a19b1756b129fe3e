"""The functions that make tensors (torch.ones, torch.tensor, …): NumPy arrays, float32 by default.

Only what a program needs to feed the layers, so that it runs by changing its imports. `size` is the
shape: a sequence of int, or (as `*size`) several. `dtype` is that of the result. torch's `device`
may be the CPU and `requires_grad` False.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from refimpl._arguments import (
    LARGEST_SIZE,
    as_array,
    check_byte_order,
    check_count,
    check_numeric,
    new_array,
    read_number,
)
from refimpl._show import show
from refimpl.ops.array import Array, Sizes
from refimpl.torch._src.arguments import takes_device
from refimpl.torch._src.dtypes import read_dtype
from refimpl.torch._src.sampling import shape_of

__all__ = ["arange", "empty", "from_numpy", "full", "ones", "tensor", "zeros"]


@takes_device
def tensor(data: Any, dtype: npt.DTypeLike | None = None) -> Array:
    """Return a copy of data as an array.

    Parameters
    ----------
    data : array or nested sequence of numbers
        Without a dtype of their own, floats become float32 and integers int64.
    """
    wanted = None if dtype is None else read_dtype(dtype)
    array = as_array(data, "data")
    check_count(array, "data")
    check_numeric(array, "data")
    array = array.astype(array.dtype.newbyteorder("="))
    if wanted is not None:
        with np.errstate(over="ignore", invalid="ignore"):
            return array.astype(wanted)
    if array.dtype == np.float64 and not isinstance(data, np.ndarray | np.generic):
        with np.errstate(over="ignore"):
            return array.astype(np.float32)
    return array


def from_numpy(ndarray: Array) -> Array:
    """Return a NumPy array itself.

    Parameters
    ----------
    ndarray : array
        Anything.
    """
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(f"ndarray must be a NumPy array; got {show(ndarray)}")
    check_numeric(ndarray, "ndarray")
    check_byte_order(ndarray, "ndarray")
    return ndarray


@takes_device
def full(size: Any, fill_value: float, *, dtype: npt.DTypeLike | None = None) -> Array:
    """Return an array of one value.

    Parameters
    ----------
    fill_value : float
        The value.
    """
    value = fill_value
    if not isinstance(fill_value, bool):
        number = read_number(fill_value, "fill_value")
        value = fill_value if isinstance(fill_value, int) else number  # an integer exactly
    wanted = _real(dtype)
    if wanted.kind in "iu":
        limits = np.iinfo(wanted)
        if not int(limits.min) <= value <= int(limits.max):
            raise ValueError(f"fill_value must be within {wanted.name}; got {show(fill_value)}")
    return _fill_array(shape_of((size,)), value, wanted)


@takes_device
def zeros(*size: Any, dtype: npt.DTypeLike | None = None) -> Array:
    """Return an array of zeros."""
    return _fill_array(shape_of(size), 0, dtype)


@takes_device
def ones(*size: Any, dtype: npt.DTypeLike | None = None) -> Array:
    """Return an array of ones."""
    return _fill_array(shape_of(size), 1, dtype)


@takes_device
def empty(*size: Any, dtype: npt.DTypeLike | None = None) -> Array:
    """Return an array of unknown values."""
    return new_array(shape_of(size), _real(dtype), "size")


@takes_device
def arange(
    *bounds: Any, start: Any = 0, end: Any = None, step: Any = 1, dtype: npt.DTypeLike | None = None
) -> Array:
    """Return an array of equally spaced values.

    Parameters
    ----------
    *bounds : int or float
        End, or start and end, or start, end and step.
    start, step : int or float, default 0 and 1
        The first value and the difference to the next, if they are given by name.
    end : int or float
        Where the values end, without it, if it is given by name.
    dtype : dtype, optional
        By default int64 if all are integers, else float32.

    Raises
    ------
    TypeError
        If there is no end, or one is given twice.
    ValueError
        If `step` is 0, or does not lead from start to end.
    """
    if end is None and len(bounds) == 1:
        bounds = (0, *bounds)
    if len(bounds) + (end is not None) not in (1, 2, 3) or (len(bounds) > 1 and end is not None):
        raise TypeError(
            f"start, end and step are given as (end), (start, end) or (start, end, step); got "
            f"{show(bounds)}"
        )
    start, end, step = (*bounds, *(start, end, step)[len(bounds) :])
    if end is None:
        raise TypeError("end must be given; got None")
    whole = all(isinstance(bound, int | np.integer) for bound in (start, end, step))
    first, last, width = (
        float(bound) if isinstance(bound, bool) else read_number(bound, name)
        for bound, name in ((start, "start"), (end, "end"), (step, "step"))
    )
    if width == 0 or (last - first) * width < 0:
        raise ValueError(f"step must be other than 0 and lead from {start} to {end}; got {step}")
    wanted = read_dtype((np.int64 if whole else np.float32) if dtype is None else dtype)
    count = (last - first) / width
    if not count <= LARGEST_SIZE:
        raise ValueError(
            f"start, end and step must make no more than {LARGEST_SIZE} elements; got {start}, "
            f"{end} and {step}"
        )
    new_array((math.ceil(count),), wanted, "start, end and step")
    bounds = (start, end, step) if whole else (first, last, width)
    with np.errstate(over="ignore", invalid="ignore"):
        return np.arange(*bounds).astype(wanted)


def _real(dtype: npt.DTypeLike | None) -> np.dtype[Any]:
    return read_dtype(np.float32 if dtype is None else dtype)


def _fill_array(shape: Sizes, value: float, dtype: npt.DTypeLike | None) -> Array:
    array = new_array(shape, _real(dtype), "size")
    with np.errstate(over="ignore", invalid="ignore"):  # what is too large for a half is infinite
        array[...] = int(value) if array.dtype.kind in "iu" else np.float64(value)
    return array
