"""Checks of array arguments that several ops share; each raises before any work."""

from __future__ import annotations

import numpy as np

from refimpl.dtypes import is_float
from refimpl.errors import must
from refimpl.ops.array import Array


def must_be_float(array: Array, name: str) -> None:
    """Raise TypeError unless the array holds floats.

    Parameters
    ----------
    array : array
        The argument.
    name : str
        Its name as the caller wrote it.

    Raises
    ------
    TypeError
        If its dtype is none of the float dtypes.
    """
    dtype = getattr(array, "dtype", None)
    if dtype is None or not is_float(dtype):
        got = type(array).__name__ if dtype is None else dtype
        raise TypeError(f"{name} must be an array of floats; got {got}")


def must_match_dtype(array: Array, name: str, other: Array, other_name: str) -> None:
    """Raise TypeError unless two arrays have one dtype.

    Parameters
    ----------
    array, other : array
        The argument, and the one it must match.
    name, other_name : str
        Their names as the caller wrote them.

    Raises
    ------
    TypeError
        If the dtypes differ.
    """
    dtype = getattr(array, "dtype", None)
    if dtype != other.dtype:
        got = type(array).__name__ if dtype is None else dtype
        raise TypeError(f"{name} must have the dtype of {other_name}, {other.dtype}; got {got}")


def must_have_shape(array: Array, name: str, shape: tuple[int, ...]) -> None:
    """Raise ValueError unless the array has the given shape.

    Parameters
    ----------
    array : array
        The argument.
    name : str
        Its name as the caller wrote it.
    shape : tuple of int
        The only shape it may have.

    Raises
    ------
    ValueError
        If it has another one.
    """
    if array.shape != shape:
        raise ValueError(f"{name} must have shape {shape}; got {array.shape}")


def must_broadcast_to(array: Array, name: str, shape: tuple[int, ...]) -> None:
    """Raise ValueError unless the array broadcasts to the given shape without enlarging it.

    Parameters
    ----------
    array : array
        The argument.
    name : str
        Its name as the caller wrote it.
    shape : tuple of int
        The shape of what it is combined with.

    Raises
    ------
    ValueError
        If it does not.
    """
    try:
        fits = np.broadcast_shapes(array.shape, shape) == shape
    except ValueError:
        fits = False
    must(fits, name, f"of a shape that broadcasts to {shape}", array.shape)
