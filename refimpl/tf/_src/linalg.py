"""`tf.linalg.matmul`, the function form of a linear layer."""

from __future__ import annotations

from typing import Any

import numpy as np

from refimpl._arguments import read_flag, sum_to
from refimpl._show import show
from refimpl.differentiable import differentiable
from refimpl.ops.array import Array, Vjp, half_in_float32
from refimpl.tf._src.arguments import read_floats, read_like

__all__ = ["matmul"]


@differentiable
def matmul(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    transpose_b: bool = False,
    adjoint_a: bool = False,
    adjoint_b: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    output_type: Any = None,
    grad_a: bool = False,
    grad_b: bool = False,
    name: str | None = None,
) -> tuple[Array, Vjp]:
    """Multiply matrices, as `tf.linalg.matmul`.

    Parameters
    ----------
    a : array of shape (*, N, K)
        Float; (*, K, N) if it is to be transposed.
    b : array of shape (*, K, M)
        Of a's dtype; (*, M, K) if it is to be transposed. Leading axes are broadcast.
    transpose_a, transpose_b, adjoint_a, adjoint_b : bool
        Swap the last two axes first; for real numbers the adjoint is the transpose.
    a_is_sparse, b_is_sparse, grad_a, grad_b : bool
        Hints that change no number; ignored.
    output_type : None
        Other dtypes of the result are not offered.

    Returns
    -------
    array of shape (*, N, M)
    """
    flags = {
        "transpose_a": transpose_a,
        "transpose_b": transpose_b,
        "adjoint_a": adjoint_a,
        "adjoint_b": adjoint_b,
    }
    for flag, value in flags.items():
        read_flag(value, flag)
    a = read_floats(a, "a")
    b = read_like(b, "b", a, "a")
    for array, label in ((a, "a"), (b, "b")):
        if array.ndim < 2:
            raise ValueError(f"{label} must be of rank 2 or more; got {array.shape}")
    for both, label in ((transpose_a and adjoint_a, "a"), (transpose_b and adjoint_b, "b")):
        if both:
            raise ValueError(
                f"adjoint_{label} must be False where transpose_{label} is True; got True"
            )
    if output_type is not None:
        raise ValueError(f"output_type must be None; got {show(output_type)}")
    a_turned, b_turned = transpose_a or adjoint_a, transpose_b or adjoint_b
    columns = a.shape[-2] if a_turned else a.shape[-1]
    rows = b.shape[-1] if b_turned else b.shape[-2]
    if rows != columns:
        raise ValueError(
            f"b must be a matrix of {columns} rows to fit a's {a.shape}, transposed as "
            f"{', '.join(f'{flag}={bool(value)}' for flag, value in flags.items())} say; got "
            f"{b.shape}"
        )
    try:
        np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    except ValueError:
        raise ValueError(
            f"b must be of leading axes that broadcast with a's {a.shape[:-2]}; got {b.shape}"
        ) from None
    return _matmul(a, b, a_turned, b_turned)


@half_in_float32
def _matmul(a: Array, b: Array, transpose_a: bool, transpose_b: bool) -> tuple[Array, Vjp]:
    left = np.swapaxes(a, -1, -2) if transpose_a else a
    right = np.swapaxes(b, -1, -2) if transpose_b else b

    def vjp(cotangent: Array) -> tuple[Array, Array]:
        left_bar = np.matmul(cotangent, np.swapaxes(right, -1, -2))
        right_bar = np.matmul(np.swapaxes(left, -1, -2), cotangent)
        a_bar = np.swapaxes(left_bar, -1, -2) if transpose_a else left_bar
        b_bar = np.swapaxes(right_bar, -1, -2) if transpose_b else right_bar
        return sum_to(a_bar, a.shape), sum_to(b_bar, b.shape)

    return np.matmul(left, right), vjp
