"""`tf.math.maximum`: with 0 it is relu, as the chapter says."""

from __future__ import annotations

from typing import Any

import numpy as np

from refimpl.differentiable import differentiable
from refimpl.errors import must
from refimpl.ops.array import Array, Vjp
from refimpl.tf._src.arguments import as_floats, like, sum_to

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
    x = as_floats(x, "x")
    y = like(y, "y", x, "x")
    try:
        np.broadcast_shapes(x.shape, y.shape)
    except ValueError:
        must(False, "y", f"of a shape that broadcasts with x's {x.shape}", y.shape)
    first = x >= y

    def vjp(cotangent: Array) -> tuple[Array, Array]:
        nothing = np.zeros((), cotangent.dtype)
        x_bar, y_bar = np.where(first, cotangent, nothing), np.where(first, nothing, cotangent)
        return sum_to(x_bar, x.shape), sum_to(y_bar, y.shape)

    return np.maximum(x, y), vjp
