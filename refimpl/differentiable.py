"""A function that returns `(output, vjp)`, shown to callers as one that returns its output."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, cast

import numpy as np

P = ParamSpec("P")
T = TypeVar("T")


class Differentiable(Generic[P, T]):
    """A function with a second form that also returns its vector-Jacobian product.

    Calling it returns the output alone, as the framework's function of that name does;
    `with_vjp` takes the same arguments and returns `(output, vjp)`, where `vjp(cotangent)` is
    the tuple of cotangents of the array arguments (None for one that is absent or holds
    integers). Array arguments come first in every signature of both frameworks, so the
    cotangents belong to the first of `names`.

    Parameters
    ----------
    with_vjp : callable
        The function that returns `(output, vjp)`.
    """

    def __init__(self, with_vjp: Callable[P, tuple[T, Callable[..., tuple[Any, ...]]]]) -> None:
        functools.update_wrapper(self, with_vjp)
        self.with_vjp = with_vjp

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """Return the output alone."""
        output = self.with_vjp(*args, **kwargs)[0]
        if isinstance(output, np.generic):  # what NumPy makes of an array without dimensions
            return cast("T", np.asarray(output))
        return output

    @functools.cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the arguments, the arrays first."""
        return tuple(inspect.signature(self.with_vjp).parameters)

    def __repr__(self) -> str:
        return f"<function {getattr(self, '__qualname__', '?')}>"


def differentiable(
    with_vjp: Callable[P, tuple[T, Callable[..., tuple[Any, ...]]]],
) -> Differentiable[P, T]:
    """Turn a function that returns `(output, vjp)` into one that returns its output.

    Parameters
    ----------
    with_vjp : callable
        The function that returns `(output, vjp)`.

    Returns
    -------
    Differentiable
        Callable like the framework's function; its `with_vjp` is the function given.
    """
    return Differentiable(with_vjp)


def for_rank(
    with_vjp: Callable[Concatenate[int, P], tuple[T, Callable[..., tuple[Any, ...]]]],
    n: int,
    name: str,
) -> Differentiable[P, T]:
    """Make one of the siblings that differ in the number of their spatial axes alone.

    Parameters
    ----------
    with_vjp : callable
        What the siblings share, documented for all of them; it takes the number first.
    n : int
        The number.
    name : str
        The sibling's name.

    Returns
    -------
    Differentiable
        With the signature of `with_vjp` without its first parameter.
    """
    fixed = functools.partial(with_vjp, n)
    functools.update_wrapper(fixed, with_vjp)
    signature = inspect.signature(with_vjp)
    others = list(signature.parameters.values())[1:]
    named: Any = fixed
    named.__name__ = named.__qualname__ = name
    named.__signature__ = signature.replace(parameters=others)
    return Differentiable(fixed)
