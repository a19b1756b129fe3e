"""Checks of array shapes that several ops share; each raises before any work."""

from __future__ import annotations

from typing import Any

import numpy as np

from refimpl.errors import must
from refimpl.ops.arguments import check_float, check_same_dtype


def check_companion(array: Any, name: str, other: Any, other_name: str) -> None:
    """Refuse anything that is no array of floats of another array's dtype.

    Parameters
    ----------
    array : array
        The argument.
    name : str
        Its name as the caller wrote it.
    other : array
        The array whose dtype it must have.
    other_name : str
        That array's name.

    Raises
    ------
    TypeError
        If it holds no floats, or the dtypes differ.
    """
    check_float(array, name)
    check_same_dtype(array, name, other, other_name)


def check_shape(array: Any, name: str, shape: tuple[int, ...]) -> None:
    """Refuse an array of another shape than the given one.

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


def check_broadcasts_to(array: Any, name: str, shape: tuple[int, ...]) -> None:
    """Refuse an array that does not broadcast to a shape without enlarging it.

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
