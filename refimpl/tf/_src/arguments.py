"""How TensorFlow's arguments are read: arrays, sizes, names. Each check names the argument."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from refimpl.dtypes import is_float
from refimpl.errors import must, must_be_type
from refimpl.ops.array import Array, Sizes


def as_array(value: Any, name: str) -> Array:
    """Return the argument as an array, as TensorFlow reads it."""
    if isinstance(value, np.ndarray):
        return value
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise TypeError(f"{name} must be an array; got {value!r}") from error
    if array.dtype.kind not in "biuf" and not is_float(array.dtype):
        raise TypeError(f"{name} must be an array of numbers; got {value!r}")
    if not hasattr(value, "dtype") and array.dtype.itemsize == 8:
        array = array.astype(np.float32 if array.dtype.kind == "f" else np.int32)
    return array


def as_numbers(value: Any, name: str, dtype: np.dtype[Any]) -> Array:
    """Return the argument as an array of a dtype, rounded once."""
    as_array(value, name)
    return np.asarray(value).astype(dtype)


def as_floats(value: Any, name: str) -> Array:
    """Return the argument as an array of floats."""
    array = as_array(value, name)
    if not is_float(array.dtype):
        raise TypeError(f"{name} must be an array of floats; got dtype {array.dtype}")
    return array


def as_integers(value: Any, name: str) -> Array:
    """Return the argument as an array of integers."""
    array = as_array(value, name)
    if array.dtype.kind not in "iu":
        raise TypeError(f"{name} must be an array of integers; got dtype {array.dtype}")
    return array


def like(value: Any, name: str, other: Array, other_name: str) -> Array:
    """Return the argument as an array of another's dtype; only Python numbers are converted."""
    array = as_array(value, name)
    if array.dtype != other.dtype:
        if hasattr(value, "dtype"):
            raise TypeError(
                f"{name} must have the dtype of {other_name}, {other.dtype}; got {array.dtype}"
            )
        array = array.astype(other.dtype)
    return array


def integer(value: Any, name: str, *, least: int | None = None) -> int:
    """Return the argument as an int."""
    if isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be an integer; got {value!r}")
    try:
        found = operator.index(value)
    except TypeError as error:
        raise TypeError(f"{name} must be an integer; got {value!r}") from error
    if least is not None:
        must(found >= least, name, f"at least {least}", value)
    return found


def number(value: Any, name: str) -> float:
    """Return the argument as a Python float."""
    if isinstance(value, bool | str | bytes) or value is None or np.ndim(value) != 0:
        raise TypeError(f"{name} must be a number; got {value!r}")
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} must be a number; got {value!r}") from error


def flag(value: Any, name: str) -> bool:
    """Return the argument as a Python bool."""
    must_be_type(value, name, (bool, np.bool_), "a bool")
    return bool(value)


def integers(value: Any, name: str, *, least: int | None = None) -> Sizes:
    """Return the argument, one integer or a sequence of them, as a tuple of ints."""
    entries: Sequence[Any]
    if isinstance(value, Sequence) and not isinstance(value, str):
        entries = value
    elif isinstance(value, np.ndarray) and value.ndim == 1:
        entries = value.tolist()
    else:
        return (integer(value, name, least=least),)
    try:
        found = tuple(integer(entry, name) for entry in entries)
    except TypeError:
        raise TypeError(f"{name} must be an integer or a list of them; got {value!r}") from None
    if least is not None:
        must(all(entry >= least for entry in found), name, f"at least {least}", value)
    return found


def broadcasts(shape: Sizes, target: Sizes) -> bool:
    """Tell whether a shape broadcasts to another without enlarging it."""
    try:
        return np.broadcast_shapes(shape, target) == target
    except ValueError:
        return False


def sum_to(bar: Array, shape: Sizes) -> Array:
    """Sum over the axes along which an argument of a shape was broadcast."""
    extra = bar.ndim - len(shape)
    ones = tuple(i for i, size in enumerate(shape) if size == 1 and bar.shape[i + extra] != 1)
    axes = (*range(extra), *(i + extra for i in ones))
    summed: Array = bar.sum(axis=axes) if axes else bar
    return summed.reshape(shape)


def axis_in(value: Any, name: str, ndim: int) -> int:
    """Return an axis counted from the front."""
    axis = integer(value, name)
    must(-ndim <= axis < ndim, name, f"in the range [-{ndim}, {ndim})", value)
    return axis % ndim
