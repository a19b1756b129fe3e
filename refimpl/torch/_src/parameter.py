"""Parameter: an array that a module owns, and the gradient that gathers on it."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from refimpl._arguments import read_axis, read_flag
from refimpl._show import show
from refimpl.dtypes import is_float
from refimpl.ops.array import Array

__all__ = ["Parameter"]


class Parameter:
    """A float array that is learned, with the gradient gathered for it.

    Parameters
    ----------
    data : array
        The values; kept, not copied.
    requires_grad : bool, default True
        Whether `Module.backward` gathers a gradient here.

    Attributes
    ----------
    data : array
        The values; may be replaced by another float array.
    grad : array or None
        The sum of the gradients since it was last None or zero.
    requires_grad : bool
        As given.

    Raises
    ------
    TypeError
        If `data` is no float array.

    Notes
    -----
    torch.nn.Parameter is a tensor; this one only holds an array. NumPy functions take it through
    `__array__`, and `numpy()` is the array itself.
    """

    __slots__ = ("_data", "grad", "requires_grad")

    def __init__(self, data: Array, requires_grad: bool = True) -> None:
        self.data = data
        self.grad: Array | None = None
        self.requires_grad = read_flag(requires_grad, "requires_grad")

    @property
    def data(self) -> Array:
        """The values."""
        return self._data

    @data.setter
    def data(self, data: Array) -> None:
        if isinstance(data, Parameter):
            data = data._data
        if not isinstance(data, np.ndarray):
            got = f"{type(data).__name__} {show(data)}"
        elif not is_float(data.dtype) or not data.dtype.isnative:
            got = f"an array of dtype {data.dtype}"
        else:
            self._data = data
            return
        raise TypeError(f"data must be a NumPy array of floats; got {got}")

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the values."""
        return self._data.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the values."""
        return self._data.dtype

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self._data.ndim

    def numpy(self) -> Array:
        """Return the array of values itself."""
        return self._data

    def numel(self) -> int:
        """Return the number of elements."""
        return self._data.size

    def dim(self) -> int:
        """Return the number of axes."""
        return self._data.ndim

    def size(self, dim: int | None = None) -> Any:
        """Return the shape, or the extent of one axis.

        Parameters
        ----------
        dim : int, optional
            The axis.
        """
        if dim is None:
            return self._data.shape
        return self._data.shape[read_axis(dim, "dim", self._data.ndim)]

    def requires_grad_(self, requires_grad: bool = True) -> Parameter:
        """Return this parameter, for which a gradient is gathered from now on, or is not.

        Parameters
        ----------
        requires_grad : bool, default True
            Whether it is.
        """
        self.requires_grad = read_flag(requires_grad, "requires_grad")
        return self

    def _accumulate(self, gradient: Array) -> None:
        """Add a gradient to `grad`, if one is asked for."""
        if self.requires_grad:
            # A copy, as the cotangent may be a view of what the caller gave.
            self.grad = gradient.copy() if self.grad is None else self.grad + gradient

    def _cast(self, dtype: np.dtype[Any]) -> None:
        """Cast values and gradient to another float dtype."""
        self._data = self._data.astype(dtype)
        if self.grad is not None:
            self.grad = self.grad.astype(dtype)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.array(self._data, dtype=dtype, copy=copy)

    def __len__(self) -> int:
        return len(self._data)

    def __getitem__(self, index: Any) -> Any:
        return self._data[index]

    def __repr__(self) -> str:
        return f"Parameter containing:\n{self._data!r}"


Tensor: TypeAlias = Array | Parameter
