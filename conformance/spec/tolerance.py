"""What other suites allow an output to be off, as data of the layers they speak about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Config = Mapping[str, Any]
Shapes = Mapping[str, tuple[int, ...]]
# Configuration and the shapes of the arrays in use -> a number; None where nothing is said.
Count = Callable[[Config, Shapes], int | None]
# Dtype -> how many units in the last place.
Units = Mapping[str, Count]


def count_units(float32: int, float16: int | None = None) -> Units:
    """Allow so many units in the last place, whatever the case.

    Parameters
    ----------
    float32 : int
        In float32.
    float16 : int, optional
        In float16; the same if left out.

    Returns
    -------
    mapping
    """
    half = float32 if float16 is None else float16
    return {"float32": lambda config, shapes: float32, "float16": lambda config, shapes: half}


def same_units(count: Count) -> Units:
    """Allow as many units in float16 as in float32.

    Parameters
    ----------
    count : callable
        How many.

    Returns
    -------
    mapping
    """
    return {"float32": count, "float16": count}
