"""Activations that overwrite their input (torch.nn.functional.relu_ to torch.tanh_)."""

from __future__ import annotations

from refimpl.differentiable import differentiable
from refimpl.ops import activation as ops
from refimpl.ops.array import Array, Vjp
from refimpl.torch.nn.functional._activation import (
    applied,
    celu,
    elu,
    hardtanh,
    leaky_relu,
    relu,
    selu,
)
from refimpl.torch.nn.parameter import Tensor


@differentiable
def relu_(input: Tensor) -> tuple[Array, Vjp]:
    """Write `relu(input)` over the input.

    Parameters
    ----------
    input : array
        Floats; overwritten.

    Returns
    -------
    array
        The input.
    """
    return relu.with_vjp(input, inplace=True)


@differentiable
def leaky_relu_(input: Tensor, negative_slope: float = 0.01) -> tuple[Array, Vjp]:
    """Write `leaky_relu(input, negative_slope)` over the input.

    Parameters
    ----------
    input : array
        Floats; overwritten.
    negative_slope : float, default 0.01
        See `leaky_relu`.

    Returns
    -------
    array
        The input.
    """
    return leaky_relu.with_vjp(input, negative_slope, inplace=True)


@differentiable
def elu_(input: Tensor, alpha: float = 1.0) -> tuple[Array, Vjp]:
    """Write `elu(input, alpha)` over the input.

    Parameters
    ----------
    input : array
        Floats; overwritten.
    alpha : float, default 1.0
        See `elu`.

    Returns
    -------
    array
        The input.
    """
    return elu.with_vjp(input, alpha, inplace=True)


@differentiable
def selu_(input: Tensor) -> tuple[Array, Vjp]:
    """Write `selu(input)` over the input.

    Parameters
    ----------
    input : array
        Floats; overwritten.

    Returns
    -------
    array
        The input.
    """
    return selu.with_vjp(input, inplace=True)


@differentiable
def celu_(input: Tensor, alpha: float = 1.0) -> tuple[Array, Vjp]:
    """Write `celu(input, alpha)` over the input.

    Parameters
    ----------
    input : array
        Floats; overwritten.
    alpha : float, default 1.0
        See `celu`.

    Returns
    -------
    array
        The input.
    """
    return celu.with_vjp(input, alpha, inplace=True)


@differentiable
def hardtanh_(input: Tensor, min_val: float = -1.0, max_val: float = 1.0) -> tuple[Array, Vjp]:
    """Write `hardtanh(input, min_val, max_val)` over the input.

    Parameters
    ----------
    input : array
        Floats; overwritten.
    min_val, max_val : float, default -1.0 and 1.0
        See `hardtanh`.

    Returns
    -------
    array
        The input.
    """
    return hardtanh.with_vjp(input, min_val, max_val, inplace=True)


@differentiable
def sigmoid_(input: Tensor) -> tuple[Array, Vjp]:
    """Write `sigmoid(input)` over the input; in torch `torch.sigmoid_`.

    Parameters
    ----------
    input : array
        Floats; overwritten.

    Returns
    -------
    array
        The input.
    """
    return applied(ops.sigmoid, input, True)


@differentiable
def tanh_(input: Tensor) -> tuple[Array, Vjp]:
    """Write `tanh(input)` over the input; in torch `torch.tanh_`.

    Parameters
    ----------
    input : array
        Floats; overwritten.

    Returns
    -------
    array
        The input.
    """
    return applied(ops.tanh, input, True)
