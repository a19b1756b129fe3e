"""Batch and instance normalisation (torch.nn.functional.batch_norm, instance_norm)."""

from __future__ import annotations

from typing import Any

import numpy as np

from refimpl.differentiable import differentiable
from refimpl.dtypes import is_half
from refimpl.ops import norm as ops
from refimpl.ops.array import Array, Vjp
from refimpl.torch.nn.functional._arguments import array, flag, floats, number
from refimpl.torch.nn.parameter import Tensor


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
        Floats.
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
    x, mean, var, w, b = _checked(input, running_mean, running_var, weight, bias, momentum, eps)
    if x.ndim < 2:
        raise ValueError(f"input must have shape (N, C, ...); got {x.shape}")
    if not flag(training, "training"):
        if mean is None or var is None:
            raise ValueError("running_mean and running_var must be given unless training; got None")
        return _by_running(x, mean, var, w, b, eps)
    count = x.size // x.shape[1] if x.shape[1] else 0
    if count == 1:
        raise ValueError(
            f"input must hold more than 1 value per channel when training; got shape {x.shape}"
        )
    if x.size == 0:
        return _empty(x, w, b)
    (output, batch_mean, batch_var), vjp = ops.batch_norm(_wide(x), _wide(w), _wide(b), epsilon=eps)
    _update(mean, batch_mean[None], momentum)
    _update(var, ops.unbiased(batch_var, count)[None], momentum)
    return _narrow(output, x), _arranged(vjp, x, w, b)


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
    """Normalise every channel of every example by its mean and variance over all positions.

    Parameters
    ----------
    input : (N, C, *) array
        Floats.
    running_mean, running_var : (C,) array, optional
        The statistics to use if not `use_input_stats`. Otherwise they are updated in place by
        the mean, over the batch, of the examples' means and unbiased variances.
    weight, bias : (C,) array, optional
        What each channel is multiplied by, and what is added then.
    use_input_stats : bool, default True
        Use the statistics of the input.
    momentum : float, default 0.1
        The weight of the input in the update.
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
        position when the input's statistics are used.

    Notes
    -----
    The vjp's tuple is (input, None, None, weight, bias). Half types are computed in float32.
    Source: Ulyanov, Vedaldi and Lempitsky, Instance Normalization, 2016; PyTorch's documentation
    of `torch.nn.InstanceNorm2d`.
    """
    x, mean, var, w, b = _checked(input, running_mean, running_var, weight, bias, momentum, eps)
    if x.ndim < 2:
        raise ValueError(f"input must have shape (N, C, ...); got {x.shape}")
    if not flag(use_input_stats, "use_input_stats"):
        if mean is None or var is None:
            raise ValueError(
                "running_mean and running_var must be given unless use_input_stats; got None"
            )
        return _by_running(x, mean, var, w, b, eps)
    count = int(np.prod(x.shape[2:]))
    if count == 1:
        raise ValueError(
            f"input must have more than 1 spatial element when training; got shape {x.shape}"
        )
    if x.size == 0:
        return _empty(x, w, b)
    (output, means, variances), vjp = ops.instance_norm(_wide(x), _wide(w), _wide(b), epsilon=eps)
    _update(mean, means, momentum)
    _update(var, ops.unbiased(variances, count), momentum)
    return _narrow(output, x), _arranged(vjp, x, w, b)


def _checked(
    input: Tensor,
    running_mean: Array | None,
    running_var: Array | None,
    weight: Tensor | None,
    bias: Tensor | None,
    momentum: float,
    eps: float,
) -> tuple[Array, Array | None, Array | None, Array | None, Array | None]:
    x = floats(input, "input")
    channels = x.shape[1] if x.ndim > 1 else 0
    found = []
    named = (
        ("running_mean", running_mean),
        ("running_var", running_var),
        ("weight", weight),
        ("bias", bias),
    )
    for name, value in named:
        found.append(None if value is None else _per_channel(value, name, channels, x))
    if (running_mean is None) != (running_var is None):
        raise ValueError("running_mean and running_var must be both given or both None")
    number(momentum, "momentum")
    if not number(eps, "eps") > 0.0:
        raise ValueError(f"eps must be positive; got {eps!r}")
    mean, var, w, b = found
    return x, mean, var, w, b


def _per_channel(value: Tensor, name: str, channels: int, x: Array) -> Array:
    found = array(value, name)
    if found.dtype != x.dtype and not (is_half(x.dtype) and found.dtype == np.float32):
        raise TypeError(
            f"{name} must have the dtype of input, {x.dtype.name}; got {found.dtype.name}"
        )
    if found.shape != (channels,):
        raise ValueError(
            f"{name} must have shape ({channels},), one element per channel of input of shape "
            f"{x.shape}; got {found.shape}"
        )
    return found


def _by_running(
    x: Array, mean: Array, var: Array, w: Array | None, b: Array | None, eps: float
) -> tuple[Array, Vjp]:
    shape = (1, x.shape[1]) + (1,) * (x.ndim - 2)

    def column(value: Array | None) -> Any:
        return None if value is None else _wide(value).reshape(shape)

    output, vjp = ops.normalize(
        _wide(x), column(mean), column(var), column(w), column(b), epsilon=eps
    )

    def without_statistics(cotangent: Array) -> tuple[Any, ...]:
        input_bar, _, _, weight_bar, bias_bar = vjp(cotangent)
        return input_bar, weight_bar, bias_bar

    return _narrow(output, x), _arranged(without_statistics, x, w, b)


def _arranged(vjp: Vjp, x: Array, w: Array | None, b: Array | None) -> Vjp:
    """Put the cotangents of an op in the order of the function's arguments, in their dtypes."""

    def arranged(cotangent: Array) -> tuple[Any, ...]:
        input_bar, weight_bar, bias_bar = vjp(_wide(cotangent))
        return (
            _narrow(input_bar, x),
            None,
            None,
            None if w is None else _narrow(weight_bar.reshape(w.shape), w),
            None if b is None else _narrow(bias_bar.reshape(b.shape), b),
        )

    return arranged


def _empty(x: Array, w: Array | None, b: Array | None) -> tuple[Array, Vjp]:
    """Normalise nothing; the parameters' cotangents are sums of nothing."""

    def vjp(cotangent: Array) -> tuple[Any, ...]:
        zeros = (None if p is None else np.zeros(p.shape, p.dtype) for p in (w, b))
        return (cotangent.copy(), None, None, *zeros)

    return x.copy(), vjp


def _update(running: Array | None, batch: Array, momentum: float) -> None:
    """Blend statistics of shape (1 or N, C) into running ones of shape (C,), in place."""
    if running is not None:
        running[...] = ops.blend(_wide(running), batch, momentum).mean(axis=0)


def _wide(value: Any) -> Any:
    if value is not None and is_half(value.dtype):
        return value.astype(np.float32)
    return value


def _narrow(value: Array, like: Array) -> Array:
    return value.astype(like.dtype) if value.dtype != like.dtype else value
