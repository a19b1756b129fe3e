"""How Keras layers read kernel sizes, strides and the like."""

from __future__ import annotations

from typing import Any

from refimpl.errors import must
from refimpl.ops.array import Sizes
from refimpl.tf._src.arguments import integers


def sizes(value: Any, name: str, n: int) -> Sizes:
    """Return a positive integer for each spatial dimension."""
    found = integers(value, name, least=1)
    if isinstance(value, list | tuple):
        must(len(found) == n, name, f"an integer or a tuple of {n}", value)
    return found if len(found) == n else found * n
