"""Convolution layers (torch.nn.Conv1d, Conv2d, Conv3d)."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from refimpl._arguments import new_array, read_choice, read_flag, read_size, read_sizes
from refimpl.ops.array import Array
from refimpl.torch._src.arguments import Ints, read_companion, read_spatial
from refimpl.torch._src.functional import conv
from refimpl.torch._src.functional.padding import pad
from refimpl.torch._src.init import fill_bias, fill_weight
from refimpl.torch._src.modules.function import FunctionModule
from refimpl.torch._src.modules.module import parameter_dtype
from refimpl.torch._src.parameter import Parameter

__all__ = ["Conv1d", "Conv2d", "Conv3d"]

PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


class _ConvNd(FunctionModule):
    """What the convolutions of one, two and three spatial axes share."""

    _n: ClassVar[int]
    _arguments = ("weight", "bias")
    _options = ("stride", "padding", "dilation", "groups")

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Ints,
        stride: Ints = 1,
        padding: conv.Padding = 0,
        dilation: Ints = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: npt.DTypeLike | None = None,
    ) -> None:
        n = self._n
        in_channels = read_size(in_channels, "in_channels")
        out_channels = read_size(out_channels, "out_channels")
        groups = read_size(groups, "groups")
        for name, count in (("in_channels", in_channels), ("out_channels", out_channels)):
            if count % groups:
                raise ValueError(f"{name} must be divisible by groups, {groups}; got {count}")
        kernel = read_sizes(kernel_size, "kernel_size", n)
        strides = read_sizes(stride, "stride", n)
        dilations = read_sizes(dilation, "dilation", n)
        read_choice(padding_mode, "padding_mode", PADDING_MODES)
        if isinstance(padding, str):
            conv.read_padding(padding, kernel, kernel, strides, dilations)
        else:
            padding = read_sizes(padding, "padding", n, least=0)
        biased = read_flag(bias, "bias")
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
        self.weight = Parameter(
            new_array(
                (out_channels, in_channels // groups, *kernel),
                real,
                "in_channels, out_channels and kernel_size",
            )
        )
        self.register_parameter("bias", Parameter(np.empty(out_channels, real)) if biased else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weight and bias anew."""
        fill_weight(self.weight)
        fill_bias(self.bias, self.weight)

    def forward(self, input: Array) -> Any:
        """Return the input, padded in the layer's mode, convolved; see `functional.conv2d`.

        Parameters
        ----------
        input : (N, C, *S) or (C, *S) array
            In the dtype of the weight.
        """
        if self.padding_mode == "zeros":
            return super().forward(input)
        x, _ = read_spatial(input, self._n)
        read_companion(self.weight, "weight", x)
        pairs = conv.read_padding(
            self.padding, self.kernel_size, self.kernel_size, self.stride, self.dilation
        )
        widths = [width for pair in reversed(pairs) for width in pair]
        padded, pad_vjp = pad.with_vjp(x, widths, self.padding_mode)
        output, conv_vjp = type(self)._function.with_vjp(
            padded,
            self.weight,
            self.bias,
            stride=self.stride,
            dilation=self.dilation,
            groups=self.groups,
        )

        def vjp(cotangent: Array) -> tuple[Any, ...]:
            padded_bar, weight_bar, bias_bar = conv_vjp(cotangent)
            return pad_vjp(padded_bar)[0], weight_bar, bias_bar

        return self._remember(output, vjp, (input, self.weight, self.bias))

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
    _function = conv.conv1d


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

    Notes
    -----
    Both parameters are drawn uniformly from ±1 / sqrt(fan in). Source: PyTorch's documentation
    of `torch.nn.Conv2d`.
    """

    _n = 2
    _function = conv.conv2d


class Conv3d(_ConvNd):
    """Correlate with learned kernels over three spatial axes; see `Conv2d` for the parameters."""

    _n = 3
    _function = conv.conv3d
