"""Dropout (torch.nn.functional.dropout, dropout1d, dropout2d, dropout3d)."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np

from refimpl.differentiable import differentiable
from refimpl.ops import dropout as ops
from refimpl.ops.array import Array, Sizes, Vjp
from refimpl.torch import random
from refimpl.torch.nn.functional._arguments import array, flag, floats, probability
from refimpl.torch.nn.functional._inplace import must_be_writeable
from refimpl.torch.nn.parameter import Tensor


@differentiable
def dropout(
    input: Tensor,
    p: float = 0.5,
    training: bool = True,
    inplace: bool = False,
    *,
    keep: Array | None = None,
    generator: random.Source = None,
) -> tuple[Array, Vjp]:
    """Make each element zero with probability `p`, and scale the others by `1 / (1 - p)`.

    Parameters
    ----------
    input : array
        Floats, of any shape.
    p : float, default 0.5
        The probability of dropping, in [0, 1].
    training : bool, default True
        If false the input is returned as it is.
    inplace : bool, default False
        Write the output over the input.
    keep : bool array, optional
        What to keep, instead of a draw; it must broadcast to the input. Not an argument of torch.
    generator : Generator or numpy.random.Generator, optional
        Where to draw from; by default `refimpl.torch.random.default_generator()`. Not an argument
        of torch.

    Returns
    -------
    array

    Raises
    ------
    TypeError
        If an argument's type is wrong.
    ValueError
        If `p` is outside [0, 1], or `keep` does not broadcast to the input.

    Notes
    -----
    A dropped NaN stays NaN, as it is multiplied by the mask. Source: Srivastava et al., Dropout,
    2014; PyTorch's documentation of `torch.nn.Dropout`.
    """
    x = floats(input, "input")
    return dropped(x, x.shape, p, training, inplace, keep, generator)


@differentiable
def dropout1d(
    input: Tensor,
    p: float = 0.5,
    training: bool = True,
    inplace: bool = False,
    *,
    keep: Array | None = None,
    generator: random.Source = None,
) -> tuple[Array, Vjp]:
    """Drop whole channels of one spatial axis.

    Parameters
    ----------
    input : (N, C, L) or (C, L) array
        Floats.
    p, training, inplace, keep, generator
        See `dropout`; a drawn mask has shape (N, C, 1) or (C, 1).

    Returns
    -------
    array of the input's shape
    """
    x = floats(input, "input")
    if x.ndim not in (2, 3):
        raise ValueError(f"input must have shape (N, C, L) or (C, L); got {x.shape}")
    return dropped(x, channel_mask(x, x.ndim == 2), p, training, inplace, keep, generator)


@differentiable
def dropout2d(
    input: Tensor,
    p: float = 0.5,
    training: bool = True,
    inplace: bool = False,
    *,
    keep: Array | None = None,
    generator: random.Source = None,
) -> tuple[Array, Vjp]:
    """Drop whole channels of two spatial axes.

    Parameters
    ----------
    input : (N, C, H, W) array
        Floats. As in torch, the first axis is the batch for any number of axes, also for three;
        a warning says so.
    p, training, inplace, keep, generator
        See `dropout`; a drawn mask has shape (N, C, 1, 1).

    Returns
    -------
    array of the input's shape
    """
    x = floats(input, "input")
    if x.ndim < 2:
        raise ValueError(f"input must have shape (N, C, H, W); got {x.shape}")
    if x.ndim != 4:
        _warn(f"dropout2d: input of shape {x.shape} is taken as (N, C, ...), not as unbatched")
    return dropped(x, channel_mask(x, False), p, training, inplace, keep, generator)


@differentiable
def dropout3d(
    input: Tensor,
    p: float = 0.5,
    training: bool = True,
    inplace: bool = False,
    *,
    keep: Array | None = None,
    generator: random.Source = None,
) -> tuple[Array, Vjp]:
    """Drop whole channels of three spatial axes.

    Parameters
    ----------
    input : (N, C, D, H, W) or (C, D, H, W) array
        Floats. As in torch, any other number of axes is taken as unbatched; a warning says so.
    p, training, inplace, keep, generator
        See `dropout`; a drawn mask has shape (N, C, 1, 1, 1) or (C, 1, 1, 1).

    Returns
    -------
    array of the input's shape
    """
    x = floats(input, "input")
    if x.ndim < 1:
        raise ValueError(f"input must have shape (N, C, D, H, W) or (C, D, H, W); got {x.shape}")
    if x.ndim not in (4, 5):
        _warn(f"dropout3d: input of shape {x.shape} is taken as unbatched, (C, ...)")
    return dropped(x, channel_mask(x, x.ndim != 5), p, training, inplace, keep, generator)


@differentiable
def dropout_(
    input: Tensor,
    p: float,
    train: bool,
    *,
    keep: Array | None = None,
    generator: random.Source = None,
) -> tuple[Array, Vjp]:
    """Write `dropout(input, p, train)` over the input; in torch `torch.dropout_`.

    Parameters
    ----------
    input : array
        Floats; overwritten.
    p, train, keep, generator
        See `dropout`.

    Returns
    -------
    array
        The input.
    """
    return dropout.with_vjp(input, p, train, inplace=True, keep=keep, generator=generator)


def channel_mask(x: Array, unbatched: bool) -> Sizes:
    """Return the shape of a mask with one flag for each channel."""
    leading = 1 if unbatched else 2
    return x.shape[:leading] + (1,) * (x.ndim - leading)


def dropped(
    x: Array,
    mask_shape: Sizes,
    p: float,
    training: bool,
    inplace: bool,
    keep: Array | None,
    generator: random.Source,
    masked: Callable[..., tuple[Array, Vjp]] = ops.dropout,
) -> tuple[Array, Vjp]:
    """Drop by a mask that is given or drawn, as the op `masked(x, mask, rate=p)` does."""
    rate = probability(p)
    mask = None if keep is None else _checked(keep, x.shape)
    if flag(inplace, "inplace"):
        must_be_writeable(x)
    if not flag(training, "training") or rate == 0.0 or x.size == 0:
        return x, lambda cotangent: (cotangent,)
    if mask is None:
        # Nothing is drawn where everything is dropped, as in torch.
        mask = (
            np.zeros(mask_shape, bool)
            if rate == 1.0
            else _drawn(x, mask_shape, 1.0 - rate, generator)
        )
    output, vjp = masked(x, mask, rate=rate)
    if inplace:
        x[...] = output
        output = x
    return output, vjp


def _drawn(x: Array, mask_shape: Sizes, probability: float, generator: random.Source) -> Array:
    """Draw a mask: in the input's order in memory for single elements, as torch does."""
    if mask_shape != x.shape:
        return random.draw_keep(mask_shape, probability, generator)
    return random.bernoulli_(random.empty_in_order(x, np.bool_), probability, generator)


def _checked(keep: Array, shape: Sizes) -> Array:
    mask = array(keep, "keep")
    if mask.dtype != np.bool_:
        raise TypeError(f"keep must be an array of bool; got dtype {mask.dtype.name}")
    fits = mask.ndim <= len(shape) and all(
        size in (1, full) for size, full in zip(mask.shape[::-1], shape[::-1], strict=False)
    )
    if not fits:
        raise ValueError(f"keep must broadcast to the input's shape {shape}; got {mask.shape}")
    return mask


def _warn(message: str) -> None:
    warnings.warn(message, UserWarning, stacklevel=4)
