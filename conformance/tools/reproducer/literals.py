"""Numbers as Python text that gives the same bits back."""

from __future__ import annotations

from typing import Any

import numpy as np

from conformance.spec.case import Array

# An array of at least so many equal elements is written as one number.
_MANY = 8


def format_number(value: Any) -> str:
    """Write one number as shortly as its dtype allows.

    Parameters
    ----------
    value : NumPy scalar
        A float or an integer.

    Returns
    -------
    str
        'nan' and 'inf' are names of `math`.
    """
    if np.issubdtype(value.dtype, np.integer):
        return str(int(value))
    exact = repr(float(value))
    short = repr(float(str(value)))  # the fewest digits that tell it from its neighbours
    same = value.dtype.type(float(short)) == value
    return min(short, exact, key=len) if same else exact


def format_nested(array: Array) -> str:
    """Write an array as nested lists.

    Parameters
    ----------
    array : ndarray
        Any shape; a scalar is written as a number.

    Returns
    -------
    str
    """
    if array.ndim == 0:
        return format_number(array[()])
    return "[" + ", ".join(map(format_nested, array)) + "]"


def uniform_value(array: Array) -> str | None:
    """Write the one number of which a large array consists.

    Parameters
    ----------
    array : ndarray
        Any array.

    Returns
    -------
    str or None
        None if it is small, or has several numbers.
    """
    if array.size == 0:
        return "0"
    if array.size < _MANY:
        return None
    with np.errstate(invalid="ignore"):
        texts = {format_number(value) for value in np.unique(array)}
    signs = np.signbit(array) if array.dtype.kind != "i" else np.zeros(1)
    return texts.pop() if len(texts) == 1 and np.ptp(signs.astype(int)) == 0 else None


def ramp_like(array: Array) -> Array:
    """Return an array of the same kind whose elements count up from 0.

    Parameters
    ----------
    array : ndarray
        Any array.

    Returns
    -------
    ndarray
    """
    return np.arange(array.size).reshape(array.shape).astype(array.dtype)


def is_ramp(array: Array) -> bool:
    """Whether a large array's elements count up from 0.

    Parameters
    ----------
    array : ndarray
        Any array.

    Returns
    -------
    bool
    """
    counts = np.arange(array.size).reshape(array.shape)
    plain = array.size >= _MANY and array.flags.c_contiguous
    with np.errstate(invalid="ignore"):
        return plain and bool((array.astype(np.float64) == counts).all())
