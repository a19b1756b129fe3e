"""How TensorFlow reads arrays; numbers, sizes and axes are read as everywhere in refimpl."""

from __future__ import annotations

from typing import Any

import numpy as np

from refimpl._arguments import LARGEST_SIZE, as_array, check_count, check_numeric, to_native
from refimpl._show import show
from refimpl.dtypes import is_float
from refimpl.ops.array import Array


def read_array(value: Any, name: str) -> Array:
    """Return the argument as an array, in the byte order of this machine.

    NumPy's arrays and scalars keep their dtype; Python's floats become float32 and its integers
    int32, or int64 if they are too large for that.
    """
    if isinstance(value, np.ndarray):
        array = np.asarray(value)  # of NumPy's own class
    else:
        array = as_array(value, name)
        if array.dtype.kind not in "biuf" and not is_float(array.dtype):
            raise TypeError(f"{name} must be an array of numbers; got {show(value)}")
        if not hasattr(value, "dtype") and array.dtype.itemsize == 8:
            with np.errstate(over="ignore"):  # what is too large for float32 is infinite
                small = array.astype(np.float32 if array.dtype.kind == "f" else np.int32)
            fits = array.dtype.kind == "f" or (small == array).all()
            array = small if fits else array
    check_count(array, name)
    check_numeric(array, name)
    return to_native(array)


def read_floats(value: Any, name: str) -> Array:
    """Return the argument as an array of floats; see `read_array`."""
    if type(value) is np.ndarray and value.dtype.char in "fd" and value.dtype.isnative:
        if value.size > LARGEST_SIZE:
            check_count(value, name)
        return value
    array = read_array(value, name)
    if not is_float(array.dtype):
        raise TypeError(f"{name} must be an array of floats; got dtype {array.dtype}")
    return array


def read_whole(value: Any, name: str) -> Array:
    """Return the argument as an array of integers; see `read_array`."""
    array = read_array(value, name)
    if array.dtype.kind not in "iu":
        raise TypeError(f"{name} must be an array of integers; got dtype {array.dtype}")
    return array


def read_rounded(value: Any, name: str, dtype: np.dtype[Any]) -> Array:
    """Return the argument as an array of a dtype; Python's floats are rounded once, to it."""
    read_array(value, name)
    with np.errstate(over="ignore"):
        return np.asarray(value).astype(dtype)


def read_like(value: Any, name: str, other: Array, other_name: str) -> Array:
    """Return the argument as an array of another's dtype; only Python's numbers are converted."""
    array = read_array(value, name)
    if array.dtype != other.dtype:
        if hasattr(value, "dtype"):
            raise TypeError(
                f"{name} must have the dtype of {other_name}, {other.dtype}; got {array.dtype}"
            )
        with np.errstate(over="ignore"):
            array = array.astype(other.dtype)
    return array
