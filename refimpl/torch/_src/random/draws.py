"""The same draws into new arrays, contiguous and in the order of their indices."""

from __future__ import annotations

import numpy as np

from refimpl._arguments import new_array
from refimpl.ops.array import Array, Sizes
from refimpl.torch._src.random.bernoulli import bernoulli_
from refimpl.torch._src.random.generator import Source
from refimpl.torch._src.random.normal import normal_
from refimpl.torch._src.random.uniform import uniform_


def draw_uniform(
    shape: Sizes,
    low: float,
    high: float,
    dtype: np.dtype[np.floating],
    generator: Source = None,
) -> Array:
    """Draw from the uniform distribution over [low, high); half types are rounded float32."""
    return uniform_(new_array(shape, dtype, "size"), low, high, generator)


def draw_normal(
    shape: Sizes,
    mean: float,
    std: float,
    dtype: np.dtype[np.floating],
    generator: Source = None,
) -> Array:
    """Draw from the normal distribution; half types are rounded float32."""
    return normal_(new_array(shape, dtype, "size"), mean, std, generator)


def draw_keep(shape: Sizes, probability: float, generator: Source = None) -> Array:
    """Draw the flags of dropout: True, independently, with a given probability."""
    return bernoulli_(new_array(shape, np.bool_, "size"), probability, generator)
