"""Dropout (torch.nn.functional.dropout to dropout3d, alpha_dropout, feature_alpha_dropout).

`p` is the probability of dropping, in [0, 1]. Unless `training` the input is returned as it is.
With `inplace` the output is written over the input. Two arguments are not torch's: `keep`, what to
keep instead of a draw, an array of bools that broadcasts to the input; and `generator`, where to
draw from, a Generator or a numpy.random.Generator, by default `default_generator`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np

from refimpl._arguments import broadcasts_to, read_flag, read_number
from refimpl.differentiable import Differentiable, differentiable
from refimpl.ops import dropout as ops
from refimpl.ops.array import Array, Sizes, Vjp
from refimpl.torch._src import random
from refimpl.torch._src.arguments import read_array, read_floats
from refimpl.torch._src.functional.in_place import check_writeable
from refimpl.torch._src.parameter import Tensor

__all__ = [
    "alpha_dropout",
    "dropout",
    "dropout1d",
    "dropout2d",
    "dropout3d",
    "feature_alpha_dropout",
]


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

    Returns
    -------
    array

    Notes
    -----
    A dropped NaN stays NaN, as it is multiplied by the mask. Source: Srivastava et al., Dropout,
    2014; PyTorch's documentation of `torch.nn.Dropout`.
    """
    x = read_floats(input)
    return _drop(ops.dropout, x, x.shape, p, training, inplace, keep, generator)


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
    """Return the input with whole channels of one spatial axis dropped.

    Parameters
    ----------
    input : (N, C, L) or (C, L) array
        Floats. A drawn mask has shape (N, C, 1) or (C, 1).
    """
    x = read_floats(input)
    if x.ndim not in (2, 3):
        raise ValueError(f"input must have shape (N, C, L) or (C, L); got {x.shape}")
    mask_shape = _channel_mask(x, 3 - x.ndim)
    return _drop(ops.dropout, x, mask_shape, p, training, inplace, keep, generator)


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
    """Return the input with whole channels of two spatial axes dropped.

    Parameters
    ----------
    input : (N, C, H, W) array
        Floats. As in torch, the first axis is the batch for any number of axes, also for three;
        a warning says so. A mask, of shape (N, C, 1, 1), can only be drawn for two or more.
    """
    x = read_floats(input)
    if x.ndim != 4:
        _warn(f"dropout2d: input of shape {x.shape} is taken as (N, C, ...), not as unbatched")
    return _drop(ops.dropout, x, _channel_mask(x, 0), p, training, inplace, keep, generator)


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
    """Return the input with whole channels of three spatial axes dropped.

    Parameters
    ----------
    input : (N, C, D, H, W) or (C, D, H, W) array
        Floats. As in torch, any other number of axes is taken as unbatched; a warning says so.
        A mask, of shape (N, C, 1, 1, 1) or (C, 1, 1, 1), can only be drawn for one or more.
    """
    x = read_floats(input)
    if x.ndim not in (4, 5):
        _warn(f"dropout3d: input of shape {x.shape} is taken as unbatched, (C, ...)")
    mask_shape = _channel_mask(x, int(x.ndim != 5))
    return _drop(ops.dropout, x, mask_shape, p, training, inplace, keep, generator)


@differentiable
def alpha_dropout(
    input: Tensor,
    p: float = 0.5,
    training: bool = False,
    inplace: bool = False,
    *,
    keep: Array | None = None,
    generator: random.Source = None,
) -> tuple[Array, Vjp]:
    """Return the input with some elements at SELU's least value, so that mean and variance stay.

    Parameters
    ----------
    input : array
        Floats, of any shape.

    Notes
    -----
    Half types are computed in float32 and rounded once; torch rounds every step. Source:
    Klambauer et al., Self-normalizing neural networks, 2017; PyTorch's page
    `torch.nn.AlphaDropout`.
    """
    x = read_floats(input)
    return _drop(ops.alpha_dropout, x, x.shape, p, training, inplace, keep, generator)


