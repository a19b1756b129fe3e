"""Batch and instance normalisation (torch.nn.functional.batch_norm, instance_norm)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from refimpl._arguments import check_byte_order, read_flag, read_number
from refimpl.differentiable import differentiable
from refimpl.dtypes import is_half
from refimpl.ops import norm
from refimpl.ops.array import Array, Sizes, Vjp
from refimpl.torch._src.arguments import read_array, read_floats
from refimpl.torch._src.parameter import Tensor

__all__ = ["batch_norm", "instance_norm"]


@differentiable
def batch_norm(
    input: Tensor,
    running_mean: Array | None,
    running_var: Array | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> tuple[Array, Vjp]:
    """Normalise every channel by its mean and variance over the batch and all positions.

    Parameters
    ----------
    input : (N, C, *) array
        Floats. A vector without elements is returned, as torch returns it.
    running_mean, running_var : (C,) array or None
        The statistics to use if not `training`. If `training` they are updated in place by the
        batch's mean and unbiased variance; a batch without elements leaves them alone.
    weight, bias : (C,) array, optional
        What each channel is multiplied by, and what is added then.
    training : bool, default False
        Use the statistics of the batch.
    momentum : float, default 0.1
        The weight of the batch in the update.
    eps : float, default 1e-5
        Added to the variance.

    Returns
    -------
    (N, C, *) array

    Raises
    ------
    TypeError
        If dtypes differ; beside an input of a half type float32 is allowed too.
    ValueError
        If shapes do not fit, statistics are missing, `eps` is not positive, or there is one
        value per channel when training.

    Notes
    -----
    The vjp's tuple is (input, None, None, weight, bias). Half types are computed in float32.
    Source: Ioffe and Szegedy, Batch Normalization, 2015; PyTorch's documentation of
    `torch.nn.BatchNorm2d`.
    """
    x = read_floats(input)
    own = read_flag(training, "training")
    if x.shape == (0,):
        w = None if weight is None else read_array(weight, "weight")
        b = None if bias is None else read_array(bias, "bias")
        return _normalize_nothing(x, w, b)
    mean, var, w, b = _read_channels(x, running_mean, running_var, weight, bias, momentum, eps)
    if not own:
        return _normalize_by(x, mean, var, w, b, eps, "training")
    count = x.size // x.shape[1] if x.shape[1] else 0
    if count == 1:
        raise ValueError(
            f"input must hold more than 1 value per channel when training; got shape {x.shape}"
        )
    if x.size == 0:
        return _normalize_nothing(x, w, b)
    results, vjp = norm.batch_norm(widen(x), widen(w), widen(b), epsilon=eps)
    output, batch_mean, batch_var = results
    _update(mean, batch_mean[None], momentum)
    _update(var, norm.unbias_variance(batch_var, count)[None], momentum)
    return narrow(output, x), arrange(vjp, x, w, b)


@differentiable
def instance_norm(
    input: Tensor,
    running_mean: Array | None = None,
    running_var: Array | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> tuple[Array, Vjp]:
    """Normalise every channel of every example by its own mean and variance over all positions.

    The other arguments are those of `batch_norm`; see `batch_norm`.

    Parameters
    ----------
    running_mean, running_var : (C,) array, optional
        The statistics to use if not `use_input_stats`. Otherwise they are updated in place by
        the mean, over the batch, of the examples' means and unbiased variances.
    use_input_stats : bool, default True
        Use the statistics of the input.

    Returns
    -------
    (N, C, *) array

    Raises
    ------
    TypeError
        If dtypes differ; beside an input of a half type float32 is allowed too.
    ValueError
        If shapes do not fit, statistics are missing, `eps` is not positive, or there is one
        position when the input's statistics are used.

    Notes
    -----
    Source: Ulyanov, Vedaldi and Lempitsky, Instance Normalization, 2016; PyTorch's documentation
    of `torch.nn.InstanceNorm2d`.
    """
    x = read_floats(input)
    mean, var, w, b = _read_channels(x, running_mean, running_var, weight, bias, momentum, eps)
    if not read_flag(use_input_stats, "use_input_stats"):
        return _normalize_by(x, mean, var, w, b, eps, "use_input_stats")
    count = math.prod(x.shape[2:])
    if count == 1:
        raise ValueError(
            f"input must have more than 1 spatial element when training; got shape {x.shape}"
        )
    if x.size == 0:
        return _normalize_nothing(x, w, b)
    results, vjp = norm.instance_norm(widen(x), widen(w), widen(b), epsilon=eps)
    output, means, variances = results
    _update(mean, means, momentum)
    _update(var, norm.unbias_variance(variances, count), momentum)
    return narrow(output, x), arrange(vjp, x, w, b)


def _read_channels(
    x: Array,
    running_mean: Array | None,
    running_var: Array | None,
    weight: Tensor | None,
    bias: Tensor | None,
    momentum: float,
    eps: float,
) -> tuple[Array | None, Array | None, Array | None, Array | None]:
    """Check what both functions take; return statistics and parameters as arrays."""
    if x.ndim < 2:
        raise ValueError(f"input must have shape (N, C, ...); got {x.shape}")
    mean, var, w, b = (
        read_parameter(value, name, x, x.shape[1:2])
        for name, value in (
            ("running_mean", running_mean),
            ("running_var", running_var),
            ("weight", weight),
            ("bias", bias),
        )
    )
    if (mean is None) != (var is None):
        raise ValueError("running_mean and running_var must be both given or both None")
    read_number(momentum, "momentum")
    read_number(eps, "eps", above=0)
    return mean, var, w, b


def read_parameter(value: Tensor | None, name: str, x: Array, shape: Sizes) -> Array | None:
    """Return an optional argument of a shape, in the dtype of the input or in float32 for it."""
    if value is None:
        return None
    array = read_array(value, name)
    check_byte_order(array, name)
    if array.dtype != x.dtype and not (is_half(x.dtype) and array.dtype == np.float32):
        raise TypeError(f"{name} must have the dtype of input, {x.dtype}; got {array.dtype}")
    if array.shape != shape:
        raise ValueError(
            f"{name} must have shape {shape} beside input of shape {x.shape}; got {array.shape}"
        )
    return array


def _normalize_by(
    x: Array,
    mean: Array | None,
    var: Array | None,
    w: Array | None,
    b: Array | None,
    eps: float,
    flag: str,
) -> tuple[Array, Vjp]:
    """Normalise by statistics that are given."""
    if mean is None or var is None:
        raise ValueError(f"running_mean and running_var must be given unless {flag}; got None")
    shape = (1, x.shape[1]) + (1,) * (x.ndim - 2)

    def column(value: Array | None) -> Any:
        return None if value is None else widen(value).reshape(shape)

    output, vjp = norm.normalize(
        widen(x), column(mean), column(var), column(w), column(b), epsilon=eps
    )

    def without_statistics(cotangent: Array) -> tuple[Any, ...]:
        input_bar, _, _, weight_bar, bias_bar = vjp(cotangent)
        return input_bar, weight_bar, bias_bar

    return narrow(output, x), arrange(without_statistics, x, w, b)


def _normalize_nothing(x: Array, w: Array | None, b: Array | None) -> tuple[Array, Vjp]:
    """Return an input without elements; the parameters' cotangents are sums of nothing."""

    def vjp(cotangent: Array) -> tuple[Any, ...]:
        zeros = (None if p is None else np.zeros(p.shape, p.dtype) for p in (w, b))
        return (cotangent.copy(), None, None, *zeros)

    return x.copy(), vjp


def arrange(vjp: Vjp, x: Array, w: Array | None, b: Array | None, constants: int = 2) -> Vjp:
    """Put the cotangents of an op in the order of the function's arguments, in their dtypes.

    Between the input and the weight stand so many `constants`, which have none.
    """

    def arranged(cotangent: Array) -> tuple[Any, ...]:
        input_bar, weight_bar, bias_bar = vjp(widen(cotangent))
        return (
            narrow(input_bar, x),
            *(None,) * constants,
            None if w is None else narrow(weight_bar.reshape(w.shape), w),
            None if b is None else narrow(bias_bar.reshape(b.shape), b),
        )

    return arranged


def _update(running: Array | None, batch: Array, momentum: float) -> None:
    """Blend statistics of shape (1 or N, C) into running ones of shape (C,), in place."""
    if running is not None:
        running[...] = norm.blend(widen(running), batch, momentum).mean(axis=0)


def widen(value: Any) -> Any:
    """Return an array of a half type in float32, and anything else as it is."""
    return value.astype(np.float32) if value is not None and is_half(value.dtype) else value


def narrow(value: Array, like: Array) -> Array:
    """Return an array in the dtype of another."""
    return value.astype(like.dtype) if value.dtype != like.dtype else value
