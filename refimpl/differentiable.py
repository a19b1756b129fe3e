"""A function that returns `(output, vjp)`, shown to callers as one that returns its output."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, cast

import numpy as np

from refimpl._arguments import read_cotangent, read_entries
from refimpl._show import show

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
    paired : bool, default False
        Whether the cotangent is a tuple, one for each output. Otherwise it is that of the first
        output, where there are several.
    """

    def __init__(
        self,
        with_vjp: Callable[P, tuple[T, Callable[..., tuple[Any, ...]]]],
        paired: bool = False,
    ) -> None:
        functools.update_wrapper(self, with_vjp)
        # As a decorator errstate costs half of what it costs in a with statement.
        self._function = np.errstate(all="ignore")(with_vjp)
        self._is_paired = paired

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """Return the output alone."""
        try:
            output = self._function(*args, **kwargs)[0]
        except MemoryError:
            raise self._too_large(args, kwargs) from None
        if isinstance(output, np.generic):  # what NumPy makes of an array without dimensions
            return cast("T", np.asarray(output))
        return output

    def with_vjp(
        self, *args: P.args, **kwargs: P.kwargs
    ) -> tuple[T, Callable[..., tuple[Any, ...]]]:
        """Return the output, and the function from its cotangent to those of the arguments.

        Parameters
        ----------
        *args, **kwargs : object
            The function's arguments.

        Returns
        -------
        output : array or tuple of arrays
        vjp : callable
            Takes an array of the output's shape, which is cast to the output's dtype. It holds
            the arrays that it needs, and not copies of them: between the two calls nothing may
            be written into the arguments or into the output, since that is not noticed, and what
            is returned then is the derivative nowhere.
        """
        try:
            output, vjp = self._function(*args, **kwargs)
        except MemoryError:
            raise self._too_large(args, kwargs) from None

        # Not the output itself, which the vjp may have no need for.
        first: Any = output[0] if isinstance(output, tuple) else output
        shape, dtype = first.shape, first.dtype
        kinds = (
            [(each.shape, each.dtype) for each in cast("Any", output)] if self._is_paired else []
        )

        def checked(cotangent: Any) -> tuple[Any, ...]:
            with np.errstate(all="ignore"):
                try:
                    if kinds:
                        return vjp(_read_pair(cotangent, kinds))
                    return vjp(read_cotangent(cotangent, "cotangent", shape, dtype))
                except MemoryError:
                    raise ValueError(
                        f"{', '.join(self.names)} must need no more memory on the way back than "
                        f"there is; got an output of shape {shape}"
                    ) from None

        return output, checked

    @functools.cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the arguments, the arrays first."""
        return tuple(inspect.signature(self._function).parameters)

    def _too_large(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> ValueError:
        given = [*self.names[: len(args)], *kwargs]
        return ValueError(
            f"{', '.join(given)} must need no more memory than there is; got "
            f"{', '.join(map(show, [*args, *kwargs.values()]))}"
        )

    def __repr__(self) -> str:
        return f"<function {getattr(self, '__qualname__', '?')}>"


def _read_pair(cotangents: Any, kinds: list[tuple[Any, Any]]) -> tuple[Any, ...]:
    allowed = f"a tuple of {len(kinds)} arrays, one for each output"
    entries = read_entries(cotangents, "cotangent", allowed, len(kinds))
    return tuple(
        read_cotangent(entry, "cotangent", *kind)
        for entry, kind in zip(entries, kinds, strict=True)
    )


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
