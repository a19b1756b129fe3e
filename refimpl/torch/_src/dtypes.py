"""torch's names for the dtypes, which are NumPy's here."""

from __future__ import annotations

from typing import Any

import numpy as np

from refimpl.dtypes import float_dtype

float64 = double = np.dtype("float64")
float32 = float = np.dtype("float32")
float16 = half = np.dtype("float16")
int64 = long = np.dtype("int64")
int32 = int = np.dtype("int32")
int16 = short = np.dtype("int16")
int8 = np.dtype("int8")
uint8 = np.dtype("uint8")
bool = np.dtype("bool")

__all__ = [
    "bool",
    "double",
    "float",
    "float16",
    "float32",
    "float64",
    "half",
    "int",
    "int8",
    "int16",
    "int32",
    "int64",
    "long",
    "short",
    "uint8",
]


def find_bfloat16(name: str) -> Any:
    """Return bfloat16, which is looked up when asked for, as it needs an optional package."""
    if name == "bfloat16":
        return float_dtype(name)
    raise AttributeError(f"module 'refimpl.torch' has no attribute {name!r}")
