"""Activations that are layers."""

from __future__ import annotations

from typing import Any

from refimpl._arguments import read_axis, read_integer, read_integers, read_number
from refimpl.ops import activation as ops
from refimpl.ops.array import Array, Sizes, Vjp
from refimpl.tf._src import activations
from refimpl.tf._src.layers.layer import (
    Layer,
    reject_unsupported,
    resolve_initializer,
    store_gradient,
)
from refimpl.tf._src.variable import Variable

__all__ = ["ELU", "Activation", "LeakyReLU", "PReLU", "ReLU", "Softmax"]


class Activation(Layer):
    """An activation as a layer.

    Parameters
    ----------
    activation : str, callable or None
        A name or a function of `keras.activations`.
    """

    def __init__(self, activation: Any, **kwargs: Any) -> None:
        self.activation = activations.resolve(activation)
        super().__init__(**kwargs)
        self.built = True

    def _forward(self, x: Array, training: bool) -> tuple[Array, Vjp]:
        return self.activation.with_vjp(x)


class ReLU(Layer):
    """A layer of the function, with parameters of at least 0; see `keras.activations.relu`."""

    def __init__(
        self, max_value: Any = None, negative_slope: Any = 0.0, threshold: Any = 0.0, **kwargs: Any
    ) -> None:
        self.max_value = None if max_value is None else _read_not_negative(max_value, "max_value")
        self.negative_slope = _read_not_negative(negative_slope, "negative_slope")
        self.threshold = _read_not_negative(threshold, "threshold")
        super().__init__(**kwargs)
        self.built = True

    def _forward(self, x: Array, training: bool) -> tuple[Array, Vjp]:
        return activations.relu.with_vjp(x, self.negative_slope, self.max_value, self.threshold)


class LeakyReLU(Layer):
    """A layer of the function, with a slope of at least 0; see `keras.activations.leaky_relu`."""

    def __init__(self, negative_slope: Any = 0.3, **kwargs: Any) -> None:
        self.negative_slope = _read_not_negative(negative_slope, "negative_slope")
        super().__init__(**kwargs)
        self.built = True

    def _forward(self, x: Array, training: bool) -> tuple[Array, Vjp]:
        return activations.leaky_relu.with_vjp(x, self.negative_slope)


class PReLU(Layer):
    """x where positive and `alpha * x` elsewhere, with an alpha that is learned.

    Parameters
    ----------
    alpha_initializer : str or callable
        Of alpha, which has one value for each element of an example.
    shared_axes : int or sequence of int, optional
        Axes of the input along which one alpha serves all.
    """

    def __init__(
        self,
        alpha_initializer: Any = "Zeros",
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: Any = None,
        **kwargs: Any,
    ) -> None:
        self.alpha_initializer = resolve_initializer(alpha_initializer, "alpha_initializer")
        reject_unsupported(alpha_regularizer=alpha_regularizer, alpha_constraint=alpha_constraint)
        self.shared_axes: list[int] | None = None
        if shared_axes is not None:
            self.shared_axes = list(read_integers(shared_axes, "shared_axes"))
        super().__init__(**kwargs)
        self.alpha: Variable | None = None

    def _add_weights(self, input_shape: Sizes) -> None:
        shape = tuple(
            read_integer(size, "input_shape", least=1) for size in self._alpha_shape(input_shape)
        )
        self.alpha = self.add_weight("alpha", shape, self.alpha_initializer)

    def _check_shape(self, shape: Sizes) -> None:
        if len(shape) < 2:
            raise ValueError(f"inputs must be of rank 2 or more; got {shape}")
        alpha_shape = self._alpha_shape(shape)
        if min(alpha_shape) < 1:
            raise ValueError(f"inputs must be not empty in any axis but the first; got {shape}")
        if self.alpha is not None and alpha_shape != self.alpha.shape:
            raise ValueError(
                f"inputs must be of a shape that alpha's {self.alpha.shape} fits, with "
                f"shared_axes={self.shared_axes}; got {shape}"
            )

    def _forward(self, x: Array, training: bool) -> tuple[Array, Vjp]:
        alpha = self._cast_to_compute(self.alpha)
        assert alpha is not None
        # Keras writes relu(x) - alpha * relu(-x), of which neither term has a slope at 0.
        output, inner = ops.prelu(x, alpha, kink="flat")

        def vjp(cotangent: Array) -> tuple[Array]:
            x_bar, alpha_bar = inner(cotangent)
            store_gradient(self.alpha, alpha_bar)
            return (x_bar,)

        return output, vjp

    def _alpha_shape(self, input_shape: Sizes) -> Sizes:
        rank = len(input_shape)
        # Keras takes axis 0 and negative axes for others than they are; here they are refused.
        shared = self.shared_axes or ()
        if not all(0 < axis < rank for axis in shared):
            raise ValueError(
                f"shared_axes must be axes from 1 to {rank - 1} of inputs; got {self.shared_axes}"
            )
        return tuple(1 if axis in shared else input_shape[axis] for axis in range(1, rank))


class ELU(Layer):
    """A layer of the function; see `keras.activations.elu`."""

    def __init__(self, alpha: Any = 1.0, **kwargs: Any) -> None:
        self.alpha = read_number(alpha, "alpha")
        super().__init__(**kwargs)
        self.built = True

    def _forward(self, x: Array, training: bool) -> tuple[Array, Vjp]:
        return activations.elu.with_vjp(x, self.alpha)


class Softmax(Layer):
    """A layer of the function; see `keras.activations.softmax`."""

    def __init__(self, axis: Any = -1, **kwargs: Any) -> None:
        read_integers(axis, "axis")
        self.axis = axis
        super().__init__(**kwargs)
        self.built = True

    def _check_shape(self, shape: Sizes) -> None:
        if not shape:
            raise ValueError(f"inputs must be of rank 1 or more; got {shape}")
        for axis in read_integers(self.axis, "axis"):
            read_axis(axis, "axis", len(shape), "inputs")

    def _forward(self, x: Array, training: bool) -> tuple[Array, Vjp]:
        return activations.softmax.with_vjp(x, self.axis)


def _read_not_negative(value: Any, name: str) -> float:
    # ValueError, as in Keras.
    if value is None:
        raise ValueError(f"{name} must be a number of at least 0; got None")
    return read_number(value, name, least=0)
