"""How the arguments of random functions are read, and what is done with scales and intervals."""

from __future__ import annotations

from typing import Any

import numpy as np

from refimpl._arguments import LARGEST_SIZE, read_choice, read_integer, read_integers
from refimpl._show import show
from refimpl.dtypes import FLOATS, float_dtype
from refimpl.ops.array import Array, Sizes

_ALGORITHMS = ("auto_select", "philox")
_LONGEST_SEED = 192  # bits


def read_shape(shape: Any) -> Sizes:
    """Return a list of sizes as a tuple."""
    if not isinstance(shape, list | tuple | np.ndarray):
        raise TypeError(f"shape must be a list of sizes; got {show(shape)}")
    return read_integers(shape, "shape", least=0, most=LARGEST_SIZE)


def read_dtype(dtype: Any, others: tuple[str, ...] = ()) -> np.dtype[Any]:
    """Return a dtype to draw: a float dtype, or one of the others."""
    if isinstance(dtype, str) and dtype == "bfloat16":
        return float_dtype(dtype)
    allowed = FLOATS + others
    try:
        resolved: np.dtype[Any] = np.dtype(dtype)
    except TypeError:
        read_choice(dtype, "dtype", allowed)
        raise
    if resolved.name not in allowed:
        raise ValueError(f"dtype must be one of {', '.join(allowed)}; got {show(dtype)}")
    return resolved


def read_seed(seed: Any) -> int:
    """Return a seed that may be any integer a generator's state can hold."""
    most = 2**_LONGEST_SEED - 1
    return read_integer(seed, "seed", least=-most, most=most)


def read_seed_pair(seed: Any) -> tuple[int, int]:
    """Return the two seeds of a stateless function."""
    if np.shape(seed) != (2,):
        raise ValueError(f"seed must be a pair of integers; got {show(seed)}")
    first, second = (read_integer(part, "seed", most=2**64 - 1) for part in seed)
    return first, second


def check_algorithm(algorithm: Any, name: str = "alg") -> None:
    """Refuse algorithms other than Philox; TensorFlow's CPU kernels have no other either."""
    read_choice(algorithm, name, _ALGORITHMS)


def read_interval(minval: Any, maxval: Any) -> tuple[int, int]:
    """Return an interval of integers that is not empty."""
    low, high = read_integer(minval, "minval"), read_integer(maxval, "maxval")
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


def scale(unit: Array, factor: Any, offset: Any) -> Array:
    """Return `unit * factor + offset`, rounded after each operation; unit may be overwritten."""
    factor, offset = np.asarray(factor).astype(unit.dtype), np.asarray(offset).astype(unit.dtype)
    if factor.ndim or offset.ndim:
        return np.asarray(unit * factor + offset)
    unit *= factor
    unit += offset
    return unit


def scale_to(unit: Array, minval: Any, maxval: Any) -> Array:
    """Map [0, 1) to [minval, maxval); None for maxval is 1. Unit may be overwritten."""
    low = np.asarray(minval).astype(unit.dtype)
    high = np.asarray(1 if maxval is None else maxval).astype(unit.dtype)
    if not low.ndim and not high.ndim and low == 0 and high == 1:
        return unit
    return scale(unit, high - low, low)


def narrow(drawn: Array, dtype: np.dtype[Any]) -> Array:
    """Round doubles as TensorFlow's kernels do: to half types by way of float32.

    What is too large for a float dtype becomes infinite.
    """
    with np.errstate(over="ignore"):
        if dtype.itemsize == 2:
            drawn = drawn.astype(np.float32)
        return drawn.astype(dtype, copy=False)
