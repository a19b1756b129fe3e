"""The functions that make tensors (torch.ones, torch.tensor, …): NumPy arrays, float32 by default.

Only what a program needs to feed the layers, so that it runs by changing its imports.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from refimpl.ops.array import Array
from refimpl.torch._src.sampling import shape_of

__all__ = ["arange", "empty", "from_numpy", "full", "ones", "tensor", "zeros"]


def tensor(data: Any, dtype: npt.DTypeLike | None = None) -> Array:
    """Return a copy of data as an array.

    Parameters
    ----------
    data : array or nested sequence of numbers
        Without a dtype of their own, floats become float32 and integers int64.
    dtype : dtype, optional
        Of the result.
    """
    found = np.array(data)
    if dtype is not None:
        return found.astype(dtype)
    if found.dtype == np.float64 and not isinstance(data, np.ndarray | np.generic):
        return found.astype(np.float32)
    return found


def from_numpy(ndarray: Array) -> Array:
    """Return a NumPy array itself.

    Parameters
    ----------
    ndarray : array
        Anything.
    """
    return ndarray


def full(size: Any, fill_value: float, *, dtype: npt.DTypeLike | None = None) -> Array:
    """Return an array of one value.

    Parameters
    ----------
    size : sequence of int
        Its shape.
    fill_value : float
        The value.
    dtype : dtype, optional
        By default float32.
    """
    return np.full(tuple(size), fill_value, _real(dtype))


def zeros(*size: Any, dtype: npt.DTypeLike | None = None) -> Array:
    """Return an array of zeros.

    Parameters
    ----------
    *size : int, or one sequence of int
        Its shape.
    dtype : dtype, optional
        By default float32.
    """
    return np.zeros(shape_of(size), _real(dtype))


def ones(*size: Any, dtype: npt.DTypeLike | None = None) -> Array:
    """Return an array of ones.

    Parameters
    ----------
    *size, dtype
        See `zeros`.
    """
    return np.ones(shape_of(size), _real(dtype))


def empty(*size: Any, dtype: npt.DTypeLike | None = None) -> Array:
    """Return an array of unknown values.

    Parameters
    ----------
    *size, dtype
        See `zeros`.
    """
    return np.empty(shape_of(size), _real(dtype))


def arange(*bounds: Any, dtype: npt.DTypeLike | None = None) -> Array:
    """Return an array of equally spaced values.

    Parameters
    ----------
    *bounds : int or float
        End, or start and end, or start, end and step.
    dtype : dtype, optional
        By default int64 if all are integers, else float32.
    """
    whole = all(isinstance(bound, int | np.integer) for bound in bounds)
    if dtype is None:
        dtype = np.int64 if whole else np.float32
    return np.arange(*bounds).astype(dtype)


def _real(dtype: npt.DTypeLike | None) -> npt.DTypeLike:
    return np.float32 if dtype is None else dtype
