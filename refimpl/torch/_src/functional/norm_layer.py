"""Layer, group and root-mean-square normalisation (torch.nn.functional.layer_norm and its like)."""

from __future__ import annotations

from typing import Any

import numpy as np

from refimpl._arguments import check_same_dtype, read_integers, read_number, read_size
from refimpl._show import show
from refimpl.differentiable import differentiable
from refimpl.ops import norm_layer
from refimpl.ops.array import Array, Sizes, Vjp
from refimpl.torch._src.arguments import read_floats
from refimpl.torch._src.functional.norm import arrange, narrow, read_parameter, widen
from refimpl.torch._src.parameter import Tensor

__all__ = ["group_norm", "layer_norm", "rms_norm"]


@differentiable
def layer_norm(
    input: Tensor,
    normalized_shape: Sizes,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> tuple[Array, Vjp]:
    """Normalise by the mean and the variance over the last axes.

    Parameters
    ----------
    input : array
        Floats.
    normalized_shape : tuple of int
        The end of the input's shape: the axes to average over.
    weight, bias : array of that shape, optional
        What each place along these axes is multiplied by, and what is added then; both in the
        input's dtype, or in float32 beside a half type.
    eps : float, default 1e-5
        Added to the variance; not negative.

    Returns
    -------
    array of the input's shape

    Raises
    ------
    TypeError
        If dtypes differ or `normalized_shape` is not a sequence of integers.
    ValueError
        If shapes do not fit or `eps` is negative.

    Notes
    -----
    The vjp's tuple is (input, None, weight, bias). Half types are computed in float32.
    Source: Ba, Kiros and Hinton, Layer Normalization, 2016; PyTorch's documentation of
    `torch.nn.LayerNorm`.
    """
    x = read_floats(input)
    shape = _read_normalized_shape(normalized_shape, x)
    w, b = _read_affine(weight, bias, x, shape)
    output, vjp = norm_layer.layer_norm(
        widen(x),
        widen(w),
        widen(b),
        axes=tuple(range(-len(shape), 0)),
        epsilon=read_number(eps, "eps", least=0),
    )
    return narrow(output, x), arrange(vjp, x, w, b, constants=1)


@differentiable
def group_norm(
    input: Tensor,
    num_groups: int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> tuple[Array, Vjp]:
    """Normalise neighbouring channels of an example together, over all positions.

    Parameters
    ----------
    input : (N, C, *) array
        Floats.
    num_groups : int
        Into how many groups of equal size the channels are split.
    weight, bias : (C,) array, optional
        What each channel is multiplied by, and what is added then; dtypes as for `layer_norm`.
    eps : float, default 1e-5
        Added to the variance; not negative.

    Returns
    -------
    (N, C, *) array

    Raises
    ------
    TypeError
        If dtypes differ or `num_groups` is not an integer.
    ValueError
        If shapes do not fit, `num_groups` does not divide C, `eps` is negative, or the whole
        batch has one value per group.

    Notes
    -----
    The vjp's tuple is (input, None, weight, bias). Half types are computed in float32.
    Source: Wu and He, Group Normalization, 2018; PyTorch's documentation of
    `torch.nn.GroupNorm`.
    """
    x = read_floats(input)
    if x.ndim < 2:
        raise ValueError(f"input must have shape (N, C, ...); got {x.shape}")
    groups = read_size(num_groups, "num_groups")
    if x.shape[1] % groups:
        raise ValueError(
            f"num_groups must be a divisor of the {x.shape[1]} channels of input; got {num_groups}"
        )
    if x.size == groups:
        raise ValueError(f"input must hold more than 1 value per group; got shape {x.shape}")
    w, b = _read_affine(weight, bias, x, x.shape[1:2])
    output, vjp = norm_layer.group_norm(
        widen(x),
        widen(w),
        widen(b),
        groups=groups,
        epsilon=read_number(eps, "eps", least=0),
    )
    return narrow(output, x), arrange(vjp, x, w, b, constants=1)


@differentiable
def rms_norm(
    input: Tensor,
    normalized_shape: Sizes,
    weight: Tensor | None = None,
    eps: float | None = None,
) -> tuple[Array, Vjp]:
    """Divide by the root of the mean square over the last axes.

    Parameters
    ----------
    input : array
        Floats.
    normalized_shape : tuple of int
        The end of the input's shape: the axes to average over.
    weight : array of that shape, optional
        What each place along these axes is multiplied by. Of another float dtype it changes that
        of the computation, but not that of the output.
    eps : float, optional
        Added to the mean square; not negative. By default the spacing of floats at 1: float64's,
        or float32's for any other dtype.

    Returns
    -------
    array of the input's shape and dtype

    Raises
    ------
    TypeError
        If `normalized_shape` is not a sequence of integers.
    ValueError
        If shapes do not fit or `eps` is negative.

    Notes
    -----
    The vjp's tuple is (input, None, weight). Half types are computed in float32.
    Source: Zhang and Sennrich, Root Mean Square Layer Normalization, 2019; PyTorch's
    documentation of `torch.nn.RMSNorm`.
    """
    x = read_floats(input)
    shape = _read_normalized_shape(normalized_shape, x)
    w = None if weight is None else read_floats(weight, "weight")
    if w is not None and w.shape != shape:
        raise ValueError(f"weight must have shape {shape}, that of normalized_shape; got {w.shape}")
    default = np.finfo(np.float64 if x.dtype == np.float64 else np.float32).eps
    epsilon = read_number(default if eps is None else eps, "eps", least=0)
    wide, wide_w = widen(x), widen(w)
    if wide_w is not None:
        dtype = np.result_type(wide.dtype, wide_w.dtype)
        wide, wide_w = wide.astype(dtype, copy=False), wide_w.astype(dtype, copy=False)
    axes = tuple(range(-len(shape), 0))
    output, inner_vjp = norm_layer.rms_norm(wide, wide_w, axes=axes, epsilon=epsilon)

    def vjp(cotangent: Array) -> tuple[Any, ...]:
        input_bar, weight_bar = inner_vjp(cotangent.astype(wide.dtype, copy=False))
        return narrow(input_bar, x), None, None if w is None else narrow(weight_bar, w)

    return narrow(output, x), vjp


def _read_normalized_shape(value: Sizes, x: Array) -> Sizes:
    """Return a shape of one axis or more that is the end of the input's."""
    if not isinstance(value, tuple | list):
        raise TypeError(f"normalized_shape must be a tuple of integers; got {show(value)}")
    shape = read_integers(value, "normalized_shape", least=0)
    if not shape or x.shape[-len(shape) :] != shape:
        raise ValueError(
            f"normalized_shape must be the end of the shape of input, {x.shape}, of one axis or "
            f"more; got {shape}"
        )
    return shape


def _read_affine(
    weight: Tensor | None, bias: Tensor | None, x: Array, shape: Sizes
) -> tuple[Array | None, Array | None]:
    """Return weight and bias of a shape, both in one dtype."""
    w, b = read_parameter(weight, "weight", x, shape), read_parameter(bias, "bias", x, shape)
    if w is not None and b is not None:
        check_same_dtype(b, "bias", w, "weight")
    return w, b
