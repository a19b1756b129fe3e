"""Softmax and its logarithm (torch.nn.functional.softmax, log_softmax)."""

from __future__ import annotations

import warnings
from typing import Any

import numpy.typing as npt

from refimpl.differentiable import differentiable
from refimpl.dtypes import float_dtype
from refimpl.ops import activation as ops
from refimpl.ops.array import Array, Vjp
from refimpl.torch.nn.functional._arguments import axis, floats
from refimpl.torch.nn.parameter import Tensor


@differentiable
def softmax(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: npt.DTypeLike | None = None
) -> tuple[Array, Vjp]:
    """Divide exp(x) by its sum along one axis.

    Parameters
    ----------
    input : array
        Floats, of any shape.
    dim : int, optional
        The axis. Without it, as in torch, a warning is given and it is 0 for an input of 0, 1 or
        3 axes and 1 for any other.
    _stacklevel : int
        Of the warning.
    dtype : dtype, optional
        The dtype to compute in and to return; by default the input's.

    Returns
    -------
    array
        Of the input's shape.

    Raises
    ------
    TypeError
        If an argument's type is wrong.
    ValueError
        If the input has no such axis.

    Notes
    -----
    Source: PyTorch's documentation of `torch.nn.functional.softmax`.
    """
    return _along(ops.softmax, "softmax", input, dim, _stacklevel, dtype)


@differentiable
def log_softmax(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: npt.DTypeLike | None = None
) -> tuple[Array, Vjp]:
    """Compute the logarithm of the softmax along one axis, without forming the softmax.

    Parameters
    ----------
    input, dim, _stacklevel, dtype
        See `softmax`.

    Returns
    -------
    array
        Of the input's shape.
    """
    return _along(ops.log_softmax, "log_softmax", input, dim, _stacklevel, dtype)


def _along(
    op: Any,
    name: str,
    input: Tensor,
    dim: int | None,
    stacklevel: int,
    dtype: npt.DTypeLike | None,
) -> tuple[Array, Vjp]:
    x = floats(input, "input")
    if dim is None:
        warnings.warn(
            f"{name} without dim is deprecated in torch: name the axis",
            UserWarning,
            stacklevel=stacklevel + 1,
        )
        dim = 0 if x.ndim in (0, 1, 3) else 1
    along = axis(dim, x.ndim)
    wanted = x.dtype if dtype is None else float_dtype(dtype)
    if wanted == x.dtype and x.ndim:
        output, vjp = op(x, axis=along)
        return output, vjp
    y = x.astype(wanted)
    output, vjp = op(y if y.ndim else y[None], axis=along)

    def restored(cotangent: Array) -> tuple[Array]:
        return (vjp(cotangent.reshape(output.shape))[0].reshape(x.shape).astype(x.dtype),)

    return output.reshape(x.shape), restored
