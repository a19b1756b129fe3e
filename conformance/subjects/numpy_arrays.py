"""What the libraries of both refimpl dialects share: NumPy arrays in, NumPy arrays out."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


class NumPyArrays:
    """Copy arrays on the way in and on the way out."""

    def array(self, values: Array) -> Any:
        """Copy the array."""
        return np.array(values)

    def numpy(self, values: Any) -> Array:
        """Copy an array or parameter out."""
        return np.array(values)


def first_cotangent(cotangents: Any) -> Any:
    """Return the cotangent of the first input.

    Parameters
    ----------
    cotangents : ndarray or tuple of ndarray
        What `backward` returned.

    Returns
    -------
    ndarray
    """
    return cotangents[0] if isinstance(cotangents, tuple) else cotangents
