"""The normalisation layers of Keras; GroupNormalization of groups=-1 is instance normalisation."""

from __future__ import annotations

from typing import Any

import numpy as np

from refimpl._arguments import read_axis, read_flag, read_integer, read_integers, read_number
from refimpl.dtypes import is_half
from refimpl.ops import norm, norm_layer
from refimpl.ops.array import Array, Sizes, Vjp
from refimpl.tf._src.layers.layer import (
    Layer,
    reject_unsupported,
    resolve_initializer,
    store_gradient,
)
from refimpl.tf._src.nn.norm import normalize_channels
from refimpl.tf._src.variable import Variable

__all__ = [
    "BatchNormalization",
    "GroupNormalization",
    "LayerNormalization",
    "RMSNormalization",
]


class _Normalization(Layer):
    """What the layers with a gamma and a beta share."""

    def __init__(
        self,
        epsilon: Any,
        center: bool,
        scale: bool,
        beta_initializer: Any,
        gamma_initializer: Any,
        **kwargs: Any,
    ) -> None:
        self.epsilon = read_number(epsilon, "epsilon", least=0)
        self.center = read_flag(center, "center")
        self.scale = read_flag(scale, "scale")
        self.beta_initializer = resolve_initializer(beta_initializer, "beta_initializer")
        self.gamma_initializer = resolve_initializer(gamma_initializer, "gamma_initializer")
        super().__init__(**kwargs)
        self.gamma: Variable | None = None
        self.beta: Variable | None = None

    def _add_gamma_and_beta(self, shape: Sizes) -> None:
        if self.scale:
            self.gamma = self.add_weight("gamma", shape, self.gamma_initializer)
        if self.center:
            self.beta = self.add_weight("beta", shape, self.beta_initializer)

    def _widen(self, x: Array) -> tuple[Array, Array | None, Array | None]:
        """Return input, gamma and beta in the dtype computed in: Keras widens half types."""
        dtype = np.dtype(np.float32) if is_half(x.dtype) else x.dtype
        gamma, beta = (
            None if weight is None else weight.value.astype(dtype, copy=False)
            for weight in (self.gamma, self.beta)
        )
        return x.astype(dtype, copy=False), gamma, beta


class _ChannelNormalization(_Normalization):
    """What the layers share whose gamma and beta lie along one axis, that of the channels."""

    def __init__(self, axis: Any, *arguments: Any, **kwargs: Any) -> None:
        self.axis = read_integer(axis, "axis")
        super().__init__(*arguments, **kwargs)
        self._channels: int | None = None

    def _add_weights(self, input_shape: Sizes) -> None:
        axis = read_axis(self.axis, "axis", len(input_shape))
        self._channels = read_integer(input_shape[axis], "input_shape", least=1)
        self._add_gamma_and_beta((self._channels,))

    def _check_shape(self, shape: Sizes) -> None:
        if len(shape) < 2:
            raise ValueError(f"inputs must be of rank 2 or more; got {shape}")
        channels = shape[read_axis(self.axis, "axis", len(shape))]
        if channels < 1:
            raise ValueError(
                f"inputs must be of one channel or more on axis {self.axis}; got {shape}"
            )
        if self._channels is not None and channels != self._channels:
            raise ValueError(
                f"inputs must be of {self._channels} channels on axis {self.axis}; got {shape}"
            )

    def _restore_axis(
        self, x: Array, wide: Array, output: Array, inner_vjp: Vjp
    ) -> tuple[Array, Vjp]:
        """Put the channels back where they were, in the input's dtype."""

        def vjp(cotangent: Array) -> tuple[Array]:
            bar, gamma_bar, beta_bar = inner_vjp(
                np.moveaxis(cotangent.astype(wide.dtype, copy=False), self.axis, 1)
            )
            store_gradient(self.gamma, gamma_bar)
            store_gradient(self.beta, beta_bar)
            return (np.moveaxis(bar, 1, self.axis).astype(x.dtype, copy=False),)

        return np.moveaxis(output, 1, self.axis).astype(x.dtype, copy=False), vjp


