"""The generator every random draw of this dialect comes from, and the draws themselves.

All draws of `refimpl.torch` go through the three functions at the end of this file.
"""

from __future__ import annotations

import numpy as np

from refimpl.dtypes import is_half
from refimpl.ops.array import Array, Sizes


class _Default:
    """Holds the generator, so that seeding reaches everyone who asks for it later."""

    def __init__(self) -> None:
        self.generator = np.random.default_rng()


_default = _Default()


def default_generator() -> np.random.Generator:
    """Return the generator that draws where none is given.

    Returns
    -------
    numpy.random.Generator
    """
    return _default.generator


def manual_seed(seed: int) -> np.random.Generator:
    """Seed the default generator, as `torch.manual_seed` does.

    Parameters
    ----------
    seed : int
        Any integer; a negative one counts from 2**64, as in torch.

    Returns
    -------
    numpy.random.Generator
        The generator, freshly seeded.

    Raises
    ------
    TypeError
        If `seed` is no integer.
    """
    if not isinstance(seed, int | np.integer):
        raise TypeError(f"seed must be an integer; got {seed!r}")
    _default.generator = np.random.default_rng(int(seed) % 2**64)
    return _default.generator


def draw_uniform(
    shape: Sizes,
    low: float,
    high: float,
    dtype: np.dtype[np.floating],
    generator: np.random.Generator | None = None,
) -> Array:
    """Draw from the uniform distribution over [low, high).

    Parameters
    ----------
    shape : tuple of int
        Shape of the result.
    low, high : float
        The interval.
    dtype : dtype
        A float dtype; half types are drawn in float32 and rounded.
    generator : numpy.random.Generator, optional
        Where to draw from; by default `default_generator()`.

    Returns
    -------
    array
    """
    wide = np.dtype(np.float32) if is_half(dtype) else dtype
    unit = (generator or default_generator()).random(shape, dtype=wide.type)
    return (low + (high - low) * unit).astype(dtype, copy=False)


def draw_normal(
    shape: Sizes,
    mean: float,
    std: float,
    dtype: np.dtype[np.floating],
    generator: np.random.Generator | None = None,
) -> Array:
    """Draw from the normal distribution.

    Parameters
    ----------
    shape : tuple of int
        Shape of the result.
    mean, std : float
        Mean and standard deviation.
    dtype : dtype
        A float dtype; half types are drawn in float32 and rounded.
    generator : numpy.random.Generator, optional
        Where to draw from; by default `default_generator()`.

    Returns
    -------
    array
    """
    wide = np.dtype(np.float32) if is_half(dtype) else dtype
    unit = (generator or default_generator()).standard_normal(shape, dtype=wide.type)
    return (mean + std * unit).astype(dtype, copy=False)


def draw_keep(
    shape: Sizes, probability: float, generator: np.random.Generator | None = None
) -> Array:
    """Draw the flags of dropout: True, independently, with a given probability.

    Parameters
    ----------
    shape : tuple of int
        Shape of the result.
    probability : float
        The probability of True.
    generator : numpy.random.Generator, optional
        Where to draw from; by default `default_generator()`.

    Returns
    -------
    bool array
    """
    return (generator or default_generator()).random(shape) < probability
