"""Reading and checking of arguments, for the mathematics and for both dialects.

A reader (`read_…`) returns the argument as the plain value it stands for: NumPy's scalars become
Python's, one integer becomes a tuple of n. A check (`check_…`) returns nothing. Both raise before
any work is done, TypeError for a wrong type or dtype and ValueError for a wrong value or shape, and
say the argument's name, what is allowed and what was got. What was got is shown by `show`, which
fails for no value and fits into a line or two.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Collection
from typing import Any, NoReturn, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from refimpl._show import show
from refimpl.dtypes import is_float

Array: TypeAlias = npt.NDArray[Any]
Sizes: TypeAlias = tuple[int, ...]
Pairs: TypeAlias = tuple[tuple[int, int], ...]
T = TypeVar("T")

LARGEST_INTEGER = 2**63 - 1
# Of a kernel, a stride, a width of padding: more than that no memory holds, and products of two
# of them still fit into the 64 bits of NumPy's own sizes.
LARGEST_SIZE = 2**31 - 1


# More entries has no shape, nor a width before and after each axis of one; NumPy's have 64 axes.
_MOST_ENTRIES = 128
MOST_AXES = 64


# Numbers, flags and choices


def read_integer(
    value: Any, name: str, *, least: int = -LARGEST_INTEGER - 1, most: int = LARGEST_INTEGER
) -> int:
    """Return an integer of Python or NumPy, but no bool, in [least, most]."""
    if type(value) is not int:
        value = _as_integer(value, name, "an integer", value)
    if not least <= value <= most:
        _refuse_range(value, name, least, most, value)
    found: int = value
    return found


def read_number(
    value: Any,
    name: str,
    *,
    least: float | None = None,
    most: float | None = None,
    above: float | None = None,
) -> float:
    """Return a real number as a Python float, in [least, most] and greater than `above`."""
    found = value if type(value) is float else _as_number(value, name)
    if least is not None and most is not None:
        if not least <= found <= most:
            raise ValueError(f"{name} must be in [{least}, {most}]; got {show(value)}")
    elif least is not None and not found >= least:
        raise ValueError(f"{name} must be at least {least}; got {show(value)}")
    if above is not None and not found > above:
        raise ValueError(f"{name} must be above {above}; got {show(value)}")
    return found


def read_flag(value: Any, name: str) -> bool:
    """Return a bool; numbers and words that would pass for one are mistakes."""
    if value is True or value is False:
        return value
    if not isinstance(value, np.bool_):
        raise TypeError(f"{name} must be True or False; got {show(value)}")
    return bool(value)


def read_choice(value: T, name: str, choices: Collection[Any]) -> T:
    """Return a string or None that must be one of some others."""
    if not (value is None or isinstance(value, str)) or value not in choices:
        allowed = ", ".join(map(repr, choices))
        raise ValueError(f"{name} must be one of {allowed}; got {show(value)}")
    return value


# Sizes and axes


def read_size(value: Any, name: str, *, least: int = 1) -> int:
    """Return an integer that is the extent of an axis."""
    return read_integer(value, name, least=least, most=LARGEST_SIZE)


def read_sizes(
    value: Any, name: str, n: int, *, least: int = 1, most: int = LARGEST_SIZE, repeat: bool = False
) -> Sizes:
    """Return n integers from a sequence of n, or n times the one integer that is given.

    With `repeat` a sequence of one integer stands for n of them too.
    """
    if type(value) is int:
        if least <= value <= most:
            return (value,) * n
    elif type(value) is tuple and len(value) == n and _are_plain(value, least, most):
        return value
    allowed = f"an integer or a tuple of {n} integers"
    entries = _entries(value, name, allowed, least, most)
    if len(entries) == n:
        return entries
    if len(entries) == 1 and (repeat or not _is_sequence(value)):
        return entries * n
    raise ValueError(f"{name} must be {allowed}; got {show(value)}")


def read_integers(
    value: Any, name: str, *, least: int = -LARGEST_INTEGER - 1, most: int = LARGEST_INTEGER
) -> Sizes:
    """Return one integer or a sequence of any length as a tuple of integers."""
    return _entries(value, name, "an integer or a sequence of integers", least, most)


def read_pairs(value: Any, name: str, n: int, *, least: int = 0, most: int = LARGEST_SIZE) -> Pairs:
    """Return n pairs of integers, (before, after) for each of n dimensions."""
    allowed = f"a tuple of {n} (before, after) pairs of integers, one for each spatial dimension"
    if not isinstance(value, tuple | list):
        raise TypeError(f"{name} must be {allowed}; got {show(value)}")
    pairs: list[Any] = []
    for pair in value:
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise ValueError(f"{name} must be {allowed}; got {show(value)}")
        if type(pair) is not tuple or not _are_plain(pair, least, most):
            pair = _entries(pair, name, allowed, least, most, value)
        pairs.append(pair)
    if len(pairs) != n:
        raise ValueError(f"{name} must be {allowed}; got {show(value)}")
    return tuple(pairs)


def read_axis(value: Any, name: str, ndim: int, of: str = "") -> int:
    """Return an axis of an array of `ndim` dimensions, counted from the front.

    `of` is the name of the array, if the caller gave one.
    """
    axis = read_integer(value, name)
    if not -ndim <= axis < ndim:
        place = f" of {of}, which has" if of else " of"
        raise ValueError(
            f"{name} must be in [{-ndim}, {ndim}), an axis{place} {ndim}; got {show(value)}"
        )
    return axis % ndim


def read_entries(value: Any, name: str, allowed: str, count: int | None = None) -> tuple[Any, ...]:
    """Return the entries of a sequence, of so many if they are counted, whatever they are."""
    if not _is_sequence(value):
        raise TypeError(f"{name} must be {allowed}; got {show(value)}")
    if len(value) != count if count is not None else len(value) > _MOST_ENTRIES:
        raise ValueError(f"{name} must be {allowed}; got {show(value)}")
    return tuple(value)


# Arrays


def as_array(value: Any, name: str) -> Array:
    """Return numbers as an array of NumPy's own class: an array, a number, or nested lists of them.

    What else NumPy takes for an array is taken if it has the method `__array__`, and so says that
    it is one; a sequence may never end.
    """
    if isinstance(value, np.ndarray):
        return np.asarray(value)
    if _is_array_like(value, 0):
        try:
            array: Array = np.asarray(value)
        except Exception:
            pass
        else:
            return array
    raise TypeError(f"{name} must be an array of numbers; got {show(value)} of {_type_of(value)}")


def read_cotangent(value: Any, name: str, shape: Sizes, dtype: np.dtype[Any]) -> Array:
    """Return the cotangent of an output of a shape and dtype, cast to the latter."""
    if type(value) is not np.ndarray:
        value = as_array(value, name)
    if value.shape != shape:
        raise ValueError(f"{name} must have the output's shape {shape}; got {value.shape}")
    if value.dtype != dtype:
        check_float(value, name)
        with np.errstate(over="ignore", invalid="ignore"):
            value = value.astype(dtype)
    array: Array = value
    return array


def check_float(array: Any, name: str) -> None:
    """Refuse anything that is not an array of floats; one that carries an error bound is one."""
    dtype = getattr(array, "dtype", None)
    if dtype is None:
        raise TypeError(f"{name} must be an array of floats; got {type(array).__name__}")
    if not is_float(dtype):
        raise TypeError(f"{name} must be an array of floats; got dtype {dtype}")
    if not dtype.isnative:
        check_byte_order(array, name)


def check_byte_order(array: Any, name: str) -> None:
    """Refuse an array of another byte order than this machine's."""
    if not array.dtype.isnative:
        raise TypeError(
            f"{name} must be in the byte order of this machine; got dtype {array.dtype.str}"
        )


