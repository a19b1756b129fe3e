"""Alpha dropout (torch.nn.functional.alpha_dropout, feature_alpha_dropout), for SELU's networks."""

from __future__ import annotations

from refimpl.differentiable import differentiable
from refimpl.ops.array import Array, Vjp
from refimpl.ops.dropout import alpha_dropout as masked
from refimpl.torch import random
from refimpl.torch.nn.functional._arguments import floats
from refimpl.torch.nn.functional._dropout import channel_mask, dropped
from refimpl.torch.nn.parameter import Tensor


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
    """Replace elements by SELU's least value so that mean 0 and variance 1 stay.

    Parameters
    ----------
    input : array
        Floats, of any shape.
    p : float, default 0.5
        The probability of dropping, in [0, 1].
    training : bool, default False
        If false, unlike for `dropout` the default, the input is returned as it is.
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
    Half types are computed in float32 and rounded once; torch rounds every step. Source:
    Klambauer et al., Self-normalizing neural networks, 2017; PyTorch's page
    `torch.nn.AlphaDropout`.
    """
    x = floats(input, "input")
    return dropped(x, x.shape, p, training, inplace, keep, generator, masked)


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
    """Replace whole channels by SELU's least value; see `alpha_dropout`.

    Parameters
    ----------
    input : (N, C, *) array
        Floats.
    p, training, inplace, keep, generator
        See `alpha_dropout`; a drawn mask has shape (N, C, 1, ...).

    Returns
    -------
    array of the input's shape
    """
    x = floats(input, "input")
    if x.ndim < 2:
        raise ValueError(f"input must have shape (N, C, ...); got {x.shape}")
    return dropped(x, channel_mask(x, False), p, training, inplace, keep, generator, masked)


@differentiable
def alpha_dropout_(
    input: Tensor,
    p: float,
    train: bool,
    *,
    keep: Array | None = None,
    generator: random.Source = None,
) -> tuple[Array, Vjp]:
    """Write `alpha_dropout(input, p, train)` over the input; in torch `torch.alpha_dropout_`.

    Parameters
    ----------
    input : array
        Floats; overwritten.
    p, train, keep, generator
        See `alpha_dropout`.

    Returns
    -------
    array
        The input.
    """
    return alpha_dropout.with_vjp(input, p, train, inplace=True, keep=keep, generator=generator)


@differentiable
def feature_alpha_dropout_(
    input: Tensor,
    p: float,
    train: bool,
    *,
    keep: Array | None = None,
    generator: random.Source = None,
) -> tuple[Array, Vjp]:
    """Write `feature_alpha_dropout(input, p, train)` over the input, as torch's of this name.

    Parameters
    ----------
    input : (N, C, *) array
        Floats; overwritten.
    p, train, keep, generator
        See `feature_alpha_dropout`.

    Returns
    -------
    array
        The input.
    """
    return feature_alpha_dropout.with_vjp(
        input, p, train, inplace=True, keep=keep, generator=generator
    )
