"""What the functions that fill share: the array behind a Parameter, and its matrix."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np

from refimpl.ops.array import Array
from refimpl.torch.nn.parameter import Parameter

T = TypeVar("T", Parameter, Array)


def array_of(tensor: Any) -> Array:
    """Return the array to fill.

    Parameters
    ----------
    tensor : Parameter or array
        Whose.

    Returns
    -------
    array

    Raises
    ------
    TypeError
        If it is neither.
    """
    found = tensor.data if isinstance(tensor, Parameter) else tensor
    if not isinstance(found, np.ndarray):
        raise TypeError(f"tensor must be a Parameter or a NumPy array; got {tensor!r}")
    return found


def array_of_axes(tensor: Any, allowed: range, words: str) -> Array:
    """Return the array to fill, which must have some number of axes.

    Parameters
    ----------
    tensor : Parameter or array
        Whose.
    allowed : range
        How many axes it may have.
    words : str
        The same in words.

    Returns
    -------
    array

    Raises
    ------
    TypeError
        If it is neither a Parameter nor an array.
    ValueError
        If it has another number of axes.
    """
    found = array_of(tensor)
    if found.ndim not in allowed:
        raise ValueError(f"tensor must have {words}; got shape {found.shape}")
    return found