def new_array(shape: Sizes, dtype: Any, name: str) -> Array:
    """Return an array that is not written yet; the name is that of what says how large it is."""
    if math.prod(shape) > LARGEST_SIZE:
        raise ValueError(
            f"{name} must make no more than {LARGEST_SIZE} elements; got an array of shape {shape}"
        )
    try:
        return np.empty(shape, dtype)
    except MemoryError:
        raise ValueError(
            f"{name} must need no more memory than there is; got an array of shape {shape}"
        ) from None


def check_count(array: Any, name: str) -> None:
    """Refuse more elements than memory holds; a view of a few may have them."""
    if array.size > LARGEST_SIZE:
        raise ValueError(
            f"{name} must have at most {LARGEST_SIZE} elements; got shape {array.shape}"
        )


def check_numeric(array: Array, name: str) -> None:
    """Refuse an array of anything but bools, integers, and floats of 64 bits or fewer.

    That leaves out what only NumPy has: long doubles, records, objects, strings, dates.
    """
    dtype = array.dtype
    if dtype.kind not in "biu" and not is_float(dtype):
        raise TypeError(f"{name} must be an array of numbers; got dtype {dtype}")


def to_native(array: Array) -> Array:
    """Return an array in the byte order of this machine: itself, or a copy."""
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def check_same_dtype(array: Any, name: str, other: Any, other_name: str) -> None:
    """Refuse two arrays of different dtypes."""
    if array.dtype != other.dtype:
        check_byte_order(array, name)
        raise TypeError(
            f"{name} must have the dtype of {other_name}, {other.dtype}; got {array.dtype}"
        )


