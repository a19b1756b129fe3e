"""torch's names for the dtypes, which are NumPy's here."""

from __future__ import annotations

from typing import Any

import numpy as np

from refimpl._show import show
from refimpl.dtypes import float_dtype, parse_dtype

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


DTYPES = tuple(
    sorted(
        {
            dtype.name
            for dtype in (float64, float32, float16, int64, int32, int16, int8, uint8, bool)
        }
    )
)


def read_dtype(dtype: Any) -> np.dtype[Any]:
    """Return a dtype that torch has too, of its name or of NumPy's dtype or type."""
    allowed = ", ".join((*DTYPES, "bfloat16"))
    if isinstance(dtype, str) and dtype == "bfloat16":
        return float_dtype(dtype)
    found = parse_dtype(dtype, allowed)
    if found.name not in (*DTYPES, "bfloat16") or not found.isnative:
        raise TypeError(f"dtype must be one of {allowed}; got {show(dtype)}")
    return found


def find_bfloat16(name: str) -> Any:
    """Return bfloat16, which is looked up when asked for, as it needs an optional package."""
    if name == "bfloat16":
        return float_dtype(name)
    raise AttributeError(f"module 'refimpl.torch' has no attribute {name!r}")
