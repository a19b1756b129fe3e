"""How Keras layers read kernel sizes, strides and the like."""

from __future__ import annotations

from typing import Any

from refimpl.errors import must
from refimpl.ops.array import Sizes
from refimpl.tf._src.arguments import integers


def sizes(value: Any, name: str, n: int) -> Sizes:
    """Return a positive integer for each spatial dimension.

    Parameters
    ----------
    value : int or sequence of n int
        The argument.
    name : str
        Its name.
    n : int
        The number of spatial dimensions.

    Returns
    -------
    tuple of int

    Raises
    ------
    TypeError
        If an entry is no integer.
    ValueError
        If the sequence has another length, or an entry is below 1.
    """
    found = integers(value, name, least=1)
    if isinstance(value, list | tuple):
        must(len(found) == n, name, f"an integer or a tuple of {n}", value)
    return found if len(found) == n else found * n