class BatchNormalization(_ChannelNormalization):
    """Normalise each channel, by the batch in training and by moving statistics otherwise.

    Parameters
    ----------
    axis : int
        That of the channels.
    momentum : float
        The weight of the old value in the moving statistics.
    epsilon : float
        Added to the variance under the root.
    center, scale : bool
        Whether there is a beta to add and a gamma to multiply by.
    beta_initializer, gamma_initializer : str or callable
        Of the trainable weights (C,).
    moving_mean_initializer, moving_variance_initializer : str or callable
        Of the moving statistics (C,). The variance put into them is the biased one.
    renorm, synchronized : False
        Not offered.
    renorm_clipping, renorm_momentum : object
        Without effect.

    Notes
    -----
    S. Ioffe and C. Szegedy, *Batch normalization*, 2015; Keras' page `BatchNormalization`. A
    layer whose `trainable` is False uses the moving statistics even in training.
    """

    def __init__(
        self,
        axis: int = -1,
        momentum: Any = 0.99,
        epsilon: Any = 0.001,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        renorm: bool = False,
        renorm_clipping: Any = None,
        renorm_momentum: Any = 0.99,
        synchronized: bool = False,
        **kwargs: Any,
    ) -> None:
        self.momentum = read_number(momentum, "momentum", least=0, most=1)
        reject_unsupported(
            beta_regularizer=beta_regularizer,
            gamma_regularizer=gamma_regularizer,
            beta_constraint=beta_constraint,
            gamma_constraint=gamma_constraint,
            renorm=renorm,
            renorm_clipping=renorm_clipping,
            synchronized=synchronized,
        )
        self.moving_mean_initializer = resolve_initializer(
            moving_mean_initializer, "moving_mean_initializer"
        )
        self.moving_variance_initializer = resolve_initializer(
            moving_variance_initializer, "moving_variance_initializer"
        )
        super().__init__(
            axis, epsilon, center, scale, beta_initializer, gamma_initializer, **kwargs
        )
        self.moving_mean: Variable | None = None
        self.moving_variance: Variable | None = None

    def _add_weights(self, input_shape: Sizes) -> None:
        super()._add_weights(input_shape)
        assert self._channels is not None
        shape = (self._channels,)
        self.moving_mean = self.add_weight(
            "moving_mean", shape, self.moving_mean_initializer, trainable=False
        )
        self.moving_variance = self.add_weight(
            "moving_variance", shape, self.moving_variance_initializer, trainable=False
        )

    def _forward(self, x: Array, training: bool) -> tuple[Array, Vjp]:
        wide, gamma, beta = self._widen(x)
        inner = np.moveaxis(wide, self.axis, 1)
        if training and self.trainable:
            (output, mean, variance), vjp = norm.batch_norm(
                inner, gamma, beta, epsilon=self.epsilon
            )
            _move(self.moving_mean, mean, self.momentum)
            _move(self.moving_variance, variance, self.momentum)
        else:
            assert self.moving_mean is not None
            assert self.moving_variance is not None
            moving = (self.moving_mean.value, self.moving_variance.value)
            mean, variance = (value.astype(inner.dtype, copy=False) for value in moving)
            output, vjp = normalize_channels(
                inner, mean, variance, gamma, beta, epsilon=self.epsilon
            )
        return self._restore_axis(x, wide, output, vjp)


class GroupNormalization(_ChannelNormalization):
    """Normalise groups of channels, each example by itself; see `BatchNormalization`.

    Parameters
    ----------
    groups : int
        Into how many groups the channels are parted; -1 gives each channel its own, which is
        instance normalisation.

    Notes
    -----
    Y. Wu and K. He, *Group normalization*, 2018; Keras' page `GroupNormalization`.
    """

    def __init__(
        self,
        groups: int = 32,
        axis: int = -1,
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
        self.groups = read_integer(groups, "groups")
        if self.groups != -1 and self.groups < 1:
            raise ValueError(f"groups must be -1 or at least 1; got {groups!r}")
        reject_unsupported(
            beta_regularizer=beta_regularizer,
            gamma_regularizer=gamma_regularizer,
            beta_constraint=beta_constraint,
            gamma_constraint=gamma_constraint,
        )
        # As in Keras, the input is not cast: a float64 one is computed in float64.
        arrays = (beta_initializer, gamma_initializer)
        super().__init__(axis, epsilon, center, scale, *arrays, autocast=False, **kwargs)

    def _check_shape(self, shape: Sizes) -> None:
        super()._check_shape(shape)
        axis = read_axis(self.axis, "axis", len(shape))
        if axis == 0:
            raise ValueError(f"axis must be another than the batch's; got {self.axis}")
        channels = shape[axis]
        if self.groups != -1 and channels % self.groups:
            raise ValueError(
                f"groups must be -1 or a divisor of the {channels} channels; got {self.groups}"
            )

    def _forward(self, x: Array, training: bool) -> tuple[Array, Vjp]:
        wide, gamma, beta = self._widen(x)
        inner = np.moveaxis(wide, self.axis, 1)
        channels = inner.shape[1]
        groups = channels if self.groups == -1 else self.groups
        if groups == channels:
            (output, _, _), vjp = norm.instance_norm(inner, gamma, beta, epsilon=self.epsilon)
        else:
            output, vjp = norm_layer.group_norm(
                inner, gamma, beta, groups=groups, epsilon=self.epsilon
            )
        # Keras rounds to the input's dtype first, then casts to the layer's.
        rounded, vjp = self._restore_axis(x, wide, output, vjp)
        return rounded.astype(self._compute_dtype, copy=False), vjp


class LayerNormalization(_Normalization):
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
        # As in Keras, the input is not cast: a float64 one is computed in float64.
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
        raise ValueError(f"axis must be one axis or more; got {axis!r}")
    return tuple(sorted(axes))


def _read_axes(axes: Sizes, ndim: int) -> Sizes:
    """Return axes of an input of `ndim` dimensions, counted from the front."""
    counted = tuple(read_axis(axis, "axis", ndim) for axis in axes)
    if len(set(counted)) != len(counted):
        raise ValueError(f"axis must name each axis once; got {list(axes)} of {ndim} dimensions")
    return counted


def _move(moving: Variable | None, new: Array, momentum: float) -> None:
    assert moving is not None
    moving.assign(norm.blend(moving.value, new, 1.0 - momentum))
