"""Activations that are layers: ReLU, LeakyReLU, PReLU, ELU, Softmax."""

from __future__ import annotations

from typing import Any

from refimpl.errors import must
from refimpl.ops.activation import prelu
from refimpl.ops.array import Array, Sizes, Vjp
from refimpl.tf._src import activations
from refimpl.tf._src.arguments import axis_in, integer, integers, number
from refimpl.tf._src.layers.layer import Layer, fill, made, refuse
from refimpl.tf._src.variable import Variable

__all__ = ["ELU", "LeakyReLU", "PReLU", "ReLU", "Softmax"]


class ReLU(Layer):
    """x above the threshold, `negative_slope * (x - threshold)` below, at most max_value.

    Parameters
    ----------
    max_value : float, optional
        The ceiling; at least 0.
    negative_slope : float
        The slope below the threshold; at least 0.
    threshold : float
        Where x begins to count; at least 0.
    **kwargs : object
        See `Layer`.
    """

    def __init__(
        self, max_value: Any = None, negative_slope: Any = 0.0, threshold: Any = 0.0, **kwargs: Any
    ) -> None:
        self.max_value = None if max_value is None else _not_negative(max_value, "max_value")
        self.negative_slope = _not_negative(negative_slope, "negative_slope")
        self.threshold = _not_negative(threshold, "threshold")
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
        return activations.relu.with_vjp(
            x,
            negative_slope=self.negative_slope,
            max_value=self.max_value,
            threshold=self.threshold,
        )


class LeakyReLU(Layer):
    """x where positive and `negative_slope * x` elsewhere.

    Parameters
    ----------
    negative_slope : float
        The slope at and below 0; at least 0.
    **kwargs : object
        See `Layer`.
    """

    def __init__(self, negative_slope: Any = 0.3, **kwargs: Any) -> None:
        self.negative_slope = _not_negative(negative_slope, "negative_slope")
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
        return activations.leaky_relu.with_vjp(x, negative_slope=self.negative_slope)


class PReLU(Layer):
    """x where positive and `alpha * x` elsewhere, with an alpha that is learned.

    Parameters
    ----------
    alpha_initializer : str or callable
        Of alpha, which has one value for each element of an example.
    alpha_regularizer, alpha_constraint : None
        Not offered.
    shared_axes : int or sequence of int, optional
        Axes of the input along which one alpha serves all.
    **kwargs : object
        See `Layer`.
    """

    def __init__(
        self,
        alpha_initializer: Any = "Zeros",
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: Any = None,
        **kwargs: Any,
    ) -> None:
        self.alpha_initializer = made(alpha_initializer, "alpha_initializer")
        refuse(alpha_regularizer=alpha_regularizer, alpha_constraint=alpha_constraint)
        given = None if shared_axes is None else integers(shared_axes, "shared_axes")
        self.shared_axes = None if given is None else list(given)
        super().__init__(**kwargs)
        self.alpha: Variable | None = None

    def build(self, input_shape: Sizes) -> None:
        """Make alpha.

        Parameters
        ----------
        input_shape : tuple of int
            All sizes but the first count, and those of shared axes.
        """
        must(not self.built, "input_shape", "given once: the layer is built already", input_shape)
        shape = self._alpha_shape(input_shape)
        sized = tuple(integer(size, "input_shape", least=1) for size in shape)
        self.alpha = self.add_weight("alpha", sized, self.alpha_initializer)
        self.built = True

    def check_input(self, shape: Sizes) -> None:
        """Refuse a shape that alpha does not fit.

        Parameters
        ----------
        shape : tuple of int
            The input's shape.
        """
        must(len(shape) >= 2, "inputs", "of rank 2 or more", shape)
        found = self._alpha_shape(shape)
        must(min(found) > 0, "inputs", "not empty in any axis but the first", shape)
        if self.alpha is not None:
            must(
                found == self.alpha.shape,
                "inputs",
                f"of a shape that alpha's {self.alpha.shape} "
                f"fits, with shared_axes={self.shared_axes}",
                shape,
            )

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
        alpha = self.computed(self.alpha)
        assert alpha is not None
        # Keras writes relu(x) - alpha * relu(-x), of which neither term has a slope at 0.
        output, inner = prelu(x, alpha, kink="flat")

        def vjp(cotangent: Array) -> tuple[Array]:
            x_bar, alpha_bar = inner(cotangent)
            fill(self.alpha, alpha_bar)
            return (x_bar,)

        return output, vjp

    def _alpha_shape(self, input_shape: Sizes) -> Sizes:
        rank = len(input_shape)
        # Keras takes axis 0 and negative axes for others than they are; here they are refused.
        shared = self.shared_axes or ()
        allowed = f"axes from 1 to {rank - 1}"
        must(all(0 < axis < rank for axis in shared), "shared_axes", allowed, self.shared_axes)
        return tuple(1 if axis in shared else input_shape[axis] for axis in range(1, rank))


class ELU(Layer):
    """x where positive and `alpha * (exp(x) - 1)` elsewhere.

    Parameters
    ----------
    alpha : float
        The limit at minus infinity is -alpha.
    **kwargs : object
        See `Layer`.
    """

    def __init__(self, alpha: Any = 1.0, **kwargs: Any) -> None:
        self.alpha = number(alpha, "alpha")
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
        return activations.elu.with_vjp(x, alpha=self.alpha)


class Softmax(Layer):
    """`exp(x)`, divided by its sum over an axis or over several.

    Parameters
    ----------
    axis : int or sequence of int
        The axis or axes of the classes.
    **kwargs : object
        See `Layer`.
    """

    def __init__(self, axis: Any = -1, **kwargs: Any) -> None:
        integers(axis, "axis")
        self.axis = axis
        super().__init__(**kwargs)
        self.built = True

    def check_input(self, shape: Sizes) -> None:
        """Refuse a shape without the axis.

        Parameters
        ----------
        shape : tuple of int
            The input's shape.
        """
        for axis in integers(self.axis, "axis"):
            axis_in(axis, "axis", len(shape))

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
        return activations.softmax.with_vjp(x, axis=self.axis)


def _not_negative(value: Any, name: str) -> float:
    must(value is not None, name, "a number of at least 0", value)
    found = number(value, name)
    must(found >= 0, name, "at least 0", value)
    return found
