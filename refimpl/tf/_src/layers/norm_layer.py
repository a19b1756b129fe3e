"""Keras' normalisations over axes that the caller names: by mean and variance, or mean square."""

from __future__ import annotations

from typing import Any

from refimpl._arguments import read_axis, read_flag, read_integer, read_integers, read_number
from refimpl._show import show
from refimpl.ops import norm_layer
from refimpl.ops.array import Array, Sizes, Vjp
from refimpl.tf._src.layers.layer import (
    Layer,
    reject_unsupported,
    resolve_initializer,
    store_gradient,
)
from refimpl.tf._src.layers.norm import Normalization
from refimpl.tf._src.variable import Variable

__all__ = ["LayerNormalization", "RMSNormalization"]


class LayerNormalization(Normalization):
    """Normalise by the mean and the variance over one or more axes.

    Parameters
    ----------
    axis : int or list of int
        The axes to average over, each once.
    epsilon : float
        Added to the variance under the root.
    center, scale : bool
        Whether there is a beta to add and a gamma to multiply by.
    beta_initializer, gamma_initializer : str or callable
        Of the trainable weights, of the input's shape along the axes. The axes come in the order
        of the numbers as they are written, -1 before 1, but the weights' elements are read in
        the input's order of axes, as in Keras.

    Notes
    -----
    J. L. Ba, J. R. Kiros and G. E. Hinton, *Layer normalization*, 2016; Keras' page
    `LayerNormalization`.
    """

    def __init__(
        self,
        axis: Any = -1,
        epsilon: Any = 0.001,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        self._axes = _read_written_axes(axis)
        self.axis: Any = list(axis) if isinstance(axis, list | tuple) else axis
        reject_unsupported(
            beta_regularizer=beta_regularizer,
            gamma_regularizer=gamma_regularizer,
            beta_constraint=beta_constraint,
            gamma_constraint=gamma_constraint,
        )
        # As in Keras, the input is never cast: a float64 one is computed in float64.
        read_flag(kwargs.pop("autocast", False), "autocast")
        initializers = (beta_initializer, gamma_initializer)
        super().__init__(epsilon, center, scale, *initializers, autocast=False, **kwargs)
        self._shape: Sizes | None = None

    def _add_weights(self, input_shape: Sizes) -> None:
        self._shape = _shape_along(self._axes, input_shape)
        self.axis = list(self._axes)
        self._add_gamma_and_beta(self._shape)

    def _check_shape(self, shape: Sizes) -> None:
        _check_along(self._axes, shape, self._shape)

    def _forward(self, x: Array, training: bool) -> tuple[Array, Vjp]:
        wide, gamma, beta = self._widen(x)
        axes = sorted(_read_axes(self._axes, x.ndim))
        places = tuple(x.shape[axis] for axis in axes)
        output, inner_vjp = norm_layer.layer_norm(
            wide,
            None if gamma is None else gamma.reshape(places),
            None if beta is None else beta.reshape(places),
            axes=tuple(axes),
            epsilon=self.epsilon,
        )
        rounded = output.astype(x.dtype, copy=False).astype(self._compute_dtype, copy=False)

        def vjp(cotangent: Array) -> tuple[Array]:
            bar, *bars = inner_vjp(cotangent.astype(wide.dtype, copy=False))
            for variable, weight_bar in zip((self.gamma, self.beta), bars, strict=True):
                store_gradient(
                    variable, None if weight_bar is None else weight_bar.reshape(self._shape)
                )
            return (bar.astype(x.dtype, copy=False),)

        return rounded, vjp


class RMSNormalization(Layer):
    """Divide by the root of the mean square over the last axes, and multiply by a weight.

    Parameters
    ----------
    axis : int or list of int
        The last axes, or some of them that end with the last. Keras lays the weight along the
        last axes whatever the axes are; others are refused.
    epsilon : float
        Added to the mean square under the root.

    Notes
    -----
    B. Zhang and R. Sennrich, *Root mean square layer normalization*, 2019; Keras' page
    `RMSNormalization`. The weight, `scale`, is of the input's shape along the axes.
    """

    scale: Variable | None = None

    def __init__(self, axis: Any = -1, epsilon: Any = 1e-6, **kwargs: Any) -> None:
        self._axes = _read_written_axes(axis)
        self.axis: Any = axis
        self.epsilon = read_number(epsilon, "epsilon", least=0)
        super().__init__(**kwargs)
        self._shape: Sizes | None = None

    def _add_weights(self, input_shape: Sizes) -> None:
        self._shape = _shape_along(self._axes, input_shape)
        self.axis = list(self._axes)
        self.scale = self.add_weight("scale", self._shape, resolve_initializer("ones", "scale"))

    def _check_shape(self, shape: Sizes) -> None:
        _check_along(self._axes, shape, self._shape)
        if _read_axes(self._axes, len(shape)) != tuple(range(len(shape)))[-len(self._axes) :]:
            raise ValueError(
                f"axis must be the last axes, in their order, of inputs of shape {shape}; "
                f"got {list(self._axes)}"
            )

    def _forward(self, x: Array, training: bool) -> tuple[Array, Vjp]:
        scale = self._cast_to_compute(self.scale)
        assert scale is not None
        output, inner_vjp = norm_layer.rms_norm(
            x,
            scale.astype(x.dtype, copy=False),
            axes=_read_axes(self._axes, x.ndim),
            epsilon=self.epsilon,
        )

        def vjp(cotangent: Array) -> tuple[Array]:
            bar, scale_bar = inner_vjp(cotangent)
            store_gradient(self.scale, scale_bar)
            return (bar,)

        return output, vjp


def _shape_along(axes: Sizes, input_shape: Sizes) -> Sizes:
    """Return an input's shape along some axes, for a weight."""
    _read_axes(axes, len(input_shape))
    return tuple(read_integer(input_shape[axis], "input_shape", least=0) for axis in axes)


def _check_along(axes: Sizes, shape: Sizes, known: Sizes | None) -> None:
    """Refuse inputs that do not have some axes, or other sizes along them than the weights."""
    _read_axes(axes, len(shape))
    if known is not None and tuple(shape[axis] for axis in axes) != known:
        raise ValueError(
            f"inputs must be of shape {known} along the axes {list(axes)}; got {shape}"
        )


def _read_written_axes(axis: Any) -> Sizes:
    """Return one or more axes, sorted by the numbers that they are written as."""
    axes = read_integers(axis, "axis")
    if not axes:
        raise ValueError(f"axis must be one axis or more; got {show(axis)}")
    return tuple(sorted(axes))


def _read_axes(axes: Sizes, ndim: int) -> Sizes:
    """Return axes of an input of `ndim` dimensions, counted from the front."""
    counted = tuple(read_axis(axis, "axis", ndim, "inputs") for axis in axes)
    if len(set(counted)) != len(counted):
        raise ValueError(f"axis must name each axis once; got {list(axes)} of {ndim} dimensions")
    return counted
