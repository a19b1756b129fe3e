"""Keras' normalisations of channels; GroupNormalization of groups=-1 is instance normalisation."""

from __future__ import annotations

from typing import Any

import numpy as np

from refimpl._arguments import read_axis, read_flag, read_integer, read_number
from refimpl._show import show
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

__all__ = ["BatchNormalization", "GroupNormalization"]


class Normalization(Layer):
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


class _ChannelNormalization(Normalization):
    """What the layers share whose gamma and beta lie along one axis, that of the channels."""

    def __init__(self, axis: Any, *arguments: Any, **kwargs: Any) -> None:
        self.axis = read_integer(axis, "axis")
        super().__init__(*arguments, **kwargs)
        self._channels: int | None = None

    def _add_weights(self, input_shape: Sizes) -> None:
        axis = read_axis(self.axis, "axis", len(input_shape), "inputs")
        self._channels = read_integer(input_shape[axis], "input_shape", least=1)
        self._add_gamma_and_beta((self._channels,))

    def _check_shape(self, shape: Sizes) -> None:
        if len(shape) < 2:
            raise ValueError(f"inputs must be of rank 2 or more; got {shape}")
        channels = shape[read_axis(self.axis, "axis", len(shape), "inputs")]
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
            raise ValueError(f"groups must be -1 or at least 1; got {show(groups)}")
        reject_unsupported(
            beta_regularizer=beta_regularizer,
            gamma_regularizer=gamma_regularizer,
            beta_constraint=beta_constraint,
            gamma_constraint=gamma_constraint,
        )
        # As in Keras, the input is never cast: a float64 one is computed in float64.
        read_flag(kwargs.pop("autocast", False), "autocast")
        arrays = (beta_initializer, gamma_initializer)
        super().__init__(axis, epsilon, center, scale, *arrays, autocast=False, **kwargs)

    def _check_shape(self, shape: Sizes) -> None:
        super()._check_shape(shape)
        axis = read_axis(self.axis, "axis", len(shape), "inputs")
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


def _move(moving: Variable | None, new: Array, momentum: float) -> None:
    assert moving is not None
    moving.assign(norm.blend(moving.value, new, 1.0 - momentum))
