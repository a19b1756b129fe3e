"""Checks of the array arguments that the ops share."""

from __future__ import annotations

from typing import Any

from refimpl.dtypes import is_float
from refimpl.errors import must


def check_float(array: Any, name: str) -> None:
    """Refuse anything that is no array of floats.

    Parameters
    ----------
    array : array
        The argument; an array that carries an error bound passes too.
    name : str
        Its name as the caller wrote it.

    Raises
    ------
    TypeError
        If it has no dtype, or one that is no float dtype.
    """
    dtype = getattr(array, "dtype", None)
    if dtype is None:
        raise TypeError(f"{name} must be an array of floats; got {type(array).__name__}")
    if not is_float(dtype):
        raise TypeError(f"{name} must be an array of floats; got dtype {dtype}")


def check_same_dtype(array: Any, name: str, other: Any, other_name: str) -> None:
    """Refuse two arrays of different dtypes.

    Parameters
    ----------
    array, other : array
        The two arguments.
    name, other_name : str
        Their names as the caller wrote them.

    Raises
    ------
    TypeError
        If the dtypes differ.
    """
    if array.dtype != other.dtype:
        raise TypeError(
            f"{name} must have the dtype of {other_name}, {other.dtype}; got {array.dtype}"
        )


def check_channels_first(input: Any) -> int:
    """Refuse an input that is not (N, C, *S) with one, two or three spatial dimensions.

    Parameters
    ----------
    input : array
        The argument called input.

    Returns
    -------
    int
        The number of spatial dimensions.

    Raises
    ------
    TypeError
        If it is no array of floats.
    ValueError
        If it has another rank, or no channel.
    """
    check_float(input, "input")
    shape = input.shape
    if not 3 <= len(shape) <= 5:
        must(False, "input", "of shape (N, C, *S) with 1, 2 or 3 spatial dimensions", shape)
    if shape[1] < 1:
        must(False, "input", "of shape (N, C, *S) with at least one channel", shape)
    return len(shape) - 2
