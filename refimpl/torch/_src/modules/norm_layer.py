"""Layer, group and root-mean-square normalisation layers (torch.nn.LayerNorm and its like)."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from refimpl._arguments import (
    LARGEST_SIZE,
    new_array,
    read_flag,
    read_integers,
    read_number,
    read_size,
)
from refimpl._show import show
from refimpl.ops.array import Array, Sizes
from refimpl.torch._src.arguments import Ints, read_floats
from refimpl.torch._src.functional import norm_layer
from refimpl.torch._src.modules.function import FunctionModule
from refimpl.torch._src.modules.module import parameter_dtype
from refimpl.torch._src.parameter import Parameter

__all__ = ["GroupNorm", "LayerNorm", "RMSNorm"]


class _ExampleNorm(FunctionModule):
    """What the norms share that take each example by itself: no statistics are kept."""

    _options = ("eps",)

    def _add_parameters(
        self, sized: str, shape: Sizes, device: Any, dtype: npt.DTypeLike | None, **present: bool
    ) -> None:
        real = parameter_dtype(dtype, device)
        for name, there in present.items():
            self.register_parameter(
                name, Parameter(new_array(shape, real, sized)) if there else None
            )
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set weight to 1 and bias to 0."""
        for name, parameter in self.named_parameters():
            parameter.data[...] = 1.0 if name == "weight" else 0.0


class LayerNorm(_ExampleNorm):
    """Normalise by the mean and the variance over the last axes.

    Parameters
    ----------
    normalized_shape : int or tuple of int
        The end of the input's shape.
    eps : float, default 1e-5
        Added to the variance.
    elementwise_affine : bool, default True
        Whether there are weight and bias.
    bias : bool, default True
        Whether there is a bias if `elementwise_affine`.
    device : optional
        Only the CPU.
    dtype : dtype, optional
        Of the parameters, by default float32.

    Attributes
    ----------
    weight, bias : Parameter of shape normalized_shape, or None
        Ones and zeros at first.

    Notes
    -----
    Source: Ba, Kiros and Hinton, Layer Normalization, 2016; PyTorch's documentation of
    `torch.nn.LayerNorm`.
    """

    _function = norm_layer.layer_norm
    _arguments = ("normalized_shape", "weight", "bias")

    def __init__(
        self,
        normalized_shape: Ints,
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: Any = None,
        dtype: npt.DTypeLike | None = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = _read_normalized_shape(normalized_shape)
        self.eps = eps
        read_number(eps, "eps", least=0)
        self.elementwise_affine = affine = read_flag(elementwise_affine, "elementwise_affine")
        biased = read_flag(bias, "bias") and affine
        self._add_parameters(
            "normalized_shape", self.normalized_shape, device, dtype, weight=affine, bias=biased
        )

    def extra_repr(self) -> str:
        """Return what stands between the parentheses of the repr."""
        return (
            f"{self.normalized_shape}, eps={self.eps}, "
            f"elementwise_affine={self.elementwise_affine}, bias={self.bias is not None}"
        )


class GroupNorm(_ExampleNorm):
    """Normalise neighbouring channels of each example of (N, C, *) together, over all positions.

    Parameters
    ----------
    num_groups : int
        Into how many groups of equal size the channels are split.
    num_channels : int
        The number of channels.
    eps : float, default 1e-5
        Added to the variance.
    affine : bool, default True
        Whether there are weight and bias.
    device, dtype
        See `LayerNorm`.
    bias : bool, default True
        Whether there is a bias if `affine`.

    Attributes
    ----------
    weight, bias : Parameter of shape (num_channels,), or None
        Ones and zeros at first.

    Notes
    -----
    Source: Wu and He, Group Normalization, 2018; PyTorch's documentation of
    `torch.nn.GroupNorm`.
    """

    _function = norm_layer.group_norm
    _arguments = ("num_groups", "weight", "bias")

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device: Any = None,
        dtype: npt.DTypeLike | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.num_groups = read_size(num_groups, "num_groups")
        self.num_channels = read_size(num_channels, "num_channels", least=0)
        if self.num_channels % self.num_groups:
            raise ValueError(
                f"num_channels must be a multiple of num_groups = {self.num_groups}; "
                f"got {num_channels}"
            )
        self.eps = eps
        read_number(eps, "eps", least=0)
        self.affine = read_flag(affine, "affine")
        biased = read_flag(bias, "bias") and self.affine
        self._add_parameters(
            "num_channels", (self.num_channels,), device, dtype, weight=self.affine, bias=biased
        )

    def forward(self, input: Array) -> Any:
        """Return the normalised input.

        Parameters
        ----------
        input : (N, C, *) array
            Of `num_channels` channels, if there are parameters in their dtype.
        """
        x = read_floats(input)
        if self.affine and x.ndim > 1 and x.shape[1] != self.num_channels:
            raise ValueError(
                f"input must have num_channels = {self.num_channels} channels; got shape {x.shape}"
            )
        return super().forward(x)

    def extra_repr(self) -> str:
        """Return what stands between the parentheses of the repr."""
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
            f"bias={self.bias is not None}"
        )


class RMSNorm(_ExampleNorm):
    """Divide by the root of the mean square over the last axes; see `LayerNorm`.

    Parameters
    ----------
    normalized_shape, device, dtype
        See `LayerNorm`.
    eps : float, optional
        Added to the mean square; by default the spacing of floats at 1, see
        `functional.rms_norm`.
    elementwise_affine : bool, default True
        Whether there is a weight.

    Attributes
    ----------
    weight : Parameter of shape normalized_shape, or None
        Ones at first.

    Notes
    -----
    Source: Zhang and Sennrich, Root Mean Square Layer Normalization, 2019; PyTorch's
    documentation of `torch.nn.RMSNorm`.
    """

    _function = norm_layer.rms_norm
    _arguments = ("normalized_shape", "weight")

    def __init__(
        self,
        normalized_shape: Ints,
        eps: float | None = None,
        elementwise_affine: bool = True,
        device: Any = None,
        dtype: npt.DTypeLike | None = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = _read_normalized_shape(normalized_shape)
        self.eps = eps
        if eps is not None:
            read_number(eps, "eps", least=0)
        self.elementwise_affine = read_flag(elementwise_affine, "elementwise_affine")
        self._add_parameters(
            "normalized_shape", self.normalized_shape, device, dtype, weight=self.elementwise_affine
        )

    def extra_repr(self) -> str:
        """Return what stands between the parentheses of the repr."""
        return (
            f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"
        )


def _read_normalized_shape(value: Ints) -> Sizes:
    shape = read_integers(value, "normalized_shape", least=0, most=LARGEST_SIZE)
    if not shape:
        raise ValueError(f"normalized_shape must be of one axis or more; got {show(value)}")
    return shape
