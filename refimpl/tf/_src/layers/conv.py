"""Conv1D, Conv2D, Conv3D and DepthwiseConv2D."""

from __future__ import annotations

from typing import Any

from refimpl.errors import must, must_be_one_of
from refimpl.ops.array import Array, Pairs, Sizes, Vjp
from refimpl.tf._src import activations
from refimpl.tf._src.arguments import flag, integer
from refimpl.tf._src.layers.layer import Layer, fill, made, refuse
from refimpl.tf._src.layers.sizes import sizes
from refimpl.tf._src.layout import Layout, channels_last_from, check_output, same_pairs
from refimpl.tf._src.nn.conv import convolve, depthwise
from refimpl.tf._src.variable import Variable

__all__ = ["Conv1D", "Conv2D", "Conv3D", "DepthwiseConv2D"]


class _Convolution(Layer):
    """What the convolutions share: the window, the bias, the activation."""

    rank: int
    paddings: tuple[str, ...] = ("valid", "same")

    def __init__(
        self,
        kernel_size: Any,
        strides: Any,
        padding: Any,
        data_format: Any,
        dilation_rate: Any,
        activation: Any,
        use_bias: bool,
        bias_initializer: Any,
        activity_regularizer: Any,
        **kwargs: Any,
    ) -> None:
        self.kernel_size = sizes(kernel_size, "kernel_size", self.rank)
        self.strides = sizes(strides, "strides", self.rank)
        self.padding = padding.lower() if isinstance(padding, str) else padding
        must_be_one_of(self.padding, "padding", self.paddings)
        self._layout = Layout(self.rank, channels_last_from(data_format))
        self.data_format = "channels_last" if self._layout.channels_last else "channels_first"
        self.dilation_rate = sizes(dilation_rate, "dilation_rate", self.rank)
        self.activation = activations.get(activation)
        self.bias_initializer = made(bias_initializer, "bias_initializer")
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.use_bias = flag(use_bias, "use_bias")
        self.kernel: Variable | None = None
        self.bias: Variable | None = None

    def check_input(self, shape: Sizes) -> None:
        """Refuse another rank, other channels than before, and an input without an output."""
        must(len(shape) == self.rank + 2, "inputs", f"of rank {self.rank + 2}", shape)
        channels = self._layout.channels(shape)
        must(channels > 0, "inputs", "of one channel or more", shape)
        if self.kernel is not None:
            known = self._input_channels(self.kernel.shape)
            must(channels == known, "inputs", f"of {known} channels ({self.data_format})", shape)
        spatial = self._layout.spatial(shape)
        window = (self.kernel_size, self.strides, self.dilation_rate)
        check_output("inputs", spatial, "kernel_size", *window, self._pairs(spatial))

    def _input_channels(self, kernel_shape: Sizes) -> int:
        return kernel_shape[-2]

    def _pairs(self, spatial: Sizes) -> Pairs:
        if self.padding == "same":
            return same_pairs(spatial, self.kernel_size, self.strides, self.dilation_rate)
        if self.padding == "causal":
            return (((self.kernel_size[0] - 1) * self.dilation_rate[0], 0),)
        return ((0, 0),) * self.rank

    def _channels_to_build(self, input_shape: Sizes) -> int:
        must(not self.built, "input_shape", "given once: the layer is built already", input_shape)
        must(
            len(input_shape) == self.rank + 2,
            "input_shape",
            f"of rank {self.rank + 2}",
            input_shape,
        )
        return integer(self._layout.channels(tuple(input_shape)), "input_shape", least=1)

    def _activated(self, convolved: tuple[Array, Vjp]) -> tuple[Array, Vjp]:
        before, convolution_vjp = convolved
        output, activation_vjp = self.activation.with_vjp(before)

        def vjp(cotangent: Array) -> tuple[Array]:
            x_bar, kernel_bar, bias_bar = convolution_vjp(activation_vjp(cotangent)[0])
            fill(self.kernel, kernel_bar)
            fill(self.bias, bias_bar)
            return (x_bar,)

        return output, vjp


