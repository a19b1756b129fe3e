"""Checks and conversions that every family of functions shares; each names torch's argument."""

from __future__ import annotations

from typing import Any

import numpy as np

from refimpl.dtypes import is_float
from refimpl.ops.array import Array, Pairs, Sizes, Vjp
from refimpl.torch.nn.parameter import Parameter, Tensor

NUMBERS = (int, float, np.integer, np.floating)


def array(value: Tensor, name: str) -> Array:
    """Return the NumPy array of an argument; lists and numbers are refused, as torch does."""
    if type(value) is np.ndarray:
        return value
    if isinstance(value, Parameter):
        return value.data
    if isinstance(value, np.ndarray):
        return value
    if isinstance(value, np.generic):
        return np.asarray(value)
    raise TypeError(f"{name} must be a NumPy array; got {value!r} of type {type(value).__name__}")


def floats(value: Tensor, name: str) -> Array:
    """Return the array of an argument that holds floats."""
    found = array(value, name)
    if found.dtype.kind != "f" and not is_float(found.dtype):
        raise TypeError(f"{name} must be an array of floats; got dtype {found.dtype.name}")
    return found


def matching(value: Tensor, name: str, input: Array) -> Array:
    """Return the array of an argument that has the dtype of the input."""
    found = array(value, name)
    if found.dtype != input.dtype:
        raise TypeError(
            f"{name} must have the dtype of input, {input.dtype.name}; got {found.dtype.name}"
        )
    return found


def vector(value: Tensor | None, name: str, size: int, input: Array) -> Array | None:
    """Return an optional argument of shape (size,) with the dtype of the input."""
    if value is None:
        return None
    found = matching(value, name, input)
    if found.shape != (size,):
        raise ValueError(f"{name} must have shape ({size},); got {found.shape}")
    return found


def sizes(value: Any, name: str, n: int, least: int) -> Sizes:
    """Return n integers from one, from a sequence of one, or from a sequence of n."""
    if type(value) is int:
        if value < least:
            raise ValueError(f"{name} must be at least {least}; got {value}")
        return (value,) * n
    entries = value if isinstance(value, tuple | list) else (value,)
    for entry in entries:
        if isinstance(entry, bool) or not isinstance(entry, int | np.integer):
            raise TypeError(f"{name} must be an int or a tuple of {n} ints; got {value!r}")
        if entry < least:
            raise ValueError(f"{name} must be at least {least}; got {value!r}")
    if len(entries) not in (1, n):
        raise ValueError(f"{name} must be an int or a tuple of {n} ints; got {value!r}")
    found = tuple(int(entry) for entry in entries)
    return found * n if len(found) == 1 else found


def integer(value: Any, name: str, least: int) -> int:
    """Return one integer."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} must be an int; got {value!r} of type {type(value).__name__}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}; got {value!r}")
    return int(value)


def both_sides(padding: Sizes) -> Pairs:
    """Pad as much after as before."""
    return tuple((width, width) for width in padding)


def number(value: Any, name: str) -> float:
    """Return a real number."""
    if isinstance(value, bool) or not isinstance(value, NUMBERS):
        raise TypeError(f"{name} must be a number; got {value!r} of type {type(value).__name__}")
    return value if type(value) is float else float(value)


def probability(value: Any, name: str = "p") -> float:
    """Return a probability."""
    found = number(value, name)
    if not 0.0 <= found <= 1.0:
        raise ValueError(f"{name} must be in [0, 1]; got {value!r}")
    return found


def flag(value: Any, name: str) -> bool:
    """Return a bool."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False; got {value!r}")
    return bool(value)


def axis(dim: Any, ndim: int, name: str = "dim") -> int:
    """Return an axis counted from the front; an array without axes has the axis 0, as in torch."""
    if isinstance(dim, bool) or not isinstance(dim, int | np.integer):
        raise TypeError(f"{name} must be an int; got {dim!r}")
    extent = max(ndim, 1)
    if not -extent <= dim < extent:
        raise ValueError(f"{name} must be in [{-extent}, {extent - 1}]; got {dim}")
    return int(dim) % extent


def spatial_input(value: Tensor, n: int) -> tuple[Array, bool]:
    """Return an input of n spatial axes, (N, C, *S) or (C, *S), and whether it is the latter."""
    found = floats(value, "input")
    if found.ndim == n + 2:
        return found, False
    if found.ndim == n + 1:
        return found, True
    raise ValueError(
        f"input must have {n + 2} axes (N, C, and {n} spatial) or, unbatched, {n + 1}; "
        f"got shape {found.shape}"
    )


def one_example(vjp: Vjp) -> Vjp:
    """Turn the vjp of an op on a batch of one into that of the unbatched input."""

    def unbatched(cotangent: Array) -> tuple[Any, ...]:
        input_bar, *others = vjp(cotangent[None])
        return (input_bar[0], *others)

    return unbatched
