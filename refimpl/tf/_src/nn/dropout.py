"""`tf.nn.dropout`: what is dropped is selected away, so a dropped NaN is 0.

The masks are those that TensorFlow draws by the same seeds, as its pages `tf.nn.dropout` and
`tf.nn.experimental.stateless_dropout` define them: an element is kept if a uniform draw in the
input's own dtype is at least the rate.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refimpl._arguments import broadcasts_to, read_entries, read_integer, read_number
from refimpl._show import show
from refimpl.differentiable import differentiable
from refimpl.ops import dropout as ops
from refimpl.ops.array import Array, Sizes, Vjp
from refimpl.tf._src.arguments import read_array, read_floats
from refimpl.tf._src.random import distributions
from refimpl.tf._src.random.arguments import check_algorithm
from refimpl.tf._src.random.stateful import draw_survivors, take_seeds
from refimpl.tf._src.random.stateless import stream_from

__all__ = ["dropout"]


@differentiable
def dropout(
    x: Any,
    rate: Any,
    noise_shape: Any = None,
    seed: int | None = None,
    name: str | None = None,
    *,
    keep: Any = None,
    generator: np.random.Generator | None = None,
) -> tuple[Array, Vjp]:
    """Zero each element with a probability and scale the others up, as `tf.nn.dropout`.

    Parameters
    ----------
    x : array
        Float.
    rate : float
        The probability of dropping, in [0, 1).
    noise_shape : list of int or None, optional
        Shape of the mask, which is broadcast to x's; None among its entries is x's own size.
    seed : int, optional
        The operation's seed; with the one of `tf.random.set_seed` it says which mask is drawn,
        and a call with the same two goes on where the last one stopped.
    keep : bool array, optional
        The mask, if it is not to be drawn. Not an argument of TensorFlow's.
    generator : numpy.random.Generator, optional
        What the mask is drawn from instead. Not an argument of TensorFlow's.

    Returns
    -------
    array of x's shape
        `x / (1 - rate)` where it is kept, else 0.
    """
    x, probability = read_floats(x, "x"), _read_rate(rate)
    mask_shape = resolve_noise_shape(x.shape, noise_shape, "x")
    if keep is not None:
        keep = read_keep(keep, x.shape, "x")
    elif generator is not None:
        if not isinstance(generator, np.random.Generator):
            raise TypeError(f"generator must be a numpy.random.Generator; got {show(generator)}")
        keep = generator.random(mask_shape) >= probability
    elif probability == 0:
        take_seeds(seed)  # uses up a seed although it draws nothing
        return x, lambda cotangent: (cotangent,)
    else:
        keep = draw_survivors(mask_shape, probability, x.dtype, seed)
    return ops.dropout(x, keep, rate=probability, select=True)


@differentiable
def stateless_dropout(
    x: Any,
    rate: Any,
    seed: Any,
    rng_alg: str | None = None,
    noise_shape: Any = None,
    name: str | None = None,
) -> tuple[Array, Vjp]:
    """Drop as `dropout` does, but the same for the same seeds; see `dropout` for the others.

    Parameters
    ----------
    seed : sequence of two int
        Of the mask.
    rng_alg : {'auto_select', 'philox'}, optional
        The same on a CPU.

    Returns
    -------
    array of x's shape
        `x / (1 - rate)` where it is kept, else 0.
    """
    x, probability = read_floats(x, "x"), _read_rate(rate)
    check_algorithm("auto_select" if rng_alg is None else rng_alg, "rng_alg")
    mask_shape, stream = resolve_noise_shape(x.shape, noise_shape, "x"), stream_from(seed)
    keep = distributions.draw_survivors(stream, mask_shape, probability, x.dtype)
    return ops.dropout(x, keep, rate=probability, select=True)


def resolve_noise_shape(shape: Sizes, noise_shape: Any, name: str) -> Sizes:
    """Return the shape of the mask for an input of a shape; the name is the input's."""
    if noise_shape is None:
        return shape
    allowed = f"a list of at most {len(shape)} sizes that broadcasts to {name}'s {shape}"
    entries = read_entries(noise_shape, "noise_shape", allowed)
    refusal = ValueError(f"noise_shape must be {allowed}; got {show(noise_shape)}")
    if len(entries) > len(shape):
        raise refusal
    aligned = shape[len(shape) - len(entries) :]
    sizes = tuple(
        size if entry is None else read_integer(entry, "noise_shape")
        for entry, size in zip(entries, aligned, strict=True)
    )
    if any(entry not in (1, size) for entry, size in zip(sizes, aligned, strict=True)):
        raise refusal
    return sizes


def read_keep(keep: Any, shape: Sizes, name: str) -> Array:
    """Return a mask that is given for an input of a shape; the name is the input's."""
    mask = read_array(keep, "keep")
    if mask.dtype != np.bool_:
        raise TypeError(f"keep must be an array of bools; got dtype {mask.dtype}")
    if not broadcasts_to(mask.shape, shape):
        raise ValueError(
            f"keep must be of a shape that broadcasts to {name}'s {shape}; got {mask.shape}"
        )
    return mask


def _read_rate(rate: Any) -> float:
    probability = read_number(rate, "rate")
    if not 0 <= probability < 1:
        raise ValueError(f"rate must be in [0, 1); got {show(rate)}")
    return probability
