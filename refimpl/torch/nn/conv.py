"""Convolution layers (torch.nn.Conv1d, Conv2d, Conv3d)."""

from __future__ import annotations

from typing import Any, ClassVar, cast

import numpy as np
import numpy.typing as npt

from refimpl.differentiable import Differentiable
from refimpl.errors import must_be_one_of
from refimpl.ops.array import Array, Sizes
from refimpl.torch.nn import functional, init
from refimpl.torch.nn.functional._arguments import flag, integer, matching, sizes, spatial_input
from refimpl.torch.nn.functional._conv import Ints, Padding, same_padding
from refimpl.torch.nn.module import Module, parameter_dtype
from refimpl.torch.nn.parameter import Parameter

PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


class _ConvNd(Module):
    """What the convolutions of one, two and three spatial axes share."""

    _n: ClassVar[int]
    _function: ClassVar[Differentiable[..., Array]]

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Ints,
        stride: Ints = 1,
        padding: Padding = 0,
        dilation: Ints = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: npt.DTypeLike | None = None,
    ) -> None:
        n = self._n
        in_channels = integer(in_channels, "in_channels", 1)
        out_channels = integer(out_channels, "out_channels", 1)
        groups = integer(groups, "groups", 1)
        for name, count in (("in_channels", in_channels), ("out_channels", out_channels)):
            if count % groups:
                raise ValueError(f"{name} must be divisible by groups, {groups}; got {count}")
        kernel = _entries(kernel_size, "kernel_size", n, 1)
        strides = _entries(stride, "stride", n, 1)
        dilations = _entries(dilation, "dilation", n, 1)
        must_be_one_of(padding_mode, "padding_mode", PADDING_MODES)
        if isinstance(padding, str):
            must_be_one_of(padding, "padding", ("same", "valid"))
            if padding == "same" and strides != (1,) * n:
                raise ValueError(f"padding 'same' needs stride 1; got stride {stride}")
        else:
            padding = _entries(padding, "padding", n, 0)
        real = parameter_dtype(dtype, device)
        super().__init__()
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = kernel
        self.stride = strides
        self.padding = padding
        self.dilation = dilations
        self.transposed = False
        self.output_padding = (0,) * n
        self.groups = groups
        self.padding_mode = padding_mode
        self.weight = Parameter(np.empty((out_channels, in_channels // groups, *kernel), real))
        if flag(bias, "bias"):
            self.bias = Parameter(np.empty(out_channels, real))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weight and bias anew."""
        init.default_weight_(self.weight)
        init.default_bias_(self.bias, self.weight)

    def forward(self, input: Array) -> Array:
        """Convolve.

        Parameters
        ----------
        input : (N, C, *S) or (C, *S) array
            In the dtype of the weight.

        Returns
        -------
        (N, O, *S') or (O, *S') array

        Raises
        ------
        TypeError
            If the dtype is another.
        ValueError
            If the shape does not suit the layer.
        """
        options = {"stride": self.stride, "dilation": self.dilation, "groups": self.groups}
        if self.padding_mode == "zeros":
            return cast(
                "Array",
                self._run(
                    self._function, input, self.weight, self.bias, padding=self.padding, **options
                ),
            )
        x, _ = spatial_input(input, self._n)
        matching(self.weight, "weight", x)
        padded, pad_vjp = functional.pad.with_vjp(x, self._frame(), self.padding_mode)
        result, conv_vjp = self._function.with_vjp(padded, self.weight, self.bias, **options)

        def vjp(cotangent: Array) -> tuple[Any, ...]:
            padded_bar, weight_bar, bias_bar = conv_vjp(cotangent)
            return pad_vjp(padded_bar)[0], weight_bar, bias_bar

        return cast("Array", self._remember(result, vjp, (input, self.weight, self.bias)))

    def _frame(self) -> list[int]:
        """Return the padding as `functional.pad` takes it, the last axis first."""
        if self.padding == "valid":
            return [0, 0] * self._n
        if isinstance(self.padding, str):
            pairs = same_padding(self.kernel_size, self.dilation)
        else:
            pairs = tuple((width, width) for width in self.padding)
        return [width for pair in reversed(pairs) for width in pair]

    def extra_repr(self) -> str:
        """Return what stands between the parentheses of the repr."""
        n = self._n
        shown = [
            f"{self.in_channels}, {self.out_channels}",
            f"kernel_size={self.kernel_size}, stride={self.stride}",
        ]
        if self.padding != (0,) * n:
            shown.append(f"padding={self.padding}")
        if self.dilation != (1,) * n:
            shown.append(f"dilation={self.dilation}")
        if self.groups != 1:
            shown.append(f"groups={self.groups}")
        if self.bias is None:
            shown.append("bias=False")
        if self.padding_mode != "zeros":
            shown.append(f"padding_mode={self.padding_mode}")
        return ", ".join(shown)


class Conv1d(_ConvNd):
    """Correlate with learned kernels along one spatial axis; see `Conv2d` for the parameters."""

    _n = 1
    _function = functional.conv1d


class Conv2d(_ConvNd):
    """Correlate with learned kernels over two spatial axes.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels of the input and of the output, each divisible by `groups`.
    kernel_size : int or tuple of int
        The kernel.
    stride : int or tuple of int, default 1
        The step of the window.
    padding : int, tuple of int, 'same' or 'valid', default 0
        How far each axis is padded on both sides. 'same' keeps the extents and needs stride 1.
    dilation : int or tuple of int, default 1
        The step between the taps of a kernel.
    groups : int, default 1
        Into how many groups, convolved separately, the channels are divided.
    bias : bool, default True
        Whether there is a bias.
    padding_mode : {'zeros', 'reflect', 'replicate', 'circular'}
        What the padding holds.
    device : optional
        Only the CPU.
    dtype : dtype, optional
        Of the parameters, by default float32.

    Attributes
    ----------
    weight : Parameter of shape (out_channels, in_channels / groups, *kernel_size)
    bias : Parameter of shape (out_channels,), or None

    Raises
    ------
    TypeError
        If an argument's type is wrong.
    ValueError
        If an argument is out of its range.

    Notes
    -----
    Both parameters are drawn uniformly from ±1 / sqrt(fan in). Source: PyTorch's documentation
    of `torch.nn.Conv2d`.
    """

    _n = 2
    _function = functional.conv2d


class Conv3d(_ConvNd):
    """Correlate with learned kernels over three spatial axes; see `Conv2d` for the parameters."""

    _n = 3
    _function = functional.conv3d


def _entries(value: Any, name: str, n: int, least: int) -> Sizes:
    """Return n integers; unlike the functions, layers take no sequence of one for n."""
    if isinstance(value, tuple | list) and len(value) != n:
        raise ValueError(f"{name} must be an int or a tuple of {n} ints; got {value!r}")
    return sizes(value, name, n, least)
