"""The truncated normal distribution (torch.nn.init.trunc_normal_), drawn as torch 2.13 draws it.

`tensor`, a Parameter or an array, is filled and returned. `generator`, where to draw from, is a
Generator or a numpy.random.Generator, by default the default one.
"""

from __future__ import annotations

import math
import warnings

import numpy as np

from refimpl._arguments import read_number
from refimpl._show import show
from refimpl.dtypes import is_half, largest, spacing
from refimpl.ops.array import Array
from refimpl.torch._src import random
from refimpl.torch._src.init.arrays import T, array_of

__all__ = ["trunc_normal_"]

# Where more than this share of the normal distribution lies inside, draws outside are repeated.
_SHARE = 0.3
# Otherwise a draw is accepted once in so many times, about, in an interval of so many deviations.
_WIDEST = 65536.0
# How coarse logarithms of densities may be.
_RESOLVED = 64.0


@np.errstate(over="ignore", invalid="ignore")
def trunc_normal_(
    tensor: T,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator: random.Source = None,
) -> T:
    """Return the tensor, filled with draws from the normal distribution that fall into [a, b].

    Parameters
    ----------
    mean, std : float, default 0.0 and 1.0
        Mean and standard deviation of the normal distribution before it is cut.
    a, b : float, default -2.0 and 2.0
        The interval.

    Raises
    ------
    ValueError
        If `std` is not above 0 or `b` is below `a`.

    Warns
    -----
    UserWarning
        If `mean` is more than two deviations outside [a, b], as in torch; the draws are good.

    Notes
    -----
    Every round draws for the whole array and replaces only what was rejected. If more than 30 %
    of the distribution lies in [a, b], it draws normal numbers and rejects those outside;
    otherwise uniform ones, and accepts each with its density over the greatest in [a, b]
    (J. von Neumann, *Various techniques used in connection with random digits*, 1951). Releases
    of torch before 2.13 inverted the error function instead and draw other numbers.
    Source: PyTorch's page `torch.nn.init`; the rounds follow what torch 2.13 draws.
    """
    array = array_of(tensor)
    mean, std = read_number(mean, "mean"), read_number(std, "std", above=0)
    a, b = read_number(a, "a"), read_number(b, "b")
    for value, label in ((mean, "mean"), (std, "std"), (a, "a"), (b, "b")):
        if not abs(value) <= largest(array.dtype) / 4:
            raise ValueError(f"{label} must be finite in {array.dtype.name}; got {show(value)}")
    if not a <= b:
        raise ValueError(f"b must be at least a, {a}; got {show(b)}")
    if mean < a - 2 * std or mean > b + 2 * std:
        warnings.warn(
            f"trunc_normal_: mean {mean} is more than 2 std from [{a}, {b}]",
            UserWarning,
            stacklevel=3,
        )
    # Further away the densities are all alike, rounded, and none may ever be accepted.
    away = abs(mean - max(a, min(mean, b))) / std
    if not away * away * spacing(array.dtype) <= _RESOLVED:
        raise ValueError(
            f"mean must be nearer to the interval from a to b, for {array.dtype.name} and std = "
            f"{std}; got {show(mean)}"
        )
    if _below((b - mean) / std) - _below((a - mean) / std) > _SHARE:
        _reject_outside(array, mean, std, a, b, generator)
    else:
        if not (b - a) / std <= _WIDEST:
            raise ValueError(
                f"a and b must be at most {_WIDEST} standard deviations apart, here {std}, where "
                f"so little of the distribution is between them; got {show(a)} and {show(b)}"
            )
        _reject_by_density(array, mean, std, a, b, generator)
    return tensor


def _below(x: float) -> float:
    return (1.0 + math.erf(x / math.sqrt(2.0))) / 2.0


def _reject_outside(
    array: Array, mean: float, std: float, a: float, b: float, generator: random.Source
) -> None:
    low, high = array.dtype.type(a), array.dtype.type(b)
    random.normal_(array, mean, std, generator)
    while (outside := (array < low) | (array > high)).any():
        again = random.empty_in_order(array, array.dtype)
        array[outside] = random.normal_(again, mean, std, generator)[outside]


def _reject_by_density(
    array: Array, mean: float, std: float, a: float, b: float, generator: random.Source
) -> None:
    mode = max(a, min(mean, b))
    peak = -0.5 * ((mode - mean) / std) ** 2
    drawn = random.empty_in_order(array, array.dtype)
    chance = random.empty_in_order(array, array.dtype)
    pending = np.ones(array.shape, np.bool_)
    while pending.any():
        random.uniform_(drawn, a, b, generator)
        array[pending] = drawn[pending]
        random.uniform_(chance, 0.0, 1.0, generator)
        pending &= _log(chance) > _log_density(drawn, mean, std, peak)


def _log(chance: Array) -> Array:
    with np.errstate(divide="ignore"):  # a chance of 0 is always taken
        return np.log(chance)


def _log_density(x: Array, mean: float, std: float, peak: float) -> Array:
    """Return log(density / greatest density), rounded to the dtype after every step, as torch's."""
    dtype = x.dtype
    wide = np.dtype(np.float32) if is_half(dtype) else dtype

    def rounded(result: Array) -> Array:
        return result.astype(dtype).astype(wide)

    # What torch subtracts it rounds to a half type first, but not what it divides by.
    mean, peak = float(dtype.type(mean)), float(dtype.type(peak))
    deviations = rounded(rounded(x.astype(wide) - mean) / std)
    return rounded(rounded(rounded(deviations * deviations) * -0.5) - peak)