def check_companion(array: Any, name: str, other: Any, other_name: str) -> None:
    """Refuse anything that is not an array of floats of another array's dtype."""
    check_float(array, name)
    check_same_dtype(array, name, other, other_name)


def check_shape(array: Any, name: str, shape: Sizes) -> None:
    """Refuse an array of another shape than the given one."""
    if array.shape != shape:
        raise ValueError(f"{name} must have shape {shape}; got {array.shape}")


def check_channels_first(input: Any) -> int:
    """Refuse an input that is not (N, C, *S) with 1 to 3 spatial dimensions; return how many."""
    check_float(input, "input")
    shape = input.shape
    if not 3 <= len(shape) <= 5:
        raise ValueError(
            f"input must be of shape (N, C, *S) with 1, 2 or 3 spatial dimensions; got {shape}"
        )
    if shape[1] < 1:
        raise ValueError(f"input must be of shape (N, C, *S) with one channel or more; got {shape}")
    return len(shape) - 2


def broadcasts_to(shape: Sizes, target: Sizes) -> bool:
    """Return whether a shape broadcasts to another without enlarging it."""
    extra = len(target) - len(shape)
    return extra >= 0 and all(
        size in (1, full) for size, full in zip(shape, target[extra:], strict=True)
    )


def check_broadcasts_to(array: Any, name: str, shape: Sizes) -> None:
    """Refuse an array that does not broadcast to a shape without enlarging it."""
    if not broadcasts_to(array.shape, shape):
        raise ValueError(f"{name} must be of a shape that broadcasts to {shape}; got {array.shape}")


def sum_to(array: Any, shape: Sizes) -> Any:
    """Sum over the axes along which a shape was broadcast to the array's shape."""
    padded = (1,) * (array.ndim - len(shape)) + shape
    axes = tuple(axis for axis, size in enumerate(padded) if size == 1 and array.shape[axis] != 1)
    return (np.sum(array, axis=axes) if axes else array).reshape(shape)


# What the readers share


def _are_plain(entries: tuple[Any, ...], least: int, most: int) -> bool:
    """Return whether entries are Python's integers in [least, most], as they mostly are."""
    for entry in entries:  # noqa: SIM110 (a loop is faster than all() of a generator)
        if type(entry) is not int or not least <= entry <= most:
            return False
    return True


def _entries(
    value: Any, name: str, allowed: str, least: int, most: int, shown: Any = None
) -> Sizes:
    shown = value if shown is None else shown
    if _is_sequence(value) and len(value) > _MOST_ENTRIES:
        raise ValueError(
            f"{name} must be {allowed}, at most {_MOST_ENTRIES}; got {len(value)} of them"
        )
    entries = tuple(
        _as_integer(entry, name, allowed, shown)
        for entry in (value if _is_sequence(value) else (value,))
    )
    for entry in entries:
        if not least <= entry <= most:
            _refuse_range(entry, name, least, most, shown)
    return entries


def _is_sequence(value: Any) -> bool:
    return isinstance(value, tuple | list | range) or (
        isinstance(value, np.ndarray) and value.ndim == 1
    )


def _as_integer(value: Any, name: str, allowed: str, shown: Any) -> int:
    if not isinstance(value, bool | np.bool_):
        try:
            return operator.index(value)
        except Exception:
            pass
    raise TypeError(f"{name} must be {allowed}; got {show(shown)} of {_type_of(value)}")


def _as_number(value: Any, name: str) -> float:
    """Return what is no float as one: any real number of Python or NumPy, or an array of one."""
    dtype = value.dtype if isinstance(value, np.ndarray | np.generic) else None
    if isinstance(value, bool | str | bytes | bytearray) or (
        dtype is not None and (value.ndim or not (dtype.kind in "iuf" or is_float(dtype)))
    ):
        raise TypeError(f"{name} must be a number; got {show(value)} of {_type_of(value)}")
    try:
        return float(value)
    except OverflowError:
        raise ValueError(f"{name} must be within the range of float64; got {show(value)}") from None
    except Exception:
        raise TypeError(f"{name} must be a number; got {show(value)}") from None


def _refuse_range(entry: int, name: str, least: int, most: int, shown: Any) -> NoReturn:
    limit = f"at least {least}" if entry < least else f"at most {most}"
    raise ValueError(f"{name} must be {limit}; got {show(shown)}")


def _is_array_like(value: Any, depth: int) -> bool:
    """Return whether NumPy makes an array of a value in finite time."""
    if isinstance(value, list | tuple):
        return depth < MOST_AXES and all(_is_array_like(entry, depth + 1) for entry in value)
    return isinstance(value, int | float | np.ndarray | np.generic) or (
        not isinstance(value, type) and hasattr(type(value), "__array__")
    )


def _type_of(value: object) -> str:
    return f"type {type(value).__name__}"
