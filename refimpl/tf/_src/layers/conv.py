"""Conv1D, Conv2D, Conv3D and DepthwiseConv2D."""

from __future__ import annotations

from typing import Any

from refimpl._arguments import LARGEST_SIZE, read_choice, read_flag, read_integer, read_sizes
from refimpl._show import show
from refimpl.ops import windows
from refimpl.ops.array import Array, Pairs, Sizes, Vjp
from refimpl.tf._src import activations
from refimpl.tf._src.layers.layer import (
    Layer,
    reject_unsupported,
    resolve_initializer,
    store_gradient,
    with_defaults,
)
from refimpl.tf._src.layout import Layout, check_window_fits, read_channels_last, same_padding
from refimpl.tf._src.nn.conv import convolve
from refimpl.tf._src.variable import Variable

__all__ = ["Conv1D", "Conv2D", "Conv3D", "DepthwiseConv2D"]


class _WindowedLayer(Layer):
    """What all four share: the window, the bias, the activation."""

    rank: int
    paddings: tuple[str, ...] = ("valid", "same")

    kernel: Variable | None = None
    bias: Variable | None = None

    def _set_window(
        self, kernel_size: Any, strides: Any, padding: Any, data_format: Any, dilation_rate: Any
    ) -> None:
        self.kernel_size = read_sizes(kernel_size, "kernel_size", self.rank)
        self.strides = read_sizes(strides, "strides", self.rank)
        self.padding = padding.lower() if isinstance(padding, str) else padding
        read_choice(self.padding, "padding", self.paddings)
        self._layout = Layout(self.rank, read_channels_last(data_format))
        self.data_format = self._layout.data_format
        self.dilation_rate = read_sizes(dilation_rate, "dilation_rate", self.rank)

    def _set_output(self, activation: Any, use_bias: bool, bias_initializer: Any) -> None:
        self.activation = activations.resolve(activation)
        self.bias_initializer = resolve_initializer(bias_initializer, "bias_initializer")
        self.use_bias = read_flag(use_bias, "use_bias")

    def _check_shape(self, shape: Sizes) -> None:
        if len(shape) != self.rank + 2:
            raise ValueError(f"inputs must be of rank {self.rank + 2}; got {shape}")
        channels = self._layout.channels(shape)
        if channels < 1:
            raise ValueError(f"inputs must be of one channel or more; got {shape}")
        if self.kernel is not None and channels != self._input_channels(self.kernel.shape):
            raise ValueError(
                f"inputs must be of {self._input_channels(self.kernel.shape)} channels "
                f"({self.data_format}); got {shape}"
            )
        spatial = self._layout.spatial(shape)
        window = (self.kernel_size, self.strides, self.dilation_rate)
        check_window_fits("inputs", spatial, "kernel_size", *window, self._pad(spatial))

    def _input_channels(self, kernel_shape: Sizes) -> int:
        return kernel_shape[-2]

    def _pad(self, spatial: Sizes) -> Pairs:
        if self.padding == "same":
            return same_padding(spatial, self.kernel_size, self.strides, self.dilation_rate)
        if self.padding == "causal":
            return (windows.causal_padding(self.kernel_size[0], self.dilation_rate[0]),)
        return ((0, 0),) * self.rank

    def _channels_to_build(self, input_shape: Sizes) -> int:
        if len(input_shape) != self.rank + 2:
            raise ValueError(f"input_shape must be of rank {self.rank + 2}; got {input_shape}")
        return read_integer(self._layout.channels(input_shape), "input_shape", least=1)

    def _convolve(self, x: Array, groups: int, depthwise: bool = False) -> tuple[Array, Vjp]:
        kernel, bias = self._cast_to_compute(self.kernel), self._cast_to_compute(self.bias)
        assert kernel is not None
        padding = self._pad(self._layout.spatial(x.shape))
        window = (self.strides, padding, self.dilation_rate)
        before, convolution_vjp = convolve(
            x, kernel, bias, *window, groups, self._layout, depthwise=depthwise
        )
        output, activation_vjp = self.activation.with_vjp(before)

        def vjp(cotangent: Array) -> tuple[Array]:
            x_bar, kernel_bar, bias_bar = convolution_vjp(activation_vjp(cotangent)[0])
            store_gradient(self.kernel, kernel_bar)
            store_gradient(self.bias, bias_bar)
            return (x_bar,)

        return output, vjp


