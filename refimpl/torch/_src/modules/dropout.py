"""Dropout layers (torch.nn.Dropout to Dropout3d, AlphaDropout, FeatureAlphaDropout)."""

from __future__ import annotations

from refimpl._arguments import read_flag, read_number
from refimpl.ops.array import Array
from refimpl.torch._src.functional import dropout
from refimpl.torch._src.modules.function import FunctionModule
from refimpl.torch._src.random import Source

__all__ = [
    "AlphaDropout",
    "Dropout",
    "Dropout1d",
    "Dropout2d",
    "Dropout3d",
    "FeatureAlphaDropout",
]


class _DropoutNd(FunctionModule):
    """What dropping elements and dropping channels share."""

    _options = ("p", "training", "inplace", "keep", "generator")
    _shown = ("p", "inplace")

    # Not of torch: what to keep instead of a draw, and where to draw from; may be set.
    keep: Array | None = None
    generator: Source = None

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        read_number(p, "p", least=0, most=1)
        read_flag(inplace, "inplace")
        super().__init__()
        self.p = p
        self.inplace = inplace


class Dropout(_DropoutNd):
    """Make each element zero with probability `p`, and scale the others by `1 / (1 - p)`.

    In evaluation the input is returned as it is; see `functional.dropout`.

    Attributes
    ----------
    keep : bool array or None
        If set, what to keep, instead of a draw; broadcast to the input. Not of torch.
    generator : Generator, numpy.random.Generator or None
        If set, where to draw from. Not of torch.
    """

    _function = dropout.dropout


class Dropout1d(_DropoutNd):
    """Drop whole channels of (N, C, L) or (C, L); see `Dropout` for the parameters."""

    _function = dropout.dropout1d


class Dropout2d(_DropoutNd):
    """Drop whole channels of (N, C, H, W); see `Dropout` for the parameters."""

    _function = dropout.dropout2d


class Dropout3d(_DropoutNd):
    """Drop whole channels of (N, C, D, H, W) or (C, D, H, W); see `Dropout` for the parameters."""

    _function = dropout.dropout3d


class AlphaDropout(_DropoutNd):
    """Replace elements by SELU's least value so that mean 0 and variance 1 stay.

    See `Dropout` for the parameters and `functional.alpha_dropout` for the rest.
    """

    _function = dropout.alpha_dropout


class FeatureAlphaDropout(_DropoutNd):
    """Replace whole channels of (N, C, *) by SELU's least value; see `AlphaDropout`."""

    _function = dropout.feature_alpha_dropout
