"""What ops take and return, and the two decorators that let one op serve every kind of array.

`primitive` routes a call to the arguments' own `__array_function__` (NumPy's dispatch protocol,
NEP 18), so that an op written for floats also evaluates on arrays that carry an error bound.
`half_in_float32` computes half types in float32 and rounds once.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Literal, ParamSpec, TypeAlias, TypeVar, cast

import numpy as np
import numpy.typing as npt

from refimpl.dtypes import is_half

Array: TypeAlias = npt.NDArray[Any]
Vjp: TypeAlias = Callable[..., tuple[Any, ...]]
Sizes: TypeAlias = tuple[int, ...]
Pairs: TypeAlias = tuple[tuple[int, int], ...]
Rule: TypeAlias = Literal["linear", "maximum", "index", "elementwise"]

P = ParamSpec("P")
T = TypeVar("T")


class Primitive:
    """A kernel that owns buffers, and the rule by which an error bound passes through it.

    Parameters
    ----------
    function : callable
        The kernel; it is called with plain float arrays only.
    rule : {'linear', 'maximum', 'index', 'elementwise'}
        'linear': (multi)linear in its first `arguments` positional arguments, one array out.
        'maximum': selects elements of its first argument, one array out.
        'index': integer or bool arrays that depend on values only.
        'elementwise': a function applied to each element, with `derivative`.
    arguments : int
        How many of the first positional arguments may carry a bound.
    derivative : callable, optional
        The elementwise derivative, for rule 'elementwise'.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        rule: Rule,
        arguments: int,
        derivative: Callable[[Array], Array] | None,
    ) -> None:
        functools.update_wrapper(self, function)
        self.function = function
        self.rule = rule
        self.arguments = arguments
        self.derivative = derivative

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the kernel, or hand the call to the first argument that overrides it."""
        for argument in args[: self.arguments]:
            kind = type(argument)
            if kind is np.ndarray or isinstance(argument, np.ndarray):
                continue
            if hasattr(kind, "__array_function__"):
                return argument.__array_function__(self, (kind,), args, kwargs)
        return self.function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<primitive {self.function.__qualname__}>"


def primitive(
    rule: Rule, *, arguments: int = 1, derivative: Callable[[Array], Array] | None = None
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Make a kernel a `Primitive`.

    Parameters
    ----------
    rule : {'linear', 'maximum', 'index', 'elementwise'}
        How a bound passes through it; see `Primitive`.
    arguments : int
        How many of the first positional arguments may carry a bound.
    derivative : callable, optional
        The elementwise derivative, for rule 'elementwise'.

    Returns
    -------
    callable
        The decorator.
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        return cast("Callable[P, T]", Primitive(function, rule, arguments, derivative))

    return decorate


def half_in_float32(op: Callable[P, tuple[Any, Vjp]]) -> Callable[P, tuple[Any, Vjp]]:
    """Let an op compute half types in float32 and round its results once.

    Parameters
    ----------
    op : callable
        An op; its array arguments are positional or keyword, its result `(output, vjp)`, where
        both output and cotangent may be one array or a tuple of arrays.

    Returns
    -------
    callable
        The op for every float dtype. Without a half-typed argument it is called as it stands.
    """

    @functools.wraps(op)
    def computed(*args: P.args, **kwargs: P.kwargs) -> tuple[Any, Vjp]:
        half = None
        for argument in args:
            dtype = getattr(argument, "dtype", None)
            if dtype is not None and dtype.itemsize == 2 and is_half(dtype):
                half = dtype
                break
        if half is None:
            return op(*args, **kwargs)
        wide_args = [_cast(argument, half, np.float32) for argument in args]
        wide_kwargs = {name: _cast(value, half, np.float32) for name, value in kwargs.items()}
        output, vjp = op(*wide_args, **wide_kwargs)

        def half_vjp(cotangent: Any) -> tuple[Any, ...]:
            wide = vjp(_cast(cotangent, half, np.float32))
            return tuple(_cast(bar, np.dtype(np.float32), half) for bar in wide)

        return _cast(output, np.dtype(np.float32), half), half_vjp

    return computed


def overwrite(ufunc: Any, first: Array, second: Array | float, keep: int = 0) -> Array:
    """Apply a ufunc, in the memory of a temporary if no argument carries a bound.

    Fresh memory for an intermediate result costs more than the arithmetic.

    Parameters
    ----------
    ufunc : callable
        A ufunc of two arguments.
    first, second : array
        Its arguments; they may carry a bound. The second may also be a number.
    keep : {0, 1}
        Which of them is the temporary; it has the shape and the dtype of the result.

    Returns
    -------
    array
    """
    result: Array
    if type(first) is np.ndarray and type(second) in (np.ndarray, float):
        result = ufunc(first, second, out=(first, second)[keep])
    else:
        result = ufunc(first, second)
    return result


def _cast(value: Any, source: np.dtype[Any], target: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_cast(item, source, target) for item in value)
    if isinstance(value, np.ndarray | np.generic) and value.dtype == source:
        # NumPy warns of a NaN in a half type, and of what overflows in one.
        with np.errstate(over="ignore", invalid="ignore"):
            return value.astype(target)
    return value