class _Conv(_WindowedLayer):
    """A convolution whose kernel mixes the channels of a group."""

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        groups: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        self.filters = read_integer(filters, "filters", least=1, most=LARGEST_SIZE)
        self.groups = read_integer(groups, "groups", least=1, most=LARGEST_SIZE)
        if self.filters % self.groups:
            raise ValueError(f"filters must be a multiple of groups, {groups}; got {show(filters)}")
        self.kernel_initializer = resolve_initializer(kernel_initializer, "kernel_initializer")
        reject_unsupported(
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
        )
        self._set_window(kernel_size, strides, padding, data_format, dilation_rate)
        self._set_output(activation, use_bias, bias_initializer)
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                f"strides must be 1 where dilation_rate is above 1, here {self.dilation_rate}; "
                f"got {show(strides)}"
            )

    def _add_weights(self, input_shape: Sizes) -> None:
        channels = self._channels_to_build(input_shape)
        self._check_groups(channels, input_shape)
        shape = (*self.kernel_size, channels // self.groups, self.filters)
        self.kernel = self.add_weight("kernel", shape, self.kernel_initializer)
        if self.use_bias:
            self.bias = self.add_weight("bias", (self.filters,), self.bias_initializer)

    def _check_shape(self, shape: Sizes) -> None:
        super()._check_shape(shape)
        self._check_groups(self._layout.channels(shape), shape)

    def _check_groups(self, channels: int, shape: Sizes) -> None:
        if channels % self.groups:
            raise ValueError(
                f"inputs must be of channels that groups={self.groups} divides; got {shape}"
            )

    def _input_channels(self, kernel_shape: Sizes) -> int:
        return kernel_shape[-2] * self.groups

    def _forward(self, x: Array, training: bool) -> tuple[Array, Vjp]:
        return self._convolve(x, self.groups)


class Conv1D(_Conv):
    """One-dimensional convolution; see `Conv2D` for the parameters.

    Padding may also be 'causal': it pads the start alone, so that no output sees a later input.
    """

    rank = 1
    paddings = ("valid", "same", "causal")


class Conv2D(_Conv):
    """Two-dimensional convolution.

    Parameters
    ----------
    filters : int
        Channels of the output.
    kernel_size, strides, dilation_rate : int or tuple of two int
        Taps of the window, its step, and the step between its taps; one of the last two is 1.
    padding : {'valid', 'same'}
        'same' makes ceil(size / stride) windows fit, with an odd unit of padding at the end.
    data_format : {'channels_last', 'channels_first'}, optional
        Layout of input and output; None is channels last.
    groups : int
        Blocks of channels that are convolved apart.
    activation : str, callable or None
        Applied to the output.
    use_bias : bool
        Whether a bias is added.
    kernel_initializer, bias_initializer : str or callable
        Of the kernel (kH, kW, C/groups, filters) and the bias (filters,).
    """

    rank = 2
    __init__ = with_defaults(_Conv.__init__, strides=(1, 1), dilation_rate=(1, 1))


class Conv3D(_Conv):
    """Three-dimensional convolution; see `Conv2D` for the parameters."""

    rank = 3
    __init__ = with_defaults(_Conv.__init__, strides=(1, 1, 1), dilation_rate=(1, 1, 1))


class DepthwiseConv2D(_WindowedLayer):
    """Two-dimensional convolution of every channel with filters of its own.

    See `Conv2D` for the other parameters; strides and dilation_rate may both be above 1.

    Parameters
    ----------
    depth_multiplier : int
        Output channels for each input channel.
    depthwise_initializer, bias_initializer : str or callable
        Of the kernel (kH, kW, C, depth_multiplier) and the bias (C * depth_multiplier,).
    """

    rank = 2

    def __init__(
        self,
        kernel_size: Any,
        strides: Any = (1, 1),
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: Any = (1, 1),
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        self.depth_multiplier = read_integer(
            depth_multiplier, "depth_multiplier", least=1, most=LARGEST_SIZE
        )
        self.depthwise_initializer = resolve_initializer(
            depthwise_initializer, "depthwise_initializer"
        )
        reject_unsupported(
            depthwise_regularizer=depthwise_regularizer,
            bias_regularizer=bias_regularizer,
            depthwise_constraint=depthwise_constraint,
            bias_constraint=bias_constraint,
        )
        self._set_window(kernel_size, strides, padding, data_format, dilation_rate)
        self._set_output(activation, use_bias, bias_initializer)
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)

    def _add_weights(self, input_shape: Sizes) -> None:
        channels = self._channels_to_build(input_shape)
        shape = (*self.kernel_size, channels, self.depth_multiplier)
        self.kernel = self.add_weight("kernel", shape, self.depthwise_initializer)
        if self.use_bias:
            outputs = channels * self.depth_multiplier
            self.bias = self.add_weight("bias", (outputs,), self.bias_initializer)

    def _forward(self, x: Array, training: bool) -> tuple[Array, Vjp]:
        assert self.kernel is not None
        return self._convolve(x, self.kernel.shape[-2], depthwise=True)
