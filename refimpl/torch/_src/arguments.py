"""How torch's functions read arrays; everything else is read by `refimpl._arguments`."""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from refimpl._arguments import (
    LARGEST_SIZE,
    check_companion,
    check_count,
    check_float,
    read_flag,
    read_number,
)
from refimpl._show import show
from refimpl.ops.array import Array, Vjp
from refimpl.torch._src.parameter import Parameter, Tensor

_FLOAT32 = float(np.finfo(np.float32).max)

Ints: TypeAlias = int | tuple[int, ...] | list[int]


def read_array(value: Tensor, name: str) -> Array:
    """Return the NumPy array of an argument; lists and numbers are refused, as torch does."""
    if type(value) is np.ndarray:
        array = value
    elif isinstance(value, Parameter):
        array = value.data
    elif isinstance(value, np.ndarray | np.generic):
        array = np.asarray(value)  # of NumPy's own class
    else:
        raise TypeError(
            f"{name} must be a NumPy array; got {show(value)} of type {type(value).__name__}"
        )
    if array.size > LARGEST_SIZE:
        check_count(array, name)
    return array


def read_floats(value: Tensor, name: str = "input") -> Array:
    """Return the array of an argument that holds floats."""
    array = read_array(value, name)
    check_float(array, name)
    return array


def read_companion(value: Tensor, name: str, input: Array) -> Array:
    """Return the array of an argument that has the dtype of the input."""
    array = read_array(value, name)
    check_companion(array, name, input, "input")
    return array


def read_vector(value: Tensor | None, name: str, size: int, input: Array) -> Array | None:
    """Return an optional argument of shape (size,) with the dtype of the input."""
    if value is None:
        return None
    array = read_companion(value, name, input)
    if array.shape != (size,):
        raise ValueError(
            f"{name} must have shape {(size,)} beside input of shape {input.shape}; "
            f"got {array.shape}"
        )
    return array


def read_scalar(value: float, name: str, input: Array) -> float:
    """Return a number that the input's dtype, or float32 for half types, holds or is infinite."""
    found = read_number(value, name)
    if abs(found) > _FLOAT32 and input.dtype != np.float64 and math.isfinite(found):
        raise ValueError(f"{name} must be within the range of float32; got {show(value)}")
    return found


def read_spatial(value: Tensor, n: int) -> tuple[Array, bool]:
    """Return an input of n spatial axes, (N, C, *S) or (C, *S), and whether it is the latter."""
    array = read_floats(value)
    if array.ndim == n + 2:
        return array, False
    if array.ndim == n + 1:
        return array, True
    raise ValueError(
        f"input must have {n + 2} axes (N, C, and {n} spatial) or, unbatched, {n + 1}; "
        f"got shape {array.shape}"
    )


def check_device(device: object) -> None:
    """Refuse a device other than the CPU."""
    if device is not None and not (isinstance(device, str) and device.startswith("cpu")):
        raise ValueError(f"device must be 'cpu' or None; got {show(device)}")


def one_example(vjp: Vjp) -> Vjp:
    """Turn the vjp of an op on a batch of one into that of the unbatched input."""

    def unbatched(cotangent: Array) -> tuple[Any, ...]:
        input_bar, *others = vjp(cotangent[None])
        return (input_bar[0], *others)

    return unbatched


def takes_device(function: Callable[..., Array]) -> Callable[..., Array]:
    """Let a function also take torch's `device` and `requires_grad`, as far as arrays have them."""

    @functools.wraps(function)
    def with_device(
        *args: Any, device: Any = None, requires_grad: bool = False, **options: Any
    ) -> Array:
        check_device(device)
        if read_flag(requires_grad, "requires_grad"):
            raise ValueError(
                "requires_grad must be False, since an array gathers no gradient (a Parameter of a "
                "module does); got True"
            )
        return function(*args, **options)

    signature = inspect.signature(function)
    own = list(inspect.signature(with_device, follow_wrapped=False).parameters.values())[1:3]
    named: Any = with_device
    named.__signature__ = signature.replace(parameters=[*signature.parameters.values(), *own])
    return with_device
