"""A layer's weight: a value that can be assigned, and its gradient."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from refimpl._arguments import as_array, check_count, check_numeric, read_flag, to_native
from refimpl._show import show
from refimpl.dtypes import float_dtype
from refimpl.ops.array import Array, Sizes

__all__ = ["Variable"]


class Variable:
    """An array with a name, whose shape and dtype stay as they are.

    Parameters
    ----------
    value : array_like
        The first value.
    dtype : str, optional
        The value is cast to it; None keeps the value's.
    trainable : bool
        Whether `backward` stores its gradient.
    name : str
        As `kernel`.
    path : str, optional
        The name with that of its layer, as `dense/kernel`.
    """

    def __init__(
        self,
        value: Any,
        dtype: str | None = None,
        trainable: bool = True,
        name: str = "variable",
        path: str | None = None,
    ) -> None:
        resolved = None if dtype is None else float_dtype(dtype)
        array = as_array(value, "value")
        check_count(array, "value")
        check_numeric(array, "value")
        read_flag(trainable, "trainable")
        with np.errstate(over="ignore", invalid="ignore"):
            self._value: Array = np.array(to_native(array), dtype=resolved)
        for value, label in ((name, "name"), (path, "path")):
            if not (isinstance(value, str) or (value is None and label == "path")):
                raise TypeError(f"{label} must be a string; got {show(value)}")
        self.name = name
        self.path = path or name
        self.trainable = trainable
        self.grad: Array | None = None

    @property
    def value(self) -> Array:
        """The value: an array, not a copy of it."""
        return self._value

    @property
    def shape(self) -> Sizes:
        """The shape, which does not change."""
        return self._value.shape

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return self._value.ndim

    @property
    def dtype(self) -> str:
        """The name of the dtype, as Keras has it."""
        return str(self._value.dtype.name)

    def numpy(self) -> Array:
        """Return a copy of the value."""
        return self._value.copy()

    def assign(self, value: Any) -> Variable:
        """Replace the value.

        Parameters
        ----------
        value : array_like
            Of the variable's shape; it is cast to its dtype and copied.

        Returns
        -------
        Variable
            The variable itself.
        """
        array = as_array(value, "value")
        check_numeric(array, "value")
        if array.shape != self.shape:
            raise ValueError(
                f"value must be of {self.path}'s shape {self.shape}; got {array.shape}"
            )
        with np.errstate(over="ignore", invalid="ignore"):
            self._value = array.astype(self._value.dtype, copy=True)
        return self

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> Array:
        if dtype is None or np.dtype(dtype) == self._value.dtype:
            return self._value.copy() if copy else self._value
        return self._value.astype(dtype)

    def __repr__(self) -> str:
        return f"<Variable path={self.path}, shape={self.shape}, dtype={self.dtype}>"
