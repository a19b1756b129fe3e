"""`tf.nn.dropout`: what is dropped is selected away, so a dropped NaN is 0.

The masks are those that TensorFlow draws by the same seeds, as its pages `tf.nn.dropout` and
`tf.nn.experimental.stateless_dropout` define them: an element is kept if a uniform draw in the
input's own dtype is at least the rate.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refimpl.differentiable import differentiable
from refimpl.errors import must
from refimpl.ops.array import Array, Sizes, Vjp
from refimpl.ops.dropout import dropout as dropout_op
from refimpl.tf._src.arguments import as_array, as_floats, broadcasts, integer, number
from refimpl.tf._src.random import distributions
from refimpl.tf._src.random.arguments import check_algorithm
from refimpl.tf._src.random.stateful import keep_mask, seeds_of
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
        The mask, if it is not to be drawn.
    generator : numpy.random.Generator, optional
        What the mask is drawn from instead.

    Returns
    -------
    array of x's shape
        `x / (1 - rate)` where it is kept, else 0.
    """
    x = as_floats(x, "x")
    probability = number(rate, "rate")
    must(0 <= probability < 1, "rate", "in [0, 1)", rate)
    mask_shape = noise_shape_for(x.shape, noise_shape, "x")
    if keep is not None:
        keep = check_keep(keep, x.shape, "x")
    elif generator is not None:
        keep = generator.random(mask_shape) >= probability
    elif probability == 0:
        seeds_of(seed)  # uses up a seed although it draws nothing
        return x, lambda cotangent: (cotangent,)
    else:
        keep = keep_mask(mask_shape, probability, x.dtype, seed)
    return dropout_op(x, keep, rate=probability, select=True)


@differentiable
def stateless_dropout(
    x: Any,
    rate: Any,
    seed: Any,
    rng_alg: str | None = None,
    noise_shape: Any = None,
    name: str | None = None,
) -> tuple[Array, Vjp]:
    """Drop as `dropout` does, but the same for the same seeds.

    Parameters
    ----------
    x : array
        Float.
    rate : float
        The probability of dropping, in [0, 1).
    seed : sequence of two int
        Of the mask.
    rng_alg : {'auto_select', 'philox'}, optional
        The same on a CPU.
    noise_shape : list of int or None, optional
        Shape of the mask, which is broadcast to x's; None among its entries is x's own size.

    Returns
    -------
    array of x's shape
        `x / (1 - rate)` where it is kept, else 0.
    """
    x = as_floats(x, "x")
    probability = number(rate, "rate")
    must(0 <= probability < 1, "rate", "in [0, 1)", rate)
    check_algorithm(rng_alg or "auto_select", "rng_alg")
    mask_shape, stream = noise_shape_for(x.shape, noise_shape, "x"), stream_from(seed)
    keep = distributions.bernoulli_keep(stream, mask_shape, probability, x.dtype)
    return dropout_op(x, keep, rate=probability, select=True)


def noise_shape_for(shape: Sizes, noise_shape: Any, name: str) -> Sizes:
    """Return the shape of the mask."""
    if noise_shape is None:
        return shape
    allowed = f"a list of at most {len(shape)} sizes that broadcasts to {name}'s {shape}"
    must(
        np.ndim(noise_shape) == 1 if not isinstance(noise_shape, list | tuple) else True,
        "noise_shape",
        allowed,
        noise_shape,
    )
    entries = tuple(noise_shape)
    must(len(entries) <= len(shape), "noise_shape", allowed, noise_shape)
    aligned = shape[len(shape) - len(entries) :]
    sizes = tuple(
        size if entry is None else integer(entry, "noise_shape")
        for entry, size in zip(entries, aligned, strict=True)
    )
    fits = all(entry in (1, size) for entry, size in zip(sizes, aligned, strict=True))
    must(fits, "noise_shape", allowed, noise_shape)
    return sizes


def check_keep(keep: Any, shape: Sizes, name: str) -> Array:
    """Return an injected mask as an array, after checking it."""
    mask = as_array(keep, "keep")
    if mask.dtype != np.bool_:
        raise TypeError(f"keep must be an array of bools; got dtype {mask.dtype}")
    allowed = f"of a shape that broadcasts to {name}'s {shape}"
    must(broadcasts(mask.shape, shape), "keep", allowed, mask.shape)
    return mask
