"""The same draws into new arrays, contiguous and in the order of their indices."""

from __future__ import annotations

import numpy as np

from refimpl.ops.array import Array, Sizes
from refimpl.torch.random.bernoulli import bernoulli_
from refimpl.torch.random.generator import Source
from refimpl.torch.random.normal import normal_
from refimpl.torch.random.uniform import uniform_


def draw_uniform(
    shape: Sizes,
    low: float,
    high: float,
    dtype: np.dtype[np.floating],
    generator: Source = None,
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
    generator : Generator or numpy.random.Generator, optional
        Where to draw from; by default `default_generator()`.

    Returns
    -------
    array
    """
    return uniform_(np.empty(shape, dtype), low, high, generator)


def draw_normal(
    shape: Sizes,
    mean: float,
    std: float,
    dtype: np.dtype[np.floating],
    generator: Source = None,
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
    generator : Generator or numpy.random.Generator, optional
        Where to draw from; by default `default_generator()`.

    Returns
    -------
    array
    """
    return normal_(np.empty(shape, dtype), mean, std, generator)


def draw_keep(shape: Sizes, probability: float, generator: Source = None) -> Array:
    """Draw the flags of dropout: True, independently, with a given probability.

    Parameters
    ----------
    shape : tuple of int
        Shape of the result.
    probability : float
        The probability of True.
    generator : Generator or numpy.random.Generator, optional
        Where to draw from; by default `default_generator()`.

    Returns
    -------
    bool array
    """
    return bernoulli_(np.empty(shape, np.bool_), probability, generator)
