"""`tf.math.maximum`: with 0 it is relu, as the chapter says."""

from __future__ import annotations

from typing import Any

import numpy as np

from refimpl._arguments import sum_to
from refimpl.differentiable import differentiable
from refimpl.ops.array import Array, Vjp
from refimpl.tf._src.arguments import read_floats, read_like

__all__ = ["maximum"]


@differentiable
def maximum(x: Any, y: Any, name: str | None = None) -> tuple[Array, Vjp]:
    """Return the greater of two arrays, element by element.

    Parameters
    ----------
    x, y : array
        Float, of one dtype; their shapes are broadcast.

    Returns
    -------
    array
        NaN where either is NaN. Where both are equal, the cotangent goes to x.
    """
    x = read_floats(x, "x")
    y = read_like(y, "y", x, "x")
    try:
        np.broadcast_shapes(x.shape, y.shape)
    except ValueError:
        raise ValueError(
            f"y must be of a shape that broadcasts with x's {x.shape}; got {y.shape}"
        ) from None
    first = x >= y

    def vjp(cotangent: Array) -> tuple[Array, Array]:
        nothing = np.zeros((), cotangent.dtype)
        x_bar, y_bar = np.where(first, cotangent, nothing), np.where(first, nothing, cotangent)
        return sum_to(x_bar, x.shape), sum_to(y_bar, y.shape)

    return np.maximum(x, y), vjp