@differentiable
def feature_alpha_dropout(
    input: Tensor,
    p: float = 0.5,
    training: bool = False,
    inplace: bool = False,
    *,
    keep: Array | None = None,
    generator: random.Source = None,
) -> tuple[Array, Vjp]:
    """Return the input with whole channels at SELU's least value; see `alpha_dropout`.

    Parameters
    ----------
    input : (N, C, *) array
        Floats; there may be fewer axes where no mask is drawn. One has shape (N, C, 1, ...).
    """
    x = read_floats(input)
    return _drop(ops.alpha_dropout, x, _channel_mask(x, 0), p, training, inplace, keep, generator)


def define_in_place(function: Differentiable[..., Array]) -> Differentiable[..., Array]:
    """Define the function of torch that writes a dropout over its input."""

    def drop_in_place(
        input: Tensor,
        p: float,
        train: bool,
        *,
        keep: Array | None = None,
        generator: random.Source = None,
    ) -> tuple[Array, Vjp]:
        train = read_flag(train, "train")
        return function.with_vjp(input, p, train, True, keep=keep, generator=generator)

    name = function.__name__  # type: ignore[attr-defined]
    drop_in_place.__name__ = drop_in_place.__qualname__ = f"{name}_"
    drop_in_place.__doc__ = (
        f"Return the input, over which `{name}` of it has been written.\n\n"
        f"Parameters\n----------\ninput, p, train, keep, generator\n    See `{name}`.\n"
    )
    return Differentiable(drop_in_place)


def _channel_mask(x: Array, unbatched: int) -> Sizes | None:
    """Return the shape of a mask with one flag for each channel, if there are channels."""
    leading = 2 - unbatched
    return None if x.ndim < leading else x.shape[:leading] + (1,) * (x.ndim - leading)


def _drop(
    op: Callable[..., tuple[Array, Vjp]],
    x: Array,
    mask_shape: Sizes | None,
    p: float,
    training: bool,
    inplace: bool,
    keep: Array | None,
    generator: random.Source,
) -> tuple[Array, Vjp]:
    """Drop by a mask that is given or drawn, as `op(x, mask, rate=p)` does."""
    rate = read_number(p, "p", least=0, most=1)
    mask = None if keep is None else _read_mask(keep, x.shape)
    if read_flag(inplace, "inplace"):
        check_writeable(x)
    if not read_flag(training, "training") or rate == 0.0 or x.size == 0:
        return x, lambda cotangent: (cotangent,)
    if mask is None:
        # Nothing is drawn where everything is dropped, as in torch.
        if rate == 1.0:
            mask = np.zeros((1,) * x.ndim, bool)
        elif mask_shape is None:
            raise ValueError(f"input must have a channel axis to drop along; got shape {x.shape}")
        else:
            mask = _draw_mask(x, mask_shape, 1.0 - rate, generator)
    output, vjp = op(x, mask, rate=rate)
    if inplace:
        x[...] = output
        output = x
    return output, vjp


def _draw_mask(x: Array, mask_shape: Sizes, probability: float, generator: random.Source) -> Array:
    """Draw a mask: in the input's order in memory for single elements, as torch does."""
    if mask_shape != x.shape:
        return random.draw_keep(mask_shape, probability, generator)
    return random.bernoulli_(random.empty_in_order(x, np.bool_), probability, generator)


def _read_mask(keep: Array, shape: Sizes) -> Array:
    mask = read_array(keep, "keep")
    if mask.dtype != np.bool_:
        raise TypeError(f"keep must be an array of bool; got dtype {mask.dtype}")
    if not broadcasts_to(mask.shape, shape):
        raise ValueError(f"keep must broadcast to the input's shape {shape}; got {mask.shape}")
    return mask


def _warn(message: str) -> None:
    warnings.warn(message, UserWarning, stacklevel=5)
