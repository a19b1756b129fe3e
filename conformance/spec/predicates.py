"""For which cases a record holds."""

from __future__ import annotations

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from conformance.spec.case import Case

CONVOLUTIONS = ("conv1d", "conv2d", "conv3d")
_HALVES = ("float16", "bfloat16")


def strided(case: Case) -> bool:
    """Whether windows are moved by more than one element."""
    return any(stride > 1 for stride in case.config["stride"])


def dilated(case: Case) -> bool:
    """Whether windows have gaps."""
    return any(dilation > 1 for dilation in case.config["dilation"])


def grouped(case: Case) -> bool:
    """Whether the channels are divided."""
    return bool(case.config["groups"] > 1)


def explicit(case: Case) -> bool:
    """Whether there is padding, given in numbers."""
    padding = case.config["padding"]
    return not isinstance(padding, str) and any(pair != (0, 0) for pair in padding)


def without_onednn(case: Case) -> bool:
    """Whether TensorFlow's own kernels are used, for want of one in oneDNN."""
    return case.dtype in ("float16", "float64")


def half(case: Case) -> bool:
    """Whether the dtype is a half type."""
    return case.dtype in _HALVES


def special(case: Case) -> bool:
    """Whether the data hold NaN, infinities and subnormal numbers, enough to fill a vector."""
    return case.regime == "special" and not few(case)


def tied(case: Case) -> bool:
    """Whether a window may hold two equal elements of the input, be they equal by chance."""
    drawn, config = case.draw("input"), case.config
    spatial = drawn.shape[-config["rank"] :]
    reach = [
        min((kernel - 1) * dilation + 1, size)
        for kernel, dilation, size in zip(
            config["kernel"], config["dilation"], spatial, strict=True
        )
    ]
    windows = sliding_window_view(drawn, reach, axis=tuple(range(-config["rank"], 0)))
    ordered = np.sort(windows.reshape(-1, math.prod(reach)))
    return bool((ordered[:, 1:] == ordered[:, :-1]).any())


def few(case: Case) -> bool:
    """Whether the data are too few for a vectorised kernel: activations see NaN and infinities."""
    return "few" in case.words


def every_number(case: Case) -> bool:
    """Whether the data hold every number of the dtype."""
    return case.regime == "all"


def erf_form(case: Case) -> bool:
    """Whether GELU is the exact one, which has no `approximate`."""
    return bool(case.config.get("approximate", "none") == "none")
