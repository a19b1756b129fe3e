"""The array behind what an initialiser is asked to fill."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np

from refimpl._arguments import check_float
from refimpl._show import show
from refimpl.ops.array import Array
from refimpl.torch._src.parameter import Parameter

T = TypeVar("T", Parameter, Array)


def array_of(tensor: Any) -> Array:
    """Return the array to fill."""
    array = tensor.data if isinstance(tensor, Parameter) else tensor
    if not isinstance(array, np.ndarray):
        raise TypeError(f"tensor must be a Parameter or a NumPy array; got {show(tensor)}")
    check_float(array, "tensor")
    if not array.flags.writeable:
        raise ValueError(f"tensor must be writeable; got a read-only array of shape {array.shape}")
    return np.asarray(array)


def array_with_axes(tensor: Any, allowed: range, words: str) -> Array:
    """Return the array to fill, which must have some number of axes, said in words."""
    array = array_of(tensor)
    if array.ndim not in allowed:
        raise ValueError(f"tensor must have {words}; got shape {array.shape}")
    return array
