"""Dense and Flatten."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from refimpl._arguments import LARGEST_SIZE, check_count, read_flag, read_integer
from refimpl.ops import linear
from refimpl.ops.array import Array, Sizes, Vjp
from refimpl.tf._src import activations
from refimpl.tf._src.layers.layer import (
    Layer,
    reject_unsupported,
    resolve_initializer,
    store_gradient,
)
from refimpl.tf._src.layout import read_channels_last
from refimpl.tf._src.variable import Variable

__all__ = ["Dense", "Flatten"]


class Dense(Layer):
    """The affine map of the last axis, then an activation.

    Parameters
    ----------
    units : int
        Features of the output.
    activation : str, callable or None
        Applied to the output.
    use_bias : bool
        Whether a bias is added.
    kernel_initializer, bias_initializer : str or callable
        Of the kernel (I, units) and the bias (units,).
    kernel_constraint, bias_constraint, lora_rank, lora_alpha, quantization_config : None
        Not offered.

    Notes
    -----
    Inputs are (N, *, I), outputs (N, *, units). Keras' page `Dense`.
    """

    kernel: Variable | None = None
    bias: Variable | None = None

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: Any = None,
        lora_alpha: Any = None,
        quantization_config: Any = None,
        **kwargs: Any,
    ) -> None:
        self.units = read_integer(units, "units", least=1, most=LARGEST_SIZE)
        self.activation = activations.resolve(activation)
        self.kernel_initializer = resolve_initializer(kernel_initializer, "kernel_initializer")
        self.bias_initializer = resolve_initializer(bias_initializer, "bias_initializer")
        reject_unsupported(
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
            lora_rank=lora_rank,
            lora_alpha=lora_alpha,
            quantization_config=quantization_config,
        )
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.use_bias = read_flag(use_bias, "use_bias")

    def _add_weights(self, input_shape: Sizes) -> None:
        if len(input_shape) < 2:
            raise ValueError(f"input_shape must be of rank 2 or more; got {input_shape}")
        features = read_integer(input_shape[-1], "input_shape", least=1)
        self.kernel = self.add_weight("kernel", (features, self.units), self.kernel_initializer)
        if self.use_bias:
            self.bias = self.add_weight("bias", (self.units,), self.bias_initializer)

    def _check_shape(self, shape: Sizes) -> None:
        if len(shape) < 2:
            raise ValueError(f"inputs must be of rank 2 or more; got {shape}")
        if shape[-1] < 1:
            raise ValueError(f"inputs must be of one feature or more; got {shape}")
        if self.kernel is not None and shape[-1] != self.kernel.shape[0]:
            features = self.kernel.shape[0]
            raise ValueError(f"inputs must be of {features} features on the last axis; got {shape}")

    def _forward(self, x: Array, training: bool) -> tuple[Array, Vjp]:
        kernel, bias = self._cast_to_compute(self.kernel), self._cast_to_compute(self.bias)
        assert kernel is not None
        before, linear_vjp = linear.linear(x, kernel.T, bias)
        output, activation_vjp = self.activation.with_vjp(before)

        def vjp(cotangent: Array) -> tuple[Array]:
            x_bar, kernel_bar, bias_bar = linear_vjp(activation_vjp(cotangent)[0])
            store_gradient(self.kernel, kernel_bar.T)
            store_gradient(self.bias, bias_bar)
            return (x_bar,)

        return output, vjp

    def _read_inputs(self, inputs: Any) -> Array:
        # Integers are multiplied by a float kernel, so they become floats too.
        array = inputs
        if isinstance(array, np.ndarray | np.generic) and array.dtype.kind in "iu":
            check_count(array, "inputs")
            array = array.astype(np.float32)
        return super()._read_inputs(array)


class Flatten(Layer):
    """Make one axis of all but the first.

    Parameters
    ----------
    data_format : {'channels_last', 'channels_first'}, optional
        With channels_first the channels are moved last before.
    """

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        self.data_format = "channels_last" if read_channels_last(data_format) else "channels_first"
        super().__init__(**kwargs)

    def _check_shape(self, shape: Sizes) -> None:
        if not shape:
            raise ValueError(f"inputs must be of rank 1 or more; got {shape}")

    def _forward(self, x: Array, training: bool) -> tuple[Array, Vjp]:
        turned = self.data_format == "channels_first" and x.ndim > 1
        moved = np.moveaxis(x, 1, -1) if turned else x

        def vjp(cotangent: Array) -> tuple[Array]:
            bar = cotangent.reshape(moved.shape)
            return (np.moveaxis(bar, -1, 1) if turned else bar,)

        return moved.reshape(x.shape[0], math.prod(x.shape[1:])), vjp
