"""Changes of arrays that mutants of several families share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def truncate(bits: int) -> Callable[[Any], Any]:
    """Cut float32 numbers after so many bits of their significand."""

    def cut(values: Any) -> Any:
        if values.dtype != np.float32:
            return values
        mask = np.uint32((0xFFFFFFFF << (24 - bits)) & 0xFFFFFFFF)
        return (np.ascontiguousarray(values).view(np.uint32) & mask).view(np.float32)

    return cut


def round_to_float32(values: Any) -> Any:
    """Lose what float64 has over float32."""
    return values.astype(np.float32).astype(values.dtype) if values.dtype == np.float64 else values


def widen_half(values: Any) -> Any:
    """Turn half types into float32."""
    return values.astype(np.float32) if values.dtype.itemsize == 2 else values


def add_one_example(values: Any) -> Any:
    """Make one example of none."""
    empty = values.ndim and not len(values)
    return np.zeros((1, *values.shape[1:]), values.dtype) if empty else values


def change_one_tap(weight: Any) -> Any:
    """Let the last column of a kernel be off by 2e-5 of itself."""
    changed = weight.copy()
    changed[..., -1] *= weight.dtype.type(1 + 2e-5)
    return changed


def shape_per_channel(values: Any, x: Any) -> Any:
    """Shape one value for each channel so that it goes with a channels-first array."""
    return np.asarray(values, np.float64).reshape((1, -1) + (1,) * (x.ndim - 2))


def softmax(x: Any, axis: int) -> Any:
    """Compute a right softmax in float64."""
    shifted = x.astype(np.float64)
    shifted = np.exp(shifted - shifted.max(axis, keepdims=True))
    return shifted / shifted.sum(axis, keepdims=True)