class _Conv(_Convolution):
    """A convolution whose kernel mixes the channels of a group."""

    def __init__(
        self,
        filters: Any,
        kernel_size: Any,
        strides: Any,
        padding: Any,
        data_format: Any,
        dilation_rate: Any,
        groups: Any,
        activation: Any,
        use_bias: bool,
        kernel_initializer: Any,
        bias_initializer: Any,
        kernel_regularizer: Any,
        bias_regularizer: Any,
        activity_regularizer: Any,
        kernel_constraint: Any,
        bias_constraint: Any,
        **kwargs: Any,
    ) -> None:
        self.filters = integer(filters, "filters", least=1)
        self.groups = integer(groups, "groups", least=1)
        divides = self.filters % self.groups == 0
        must(divides, "filters", f"a multiple of groups, {groups}", filters)
        self.kernel_initializer = made(kernel_initializer, "kernel_initializer")
        refuse(
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
        )
        super().__init__(
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            bias_initializer,
            activity_regularizer,
            **kwargs,
        )
        must(
            max(self.strides) == 1 or max(self.dilation_rate) == 1,
            "strides",
            f"1 where dilation_rate is above 1, here {self.dilation_rate}",
            strides,
        )

    def build(self, input_shape: Sizes) -> None:
        """Make the kernel (*K, C/groups, filters) and the bias (filters,)."""
        channels = self._channels_to_build(input_shape)
        self._check_groups(channels, input_shape)
        shape = (*self.kernel_size, channels // self.groups, self.filters)
        self.kernel = self.add_weight("kernel", shape, self.kernel_initializer)
        if self.use_bias:
            self.bias = self.add_weight("bias", (self.filters,), self.bias_initializer)
        self.built = True

    def check_input(self, shape: Sizes) -> None:
        """Refuse also channels that the groups do not divide."""
        super().check_input(shape)
        self._check_groups(self._layout.channels(shape), shape)

    def _check_groups(self, channels: int, shape: Sizes) -> None:
        allowed = f"of channels that groups={self.groups} divides"
        must(channels % self.groups == 0, "inputs", allowed, shape)

    def _input_channels(self, kernel_shape: Sizes) -> int:
        return kernel_shape[-2] * self.groups

    def forward(self, x: Array, training: bool) -> tuple[Array, Vjp]:
        """Convolve, add the bias, activate."""
        kernel = self.computed(self.kernel)
        assert kernel is not None
        return self._activated(
            convolve(
                x,
                kernel,
                self.computed(self.bias),
                self.strides,
                self._pairs(self._layout.spatial(x.shape)),
                self.dilation_rate,
                self.groups,
                self._layout,
            )
        )


class Conv1D(_Conv):
    """One-dimensional convolution.

    Parameters
    ----------
    filters : int
        Channels of the output.
    kernel_size, strides, dilation_rate : int or tuple of int
        Taps of the window, its step, and the step between its taps; one of the last two is 1.
    padding : {'valid', 'same', 'causal'}
        'same' makes ceil(size / stride) windows fit, with an odd unit of padding at the end;
        'causal' pads the start alone, so that no output sees a later input.
    data_format : {'channels_last', 'channels_first'}, optional
        Layout of input and output; None is channels last.
    groups : int
        Blocks of channels that are convolved apart.
    activation : str, callable or None
        Applied to the output.
    use_bias : bool
        Whether a bias is added.
    kernel_initializer, bias_initializer : str or callable
        Of the kernel (kW, C/groups, filters) and the bias (filters,).
    kernel_regularizer, bias_regularizer, activity_regularizer : None
        Not offered.
    kernel_constraint, bias_constraint : None
        Not offered.
    **kwargs : object
        See `Layer`.
    """

    rank = 1
    paddings = ("valid", "same", "causal")

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
        super().__init__(
            filters,
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            groups,
            activation,
            use_bias,
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            activity_regularizer,
            kernel_constraint,
            bias_constraint,
            **kwargs,
        )


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
    kernel_regularizer, bias_regularizer, activity_regularizer : None
        Not offered.
    kernel_constraint, bias_constraint : None
        Not offered.
    **kwargs : object
        See `Layer`.
    """

    rank = 2

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = (1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = (1, 1),
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
        super().__init__(
            filters,
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            groups,
            activation,
            use_bias,
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            activity_regularizer,
            kernel_constraint,
            bias_constraint,
            **kwargs,
        )


class Conv3D(_Conv):
    """Three-dimensional convolution.

    Parameters
    ----------
    filters : int
        Channels of the output.
    kernel_size, strides, dilation_rate : int or tuple of three int
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
        Of the kernel (kD, kH, kW, C/groups, filters) and the bias (filters,).
    kernel_regularizer, bias_regularizer, activity_regularizer : None
        Not offered.
    kernel_constraint, bias_constraint : None
        Not offered.
    **kwargs : object
        See `Layer`.
    """

    rank = 3

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = (1, 1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = (1, 1, 1),
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
        super().__init__(
            filters,
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            groups,
            activation,
            use_bias,
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            activity_regularizer,
            kernel_constraint,
            bias_constraint,
            **kwargs,
        )


class DepthwiseConv2D(_Convolution):
    """Two-dimensional convolution of every channel with filters of its own.

    Parameters
    ----------
    kernel_size, strides, dilation_rate : int or tuple of two int
        Taps of the window, its step, and the step between its taps.
    padding : {'valid', 'same'}
        'same' makes ceil(size / stride) windows fit, with an odd unit of padding at the end.
    depth_multiplier : int
        Output channels for each input channel.
    data_format : {'channels_last', 'channels_first'}, optional
        Layout of input and output; None is channels last.
    activation : str, callable or None
        Applied to the output.
    use_bias : bool
        Whether a bias is added.
    depthwise_initializer, bias_initializer : str or callable
        Of the kernel (kH, kW, C, depth_multiplier) and the bias (C * depth_multiplier,).
    depthwise_regularizer, bias_regularizer, activity_regularizer : None
        Not offered.
    depthwise_constraint, bias_constraint : None
        Not offered.
    **kwargs : object
        See `Layer`.
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
        self.depth_multiplier = integer(depth_multiplier, "depth_multiplier", least=1)
        self.depthwise_initializer = made(depthwise_initializer, "depthwise_initializer")
        refuse(
            depthwise_regularizer=depthwise_regularizer,
            bias_regularizer=bias_regularizer,
            depthwise_constraint=depthwise_constraint,
            bias_constraint=bias_constraint,
        )
        super().__init__(
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            bias_initializer,
            activity_regularizer,
            **kwargs,
        )

    def build(self, input_shape: Sizes) -> None:
        """Make the kernel (kH, kW, C, depth_multiplier) and the bias (C * depth_multiplier,).

        Parameters
        ----------
        input_shape : tuple of int
            Only the channels count.
        """
        channels = self._channels_to_build(input_shape)
        shape = (*self.kernel_size, channels, self.depth_multiplier)
        self.kernel = self.add_weight("kernel", shape, self.depthwise_initializer)
        if self.use_bias:
            outputs = channels * self.depth_multiplier
            self.bias = self.add_weight("bias", (outputs,), self.bias_initializer)
        self.built = True

    def forward(self, x: Array, training: bool) -> tuple[Array, Vjp]:
        """Convolve, add the bias, activate.

        Parameters
        ----------
        x : array of shape (N, H, W, C), or (N, C, H, W)
            The input.
        training : bool
            Without effect.

        Returns
        -------
        output : array of shape (N, H', W', C*M), or (N, C*M, H', W')
        vjp : callable
        """
        kernel = self.computed(self.kernel)
        assert kernel is not None
        return self._activated(
            depthwise(
                x,
                kernel,
                self.computed(self.bias),
                self.strides,
                self._pairs(self._layout.spatial(x.shape)),
                self.dilation_rate,
                self._layout,
            )
        )
