"""Dropout layers (torch.nn.Dropout, Dropout1d … Dropout3d, AlphaDropout, FeatureAlphaDropout)."""

from __future__ import annotations

from typing import ClassVar

from refimpl.differentiable import Differentiable
from refimpl.ops.array import Array
from refimpl.torch.nn.functional._alpha_dropout import alpha_dropout, feature_alpha_dropout
from refimpl.torch.nn.functional._arguments import flag, probability
from refimpl.torch.nn.functional._dropout import dropout, dropout1d, dropout2d, dropout3d
from refimpl.torch.nn.module import Module
from refimpl.torch.random import Source


class _DropoutNd(Module):
    """What dropping elements and dropping channels share."""

    _function: ClassVar[Differentiable[..., Array]]

    # Not of torch: what to keep instead of a draw, and where to draw from; may be set.
    keep: Array | None = None
    generator: Source = None

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        probability(p)
        flag(inplace, "inplace")
        super().__init__()
        self.p = p
        self.inplace = inplace

    def forward(self, input: Array) -> Array:
        """Drop, in training; return the input, in evaluation.

        Parameters
        ----------
        input : array
            Floats.

        Returns
        -------
        array of the input's shape

        Raises
        ------
        TypeError
            If `input` is no array of floats.
        ValueError
            If its shape does not suit the layer, or `keep` does not broadcast to it.
        """
        output: Array = self._run(
            self._function,
            input,
            p=self.p,
            training=self.training,
            inplace=self.inplace,
            keep=self.keep,
            generator=self.generator,
        )
        return output

    def extra_repr(self) -> str:
        """Return what stands between the parentheses of the repr."""
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(_DropoutNd):
    """Make each element zero with probability `p`, and scale the others by `1 / (1 - p)`.

    Parameters
    ----------
    p : float, default 0.5
        The probability of dropping, in [0, 1].
    inplace : bool, default False
        Write the output over the input.

    Attributes
    ----------
    keep : bool array or None
        If set, what to keep, instead of a draw; broadcast to the input. Not of torch.
    generator : Generator, numpy.random.Generator or None
        If set, where to draw from. Not of torch.

    Raises
    ------
    TypeError
        If `p` is no number.
    ValueError
        If it is outside [0, 1].

    Notes
    -----
    Source: PyTorch's documentation of `torch.nn.Dropout`.
    """

    _function = dropout


class Dropout1d(_DropoutNd):
    """Drop whole channels of (N, C, L) or (C, L); see `Dropout` for the parameters."""

    _function = dropout1d


class Dropout2d(_DropoutNd):
    """Drop whole channels of (N, C, H, W); see `Dropout` for the parameters."""

    _function = dropout2d


class Dropout3d(_DropoutNd):
    """Drop whole channels of (N, C, D, H, W) or (C, D, H, W); see `Dropout` for the parameters."""

    _function = dropout3d


class AlphaDropout(_DropoutNd):
    """Replace elements by SELU's least value so that mean 0 and variance 1 stay.

    See `Dropout` for the parameters and `torch.nn.functional.alpha_dropout` for the rest.
    """

    _function = alpha_dropout


class FeatureAlphaDropout(_DropoutNd):
    """Replace whole channels of (N, C, *) by SELU's least value; see `AlphaDropout`."""

    _function = feature_alpha_dropout
