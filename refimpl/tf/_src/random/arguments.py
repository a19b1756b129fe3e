"""How the arguments of random functions are read, and what is done with scales and intervals."""

from __future__ import annotations

from typing import Any

import numpy as np

from refimpl._arguments import (
    LARGEST_SIZE,
    MOST_AXES,
    new_array,
    read_choice,
    read_entries,
    read_integer,
    read_integers,
)
from refimpl._show import show
from refimpl.dtypes import FLOATS, float_dtype, parse_dtype
from refimpl.ops.array import Array, Sizes
from refimpl.tf._src.arguments import read_array

_ALGORITHMS = ("auto_select", "philox")
_LONGEST_SEED = 192  # bits


def read_shape(shape: Any) -> Sizes:
    """Return a list of sizes as a tuple."""
    read_entries(shape, "shape", "a list of sizes")
    sizes = read_integers(shape, "shape", least=0, most=LARGEST_SIZE)
    if len(sizes) > MOST_AXES:
        raise ValueError(f"shape must have at most {MOST_AXES} sizes; got {len(sizes)}")
    new_array(sizes, np.float64, "shape")  # is there room?
    return sizes


def read_dtype(dtype: Any, others: tuple[str, ...] = ()) -> np.dtype[Any]:
    """Return a dtype to draw: a float dtype, or one of the others."""
    if isinstance(dtype, str) and dtype == "bfloat16":
        return float_dtype(dtype)
    allowed = FLOATS + others
    resolved = parse_dtype(dtype, ", ".join(allowed))
    if resolved.name not in allowed or not resolved.isnative:
        raise ValueError(f"dtype must be one of {', '.join(allowed)}; got {show(dtype)}")
    return resolved


def read_dtype_of(dtype: Any, name: str, allowed: tuple[str, ...]) -> np.dtype[Any]:
    """Return one of some dtypes, which are named."""
    resolved = parse_dtype(dtype, ", ".join(allowed), name)
    if resolved.name not in allowed or not resolved.isnative:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}; got {show(dtype)}")
    return resolved


def read_seed(seed: Any) -> int:
    """Return a seed that may be any integer a generator's state can hold."""
    most = 2**_LONGEST_SEED - 1
    return read_integer(seed, "seed", least=-most, most=most)


def read_seed_pair(seed: Any) -> tuple[int, int]:
    """Return the two seeds of a stateless function."""
    parts = read_entries(seed, "seed", "a pair of integers", 2)
    first, second = (read_integer(part, "seed", most=2**64 - 1) for part in parts)
    return first, second


def check_algorithm(algorithm: Any, name: str = "alg") -> None:
    """Refuse algorithms other than Philox; TensorFlow's CPU kernels have no other either."""
    read_choice(algorithm, name, _ALGORITHMS)


def read_interval(minval: Any, maxval: Any, dtype: np.dtype[Any]) -> tuple[int, int]:
    """Return an interval of integers of a dtype that is not empty."""
    limits = np.iinfo(dtype)
    least, most = int(limits.min), int(limits.max)
    if maxval is None:
        raise TypeError(f"maxval must be given where dtype is {dtype}; got None")
    low = read_integer(minval, "minval", least=least, most=most)
    high = read_integer(maxval, "maxval", least=least, most=most)
    if low >= high:
        raise ValueError(f"maxval must be greater than minval, {low}; got {show(maxval)}")
    return low, high


def read_parameters(shape: Sizes, **parameters: Array) -> Sizes:
    """Return the shape of the distributions' parameters, with which the result's must end."""
    shapes = [array.shape for array in parameters.values()]
    names = " and ".join(parameters)
    try:
        broadcast = np.broadcast_shapes(*shapes)
    except ValueError as error:
        shown = " and ".join(map(str, shapes))
        raise ValueError(f"{names} must be of shapes that broadcast; got {shown}") from error
    if shape[len(shape) - len(broadcast) :] != broadcast:
        raise ValueError(
            f"shape must be one that ends with {broadcast}, that of {names}; got {shape}"
        )
    return broadcast


def read_parameter(value: Any, name: str, unit: Array) -> Array:
    """Return a distribution's parameter in the dtype of a draw and of a shape that fits it."""
    array = read_array(value, name)
    if array.ndim:
        try:
            np.broadcast_shapes(array.shape, unit.shape)
        except ValueError:
            raise ValueError(
                f"{name} must be of a shape that broadcasts to {unit.shape}; got {array.shape}"
            ) from None
    return np.asarray(value).astype(unit.dtype)  # rounded once


@np.errstate(over="ignore", invalid="ignore")
def scale(
    unit: Array, factor: Any, offset: Any, names: tuple[str, str] = ("stddev", "mean")
) -> Array:
    """Return `unit * factor + offset`, rounded after each operation; unit may be overwritten."""
    factor = read_parameter(factor, names[0], unit)
    offset = read_parameter(offset, names[1], unit)
    if factor.ndim or offset.ndim:
        return np.asarray(unit * factor + offset)
    unit *= factor
    unit += offset
    return unit


@np.errstate(over="ignore", invalid="ignore")
def scale_to(unit: Array, minval: Any, maxval: Any) -> Array:
    """Map [0, 1) to [minval, maxval); None for maxval is 1. Unit may be overwritten."""
    low = read_parameter(minval, "minval", unit)
    high = read_parameter(1 if maxval is None else maxval, "maxval", unit)
    if not low.ndim and not high.ndim and low == 0 and high == 1:
        return unit
    return scale(unit, high - low, low, ("minval and maxval", "minval"))


def narrow(drawn: Array, dtype: np.dtype[Any]) -> Array:
    """Round doubles as TensorFlow's kernels do: to half types by way of float32.

    What is too large for a float dtype becomes infinite.
    """
    with np.errstate(over="ignore"):
        if dtype.itemsize == 2:
            drawn = drawn.astype(np.float32)
        return drawn.astype(dtype, copy=False)
