"""The kernels that own buffers: blocks, in-place writes and strided views stay in here.

Each is a `Primitive`: it names the rule by which an error bound passes through it.
"""

from __future__ import annotations

from refimpl.ops.primitives.convolution import convolve, convolve_input_bar, convolve_weight_bar
from refimpl.ops.primitives.frame import gather_frame, scatter_frame
from refimpl.ops.primitives.pooling import (
    scatter,
    window_argmax,
    window_max,
    window_max_and_argmax,
    window_sum,
    window_sum_bar,
)

__all__ = [
    "convolve",
    "convolve_input_bar",
    "convolve_weight_bar",
    "gather_frame",
    "scatter",
    "scatter_frame",
    "window_argmax",
    "window_max",
    "window_max_and_argmax",
    "window_sum",
    "window_sum_bar",
]
