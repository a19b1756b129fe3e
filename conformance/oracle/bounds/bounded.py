"""An array that carries, element by element, how far an honest implementation may be from it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt
from numpy.lib.mixins import NDArrayOperatorsMixin

from conformance.oracle.bounds import elementwise, functions, reductions
from conformance.oracle.bounds.terms import Floats, Term, term
from conformance.oracle.bounds.unit import Unit
from refimpl.dtypes import is_float
from refimpl.ops.array import Primitive

_REDUCTIONS: dict[Any, Any] = {np.add: np.sum, np.maximum: np.max, np.minimum: np.min}


class Bounded(NDArrayOperatorsMixin):
    """A float64 array and the absolute bound of each element's error.

    It goes through NumPy's functions and operators as an array does; each adds the rounding of
    its own step in the unit's dtype and passes on the bounds of its operands. What NumPy has and
    no rule covers raises TypeError, and so does everything that would drop the bound.

    Parameters
    ----------
    value : array_like
        The values, taken as float64.
    bound : array_like or None
        The bounds, not negative, broadcast to the shape of `value`; None where all is exact.
    unit : Unit
        The unit of error.

    Raises
    ------
    ValueError
        If a bound is negative or NaN.
    """

    __slots__ = ("_bound", "unit", "value")
    __hash__ = None  # type: ignore[assignment]  # as for arrays: equality is elementwise

    value: Floats
    unit: Unit

    def __init__(self, value: npt.ArrayLike, bound: npt.ArrayLike | None, unit: Unit) -> None:
        self.value = np.asarray(value, dtype=np.float64)
        self.unit = unit
        self._bound: Floats | None = None
        if bound is not None:
            given = np.broadcast_to(np.asarray(bound, dtype=np.float64), self.value.shape)
            if not (given >= 0.0).all():
                raise ValueError("bound must be non-negative everywhere; got a negative or a NaN")
            self._bound = given

    @property
    def bound(self) -> Floats:
        """Absolute bound of each element's error, of the same shape as the value."""
        if self._bound is None:
            return np.zeros(self.value.shape)
        return self._bound

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the array."""
        return self.value.shape

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return self.value.ndim

    @property
    def size(self) -> int:
        """Number of elements."""
        return self.value.size

    @property
    def dtype(self) -> np.dtype[np.float64]:
        """float64, in which the oracle computes."""
        return self.value.dtype

    @property
    def T(self) -> Bounded:  # noqa: N802
        """The array with its axes reversed."""
        return self._wrap(functions.move(np.transpose, self._term))

    def reshape(self, *shape: Any) -> Bounded:
        """Return the array in another shape, as `numpy.ndarray.reshape`."""
        wanted = shape[0] if len(shape) == 1 else shape
        return self._wrap(functions.move(np.reshape, self._term, wanted))

    def transpose(self, *axes: Any) -> Bounded:
        """Return the array with its axes in another order, as `numpy.ndarray.transpose`."""
        order = axes[0] if len(axes) == 1 else axes or None
        return self._wrap(functions.move(np.transpose, self._term, order))

    def swapaxes(self, first: int, second: int) -> Bounded:
        """Return the array with two axes exchanged."""
        return self._wrap(functions.move(np.swapaxes, self._term, first, second))

    def ravel(self) -> Bounded:
        """Return the array in one dimension."""
        return self._wrap(functions.move(np.ravel, self._term))

    def squeeze(self, axis: Any = None) -> Bounded:
        """Return the array without axes of length one."""
        return self._wrap(functions.move(np.squeeze, self._term, axis))

    def take(self, indices: Any, axis: int | None = None) -> Bounded:
        """Return elements along an axis."""
        return self._wrap(functions.move(np.take, self._term, indices, axis))

    def copy(self) -> Bounded:
        """Return a copy."""
        return self._wrap(functions.move(np.copy, self._term))

    def astype(self, dtype: npt.DTypeLike, copy: bool = True) -> Any:
        """Return the array itself for a float dtype, else the plain values in that dtype."""
        wanted = np.dtype(dtype)
        return self if is_float(wanted) else self.value.astype(wanted)

    def sum(self, axis: Any = None, *, keepdims: bool = False) -> Bounded:
        """Return the sum over axes."""
        return self._reduce(np.sum, axis, keepdims)

    def mean(self, axis: Any = None, *, keepdims: bool = False) -> Bounded:
        """Return the mean over axes."""
        return self._reduce(np.mean, axis, keepdims)

    def max(self, axis: Any = None, *, keepdims: bool = False) -> Bounded:
        """Return the maximum over axes."""
        return self._reduce(np.max, axis, keepdims)

    def min(self, axis: Any = None, *, keepdims: bool = False) -> Bounded:
        """Return the minimum over axes."""
        return self._reduce(np.min, axis, keepdims)

    def __getitem__(self, index: Any) -> Bounded:
        return self._wrap(functions.move(lambda part: part[index], self._term))

    def __setitem__(self, index: Any, values: Any) -> None:
        """Write over the whole array, as running statistics are; never over a part."""
        if index is not Ellipsis:
            raise TypeError("only the whole of a Bounded can be written over")
        found = self._to_term(values)
        self.value = np.broadcast_to(np.asarray(found.value), self.value.shape)
        self._bound = (
            None if found.bound is None else np.broadcast_to(found.bound, self.value.shape)
        )

    def __len__(self) -> int:
        return len(self.value)

    def __bool__(self) -> NoReturn:
        raise TypeError("the truth of a Bounded is not defined; compare its elements")

    def __float__(self) -> NoReturn:
        raise TypeError("a Bounded does not become a float: its bound would be lost")

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NoReturn:
        raise TypeError(
            "a Bounded does not become a plain array: its bound would be lost "
            "(numpy.asarray, an in-place write, or a function NumPy does not dispatch)"
        )

    def __repr__(self) -> str:
        return f"Bounded({self.value!r}, bound={self.bound!r}, unit={self.unit.dtype})"

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """Evaluate a ufunc by its rule."""
        if kwargs.pop("dtype", None) not in (None, np.float64):
            raise TypeError(f"numpy.{ufunc.__name__} on a bounded array takes no dtype")
        with np.errstate(all="ignore"):
            if method == "reduce":
                return self._reduce_ufunc(ufunc, *inputs, **kwargs)
            if method != "__call__" or kwargs:
                _refuse(ufunc, method, kwargs)
            if ufunc in elementwise.BY_VALUE:
                return ufunc(*(_value(x) for x in inputs))
            terms = [self._to_term(x) for x in inputs]
            if ufunc in functions.PRODUCTS:
                return self._wrap(reductions.linear(self.unit, ufunc, terms))
            rule = elementwise.RULES.get(ufunc)
            if rule is None:
                _refuse(ufunc, method, kwargs)
            return self._wrap(rule(self.unit, *terms))

    def __array_function__(
        self, function: Any, types: Iterable[type], args: Any, kwargs: Any
    ) -> Any:
        """Evaluate a NumPy function, or one of refimpl's primitives, by its rule."""
        with np.errstate(all="ignore"):
            if isinstance(function, Primitive):
                result = functions.primitive(self.unit, self._to_term, function, args, kwargs)
                return self._wrap(result) if isinstance(result, Term) else result
            if function in functions.MOVES:
                return self._wrap(
                    functions.move(function, self._to_term(args[0]), *args[1:], **kwargs)
                )
            rule = functions.FUNCTIONS.get(function)
            if rule is not None:
                try:
                    return self._wrap(rule(self.unit, self._to_term, *args, **kwargs))
                except TypeError as error:
                    raise TypeError(f"numpy.{function.__name__}: {error}") from error
            if function in functions.CONSTANTS:
                return self._wrap(Term(function(self.value), None))
            if function in functions.BY_VALUE or function in functions.ABOUT:
                return function(*(_value(x) for x in args), **kwargs)
        return _refuse(function, "__call__", kwargs)

    def _reduce(self, function: Any, axis: Any, keepdims: bool) -> Bounded:
        with np.errstate(all="ignore"):
            rule = functions.FUNCTIONS[function]
            return self._wrap(
                rule(self.unit, self._to_term, self, axis=axis, keepdims=bool(keepdims))
            )

    def _reduce_ufunc(self, ufunc: np.ufunc, array: Any, **kwargs: Any) -> Any:
        function = _REDUCTIONS.get(ufunc)
        axis, keepdims = kwargs.pop("axis", 0), kwargs.pop("keepdims", False)
        if function is None or kwargs:
            _refuse(ufunc, "reduce", kwargs)
        return self._to_bounded(array)._reduce(function, axis, keepdims)

    @property
    def _term(self) -> Term:
        return Term(self.value, self._bound)

    def _to_term(self, operand: Any) -> Term:
        if isinstance(operand, Bounded):
            if operand.unit is not self.unit and operand.unit != self.unit:
                raise TypeError(
                    f"bounded arrays of two units meet: {self.unit.dtype}, {operand.unit.dtype}"
                )
            return Term(operand.value, operand._bound)
        return term(self.unit, operand)

    def _to_bounded(self, operand: Any) -> Bounded:
        return self._wrap(self._to_term(operand))

    def _wrap(self, result: Term) -> Bounded:
        # Past the constructor's checks: the rules answer for what they return.
        wrapped = object.__new__(Bounded)
        wrapped.unit = self.unit
        wrapped.value = np.asarray(result.value)
        bound = result.bound
        if bound is not None:
            bound = np.asarray(bound)
            if bound.shape != wrapped.value.shape:
                bound = np.broadcast_to(bound, wrapped.value.shape)
        wrapped._bound = bound
        return wrapped


def exact(value: npt.ArrayLike, unit: Unit) -> Bounded:
    """Return inputs, which every implementation is given alike: they have no error.

    A subnormal one alone is off by itself, because kernels may read it as zero; in float16,
    which is computed in float32, it is a normal number and exact like the others.

    Parameters
    ----------
    value : array_like
        The values.
    unit : Unit
        The unit of error.

    Returns
    -------
    Bounded
    """
    array = np.asarray(value).astype(np.float64)
    if unit.underflow < unit.smallest:  # float16: subnormals are kept
        return Bounded(array, None, unit)
    size = np.abs(array)
    subnormal = (size < unit.smallest) & (size > 0.0)
    return Bounded(array, np.where(subnormal, size, 0.0) if subnormal.any() else None, unit)


def _value(operand: Any) -> Any:
    return operand.value if isinstance(operand, Bounded) else operand


def _refuse(function: Any, method: str, kwargs: Any) -> NoReturn:
    name = getattr(function, "__name__", repr(function))
    called = name if method == "__call__" else f"{name}.{method}"
    extra = f" with {', '.join(kwargs)}" if kwargs else ""
    raise TypeError(f"numpy.{called}{extra} is not supported on bounded arrays")
