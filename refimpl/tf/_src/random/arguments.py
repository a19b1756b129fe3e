"""How the arguments of random functions are read."""

from __future__ import annotations

from typing import Any

import numpy as np

from refimpl.dtypes import FLOATS, float_dtype
from refimpl.errors import must, must_be_one_of
from refimpl.ops.array import Array, Sizes
from refimpl.tf._src.arguments import integer, integers

_ALGORITHMS = ("auto_select", "philox")


def read_shape(shape: Any) -> Sizes:
    """Return a shape as a tuple."""
    if not isinstance(shape, list | tuple | np.ndarray):
        raise TypeError(f"shape must be a list of sizes; got {shape!r}")
    return integers(shape, "shape", least=0)


def read_dtype(dtype: Any, others: tuple[str, ...] = ()) -> np.dtype[Any]:
    """Return a dtype to draw."""
    if isinstance(dtype, str) and dtype == "bfloat16":
        return float_dtype(dtype)
    allowed = FLOATS + others
    try:
        found: np.dtype[Any] = np.dtype(dtype)
    except TypeError:
        must_be_one_of(dtype, "dtype", allowed)
        raise
    must(found.name in allowed, "dtype", f"one of {', '.join(allowed)}", dtype)
    return found


def read_seed_pair(seed: Any) -> tuple[int, int]:
    """Return the two seeds of a stateless function."""
    must(np.shape(seed) == (2,), "seed", "a pair of integers", seed)
    first, second = seed
    return integer(first, "seed"), integer(second, "seed")


def check_algorithm(algorithm: Any, name: str = "alg") -> None:
    """Refuse algorithms other than Philox; TensorFlow's CPU kernels have no other either."""
    must_be_one_of(algorithm, name, _ALGORITHMS)


def read_interval(minval: Any, maxval: Any) -> tuple[int, int]:
    """Return an interval of integers."""
    low, high = integer(minval, "minval"), integer(maxval, "maxval")
    must(low < high, "maxval", f"greater than minval, {low}", maxval)
    return low, high


def scaled(unit: Array, scale: Any, offset: Any) -> Array:
    """Return `unit * scale + offset`, rounded after each operation."""
    scale, offset = np.asarray(scale).astype(unit.dtype), np.asarray(offset).astype(unit.dtype)
    if scale.ndim or offset.ndim:
        return np.asarray(unit * scale + offset)
    unit *= scale
    unit += offset
    return unit


def between(unit: Array, minval: Any, maxval: Any) -> Array:
    """Map [0, 1) to [minval, maxval) as TensorFlow does, rounding after each operation."""
    low = np.asarray(minval).astype(unit.dtype)
    high = np.asarray(1 if maxval is None else maxval).astype(unit.dtype)
    if not low.ndim and not high.ndim and low == 0 and high == 1:
        return unit
    return scaled(unit, high - low, low)


def narrowed(drawn: Array, dtype: np.dtype[Any]) -> Array:
    """Round doubles to a dtype as TensorFlow's kernels do: to half types by way of float32."""
    with np.errstate(over="ignore"):
        if dtype.itemsize == 2:
            drawn = drawn.astype(np.float32)
        return drawn.astype(dtype, copy=False)


def read_kinds(shape: Sizes, **parameters: Array) -> Sizes:
    """Return the shape of the distributions' parameters, with which the result's must end."""
    shapes = [array.shape for array in parameters.values()]
    try:
        kinds = np.broadcast_shapes(*shapes)
    except ValueError as error:
        names, got = " and ".join(parameters), " and ".join(map(str, shapes))
        raise ValueError(f"{names} must be of shapes that broadcast; got {got}") from error
    ends = shape[len(shape) - len(kinds) :] == kinds
    must(ends, "shape", f"one that ends with {kinds}, that of {' and '.join(parameters)}", shape)
    return kinds
