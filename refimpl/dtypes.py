"""The four float dtypes and how to name them; bfloat16 needs ml_dtypes, only when asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from refimpl._show import show

FLOATS = ("float64", "float32", "float16", "bfloat16")
HALVES = ("float16", "bfloat16")


def float_dtype(dtype: npt.DTypeLike | str) -> np.dtype[Any]:
    """Return the NumPy dtype of a float dtype or of its name.

    Parameters
    ----------
    dtype : dtype or str
        float64, float32, float16 or bfloat16.

    Returns
    -------
    numpy.dtype

    Raises
    ------
    TypeError
        If it is no float dtype of these four.
    ImportError
        If bfloat16 is asked for and ml_dtypes is not installed.
    """
    if isinstance(dtype, str) and dtype == "bfloat16":
        return _bfloat16()
    found = parse_dtype(dtype, ", ".join(FLOATS))
    if found.name not in FLOATS or not found.isnative:
        raise TypeError(f"dtype must be one of {', '.join(FLOATS)}; got {show(dtype)}")
    return found


def parse_dtype(dtype: Any, allowed: str, name: str = "dtype") -> np.dtype[Any]:
    """Return the NumPy dtype that anything stands for; it may be one that is not allowed.

    Parameters
    ----------
    dtype : object
        The argument.
    allowed : str
        Which dtypes are, for the message.
    name : str
        The argument's name.

    Returns
    -------
    numpy.dtype

    Raises
    ------
    TypeError
        If it stands for none.
    """
    try:
        if isinstance(dtype, np.ndarray | np.generic):
            raise TypeError  # NumPy would take the dtype that it has
        found: np.dtype[Any] = np.dtype(dtype)
    except Exception:
        raise TypeError(f"{name} must be one of {allowed}; got {show(dtype)}") from None
    return found


def largest(dtype: np.dtype[Any]) -> float:
    """Return the largest finite number of a float dtype.

    Parameters
    ----------
    dtype : numpy.dtype
        One of the four.

    Returns
    -------
    float
    """
    if dtype.name == "bfloat16":  # not in numpy.finfo
        return float.fromhex("0x1.fep127")
    return float(np.finfo(dtype).max)


def spacing(dtype: np.dtype[Any]) -> float:
    """Return the distance from 1 to the next number of a float dtype.

    Parameters
    ----------
    dtype : numpy.dtype
        One of the four.

    Returns
    -------
    float
    """
    return 2.0**-7 if dtype.name == "bfloat16" else float(np.finfo(dtype).eps)


def is_half(dtype: np.dtype[Any]) -> bool:
    """Return whether a dtype is float16 or bfloat16.

    Parameters
    ----------
    dtype : numpy.dtype
        Any dtype.

    Returns
    -------
    bool
    """
    return dtype.itemsize == 2 and dtype.name in HALVES


def is_float(dtype: np.dtype[Any]) -> bool:
    """Return whether a dtype is one of the four float dtypes.

    Parameters
    ----------
    dtype : numpy.dtype
        Any dtype; ml_dtypes' bfloat16 has kind 'V' in NumPy's eyes, so its name is asked.

    Returns
    -------
    bool
    """
    # By its letter, as NumPy's long double is of kind 'f' too, and works out names slowly.
    return dtype.char in "fde" or dtype.name == "bfloat16"


def _bfloat16() -> np.dtype[Any]:
    try:
        from ml_dtypes import bfloat16
    except ImportError as error:
        raise ImportError(
            "dtype bfloat16 needs the package ml_dtypes, which is not installed: "
            "python -m pip install 'refimpl[bfloat16]'"
        ) from error
    resolved: np.dtype[Any] = np.dtype(bfloat16)
    return resolved
