"""The generator that dropout and initialisers draw from, until they are given another.

The distributions are TensorFlow's, the bits are NumPy's. All draws of `refimpl.tf` pass here.
"""

from __future__ import annotations

import numpy as np

from refimpl.ops.array import Array, Sizes
from refimpl.tf.arguments import integer


class _State:
    """The one mutable thing: the generator in use."""

    generator: np.random.Generator = np.random.default_rng()


def default_generator() -> np.random.Generator:
    """Return the generator in use.

    Returns
    -------
    numpy.random.Generator
    """
    return _State.generator


def set_seed(seed: int) -> None:
    """Start the default generator anew, as `tf.random.set_seed` does.

    Parameters
    ----------
    seed : int
        Any non-negative integer.

    Raises
    ------
    TypeError
        If it is no integer.
    ValueError
        If it is negative.
    """
    _State.generator = np.random.default_rng(integer(seed, "seed", least=0))


def seeded_generator(seed: int | None) -> np.random.Generator | None:
    """Return a generator of its own for a seed, and none for no seed.

    Parameters
    ----------
    seed : int or None
        The `seed` of a layer, an initialiser or a function.

    Returns
    -------
    numpy.random.Generator or None
        None stands for the default generator at the time of the draw.

    Raises
    ------
    TypeError
        If it is no integer.
    ValueError
        If it is negative.
    """
    return None if seed is None else np.random.default_rng(integer(seed, "seed", least=0))


def draw_keep(generator: np.random.Generator | None, shape: Sizes, rate: float) -> Array:
    """Draw which elements dropout keeps: each independently, with probability 1 - rate.

    Parameters
    ----------
    generator : numpy.random.Generator or None
        None is the default generator.
    shape : tuple of int
        Of the mask.
    rate : float
        The probability of dropping.

    Returns
    -------
    array of bool
    """
    return (generator or default_generator()).random(shape) >= rate
