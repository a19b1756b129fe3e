"""Dense, Flatten and Activation."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from refimpl.errors import must
from refimpl.ops.array import Array, Sizes, Vjp
from refimpl.ops.linear import linear
from refimpl.tf._src import activations
from refimpl.tf._src.arguments import flag, integer
from refimpl.tf._src.layers.layer import Layer, fill, made, refuse
from refimpl.tf._src.layout import channels_last_from
from refimpl.tf._src.variable import Variable

__all__ = ["Activation", "Dense", "Flatten"]


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
    kernel_regularizer, bias_regularizer, activity_regularizer : None
        Not offered, as are constraints, `lora_rank`, `lora_alpha`, `quantization_config`.
    kernel_constraint, bias_constraint, lora_rank, lora_alpha, quantization_config : None
        Not offered.
    **kwargs : object
        See `Layer`.

    Notes
    -----
    Inputs are (N, *, I), outputs (N, *, units). Keras' page `Dense`.
    """

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
        self.units = integer(units, "units", least=1)
        self.activation = activations.get(activation)
        self.kernel_initializer = made(kernel_initializer, "kernel_initializer")
        self.bias_initializer = made(bias_initializer, "bias_initializer")
        refuse(
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
            lora_rank=lora_rank,
            lora_alpha=lora_alpha,
            quantization_config=quantization_config,
        )
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.use_bias = flag(use_bias, "use_bias")
        self.kernel: Variable | None = None
        self.bias: Variable | None = None

    def build(self, input_shape: Sizes) -> None:
        """Make the kernel and the bias.

        Parameters
        ----------
        input_shape : tuple of int
            Only the last size counts.
        """
        must(not self.built, "input_shape", "given once: the layer is built already", input_shape)
        must(len(input_shape) >= 2, "input_shape", "of rank 2 or more", input_shape)
        features = integer(input_shape[-1], "input_shape", least=1)
        self.kernel = self.add_weight("kernel", (features, self.units), self.kernel_initializer)
        if self.use_bias:
            self.bias = self.add_weight("bias", (self.units,), self.bias_initializer)
        self.built = True

    def check_input(self, shape: Sizes) -> None:
        """Refuse a vector, and another number of features than before.

        Parameters
        ----------
        shape : tuple of int
            The input's shape.
        """
        must(len(shape) >= 2, "inputs", "of rank 2 or more", shape)
        must(shape[-1] > 0, "inputs", "of one feature or more", shape)
        if self.kernel is not None:
            features = self.kernel.shape[0]
            must(shape[-1] == features, "inputs", f"of {features} features on the last axis", shape)

    def forward(self, x: Array, training: bool) -> tuple[Array, Vjp]:
        """Multiply by the kernel, add the bias, activate.

        Parameters
        ----------
        x : array of shape (N, *, I)
            The input.
        training : bool
            Without effect.

        Returns
        -------
        output : array of shape (N, *, units)
        vjp : callable
        """
        kernel, bias = self.computed(self.kernel), self.computed(self.bias)
        assert kernel is not None
        before, linear_vjp = linear(x, kernel.T, bias)
        output, activation_vjp = self.activation.with_vjp(before)

        def vjp(cotangent: Array) -> tuple[Array]:
            x_bar, kernel_bar, bias_bar = linear_vjp(activation_vjp(cotangent)[0])
            fill(self.kernel, kernel_bar.T)
            fill(self.bias, bias_bar)
            return (x_bar,)

        return output, vjp

    def _checked_input(self, inputs: Any) -> Array:
        # Integers are multiplied by a float kernel, so they become floats too.
        array = np.asarray(inputs) if hasattr(inputs, "dtype") else inputs
        if isinstance(array, np.ndarray) and array.dtype.kind in "iu":
            array = array.astype(np.float32)
        return super()._checked_input(array)


class Activation(Layer):
    """An activation as a layer.

    Parameters
    ----------
    activation : str, callable or None
        A name or a function of `keras.activations`.
    **kwargs : object
        See `Layer`.
    """

    def __init__(self, activation: Any, **kwargs: Any) -> None:
        self.activation = activations.get(activation)
        super().__init__(**kwargs)
        self.built = True

    def forward(self, x: Array, training: bool) -> tuple[Array, Vjp]:
        """Activate.

        Parameters
        ----------
        x : array
            The input.
        training : bool
            Without effect.

        Returns
        -------
        output : array of x's shape
        vjp : callable
        """
        return self.activation.with_vjp(x)


class Flatten(Layer):
    """Make one axis of all but the first.

    Parameters
    ----------
    data_format : {'channels_last', 'channels_first'}, optional
        With channels_first the channels are moved last before.
    **kwargs : object
        See `Layer`.
    """

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        self.data_format = "channels_last" if channels_last_from(data_format) else "channels_first"
        super().__init__(**kwargs)

    def check_input(self, shape: Sizes) -> None:
        """Refuse a scalar.

        Parameters
        ----------
        shape : tuple of int
            The input's shape.
        """
        must(len(shape) >= 1, "inputs", "of rank 1 or more", shape)

    def forward(self, x: Array, training: bool) -> tuple[Array, Vjp]:
        """Reshape.

        Parameters
        ----------
        x : array of shape (N, *)
            The input.
        training : bool
            Without effect.

        Returns
        -------
        output : array of shape (N, product of the other sizes)
        vjp : callable
        """
        turned = self.data_format == "channels_first" and x.ndim > 1
        moved = np.moveaxis(x, 1, -1) if turned else x
        flat = (x.shape[0], math.prod(x.shape[1:]))

        def vjp(cotangent: Array) -> tuple[Array]:
            bar = cotangent.reshape(moved.shape)
            return (np.moveaxis(bar, -1, 1) if turned else bar,)

        return moved.reshape(flat), vjp
