"""The functions that draw tensors (torch.rand, torch.randint, …): NumPy arrays with torch's bits.

`generator` is a Generator or a numpy.random.Generator, by default `default_generator`, which
`manual_seed` seeds. `size` is the shape: a sequence of int, or (as `*size`) several. `dtype`
is that of the result, by default float32 for real numbers and int64 for integers. torch's `device`
may be the CPU and `requires_grad` False.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from refimpl._arguments import LARGEST_SIZE, new_array, read_integer, read_integers, read_size
from refimpl._show import show
from refimpl.dtypes import float_dtype
from refimpl.ops.array import Array, Sizes
from refimpl.torch._src import random
from refimpl.torch._src.arguments import read_floats, takes_device
from refimpl.torch._src.dtypes import read_dtype

__all__ = ["bernoulli", "normal", "rand", "randint", "randn", "randperm"]


@takes_device
def rand(*size: Any, generator: random.Source = None, dtype: npt.DTypeLike | None = None) -> Array:
    """Return draws from the uniform distribution over [0, 1)."""
    return random.draw_uniform(shape_of(size), 0.0, 1.0, _float(dtype), generator)


@takes_device
def randn(*size: Any, generator: random.Source = None, dtype: npt.DTypeLike | None = None) -> Array:
    """Return draws from the standard normal distribution."""
    return random.draw_normal(shape_of(size), 0.0, 1.0, _float(dtype), generator)


@takes_device
def randint(
    *bounds: Any,
    low: int | None = None,
    high: int | None = None,
    size: Any = None,
    generator: random.Source = None,
    dtype: npt.DTypeLike = np.int64,
) -> Array:
    """Return integers drawn from [low, high): `randint(low, high, size)` or `randint(high, size)`.

    Parameters
    ----------
    *bounds : int, int and sequence of int
        Low, high and size in this order, where they are not given by name; low may be left out.
    low : int, optional
        The least, by default 0.
    high : int
        One more than the greatest.
    size : sequence of int
        The shape.

    Raises
    ------
    TypeError
        If `high` or `size` is missing, an argument is given twice, or one has a wrong type.
    ValueError
        If `low` is not below `high`, or the dtype does not reach so far.

    Notes
    -----
    Source: PyTorch's page `torch.randint`.
    """
    # A first argument is the low one only if both another bound and a size are given as well.
    names = [name for name, got in (("high", high), ("size", size)) if got is None]
    if len(bounds) > len(names):
        names = ["low", *names]
    if len(bounds) != len(names) or (low is not None and "low" in names):
        raise TypeError(
            "randint takes (high, size) or (low, high, size), each by place or by name; got "
            f"{len(bounds)} by place, and low={show(low)}, high={show(high)}, size={show(size)}"
        )
    bound = {"low": low, "high": high, "size": size, **dict(zip(names, bounds, strict=True))}
    least = 0 if bound["low"] is None else read_integer(bound["low"], "low")
    end = read_integer(bound["high"], "high")
    shape = _read_shape(bound["size"])
    if not least < end:
        raise ValueError(f"high must be above low, {least}; got {end}")
    return random.random_(new_array(shape, read_dtype(dtype), "size"), least, end, generator)


@takes_device
def randperm(n: int, *, generator: random.Source = None, dtype: npt.DTypeLike = np.int64) -> Array:
    """Return a random permutation of the integers below n.

    Parameters
    ----------
    n : int
        How many.

    Raises
    ------
    TypeError
        If `n` is no integer.
    ValueError
        If it is negative.

    Notes
    -----
    Source: PyTorch's page `torch.randperm`.
    """
    wanted = read_dtype(dtype)
    count = read_size(n, "n", least=0)
    new_array((count,), np.float64, "n")
    return random.permutation(count, generator).astype(wanted)


def bernoulli(input: Array, *, generator: random.Source = None) -> Array:
    """Return ones, each drawn with its own probability, and zeros.

    Parameters
    ----------
    input : array
        The probabilities, floats in [0, 1].

    Raises
    ------
    TypeError
        If `input` is not an array of floats.
    ValueError
        If one is outside [0, 1].

    Notes
    -----
    Source: PyTorch's page `torch.bernoulli`.
    """
    p = read_floats(input)
    if not np.all((p >= 0) & (p <= 1)):
        raise ValueError(f"input must be in [0, 1] everywhere; got {show(input)}")
    return random.bernoulli_(np.empty(p.shape, p.dtype), p, generator)


@takes_device
def normal(
    mean: float | Array,
    std: float | Array = 1.0,
    size: Any = None,
    *,
    generator: random.Source = None,
    dtype: npt.DTypeLike | None = None,
) -> Array:
    """Return draws from normal distributions: one for all elements, or one for each.

    Parameters
    ----------
    mean, std : float or array of floats
        Mean and standard deviation; arrays broadcast against each other.
    size : sequence of int, optional
        The shape, if both are numbers.
    dtype : dtype, optional
        If both are numbers; by default float32. Otherwise it is the arrays'.

    Raises
    ------
    TypeError
        If both are numbers and `size` is missing, or one is an array and `size` or `dtype` is
        given.
    ValueError
        If a standard deviation is negative.

    Notes
    -----
    Standard normal numbers are multiplied by an array of deviations and then added to the means,
    rounded after each. Source: PyTorch's page `torch.normal`.
    """
    arrays = [
        read_floats(part, name)
        for part, name in ((mean, "mean"), (std, "std"))
        if isinstance(part, np.ndarray)
    ]
    if bool(arrays) != (size is None):
        raise TypeError(
            f"size must be given if, and only if, mean and std are both numbers; "
            f"got size={show(size)}"
        )
    if not isinstance(mean, np.ndarray) and not isinstance(std, np.ndarray):
        return random.draw_normal(_read_shape(size), mean, std, _float(dtype), generator)
    if dtype is not None:
        raise TypeError(f"dtype must be left out with an array; got {show(dtype)}")
    if not np.all(np.asarray(std) >= 0):
        raise ValueError(f"std must be at least 0 everywhere; got {show(std)}")
    found = float_dtype(np.result_type(*arrays))
    shape = np.broadcast_shapes(*(part.shape for part in arrays))
    if not isinstance(std, np.ndarray):
        return random.draw_normal(shape, 0.0, std, found, generator) + mean
    drawn = random.draw_normal(shape, 0.0, 1.0, found, generator)
    return (drawn * std + mean).astype(found, copy=False)


def shape_of(size: tuple[Any, ...]) -> Sizes:
    """Return the shape that a function was given as `*size`: as integers, or as one sequence."""
    return _read_shape(size[0] if len(size) == 1 and isinstance(size[0], tuple | list) else size)


def _float(dtype: npt.DTypeLike | None) -> np.dtype[Any]:
    return float_dtype(np.float32 if dtype is None else dtype)


def _read_shape(size: Any) -> Sizes:
    if not isinstance(size, tuple | list):
        raise TypeError(f"size must be a tuple or list of integers; got {show(size)}")
    return read_integers(size, "size", least=0, most=LARGEST_SIZE)
