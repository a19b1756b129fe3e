"""What a bad call is: words of a dialect, the argument that is wrong, and who refuses it how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Values:
    """An array of a table, in no library's type.

    Attributes
    ----------
    shape : tuple of int
        Its shape.
    dtype : str
        Its dtype's name.
    elements : tuple of float
        Its elements; empty where all are 1.
    """

    shape: tuple[int, ...]
    dtype: str
    elements: tuple[float, ...] = ()

    def array(self) -> npt.NDArray[Any]:
        """Make it.

        Returns
        -------
        ndarray
        """
        if not self.elements:
            return np.ones(self.shape, self.dtype)
        return np.array(self.elements).astype(self.dtype).reshape(self.shape)


def ones(*shape: int, dtype: str = "float32") -> Values:
    """Declare an array of ones.

    Parameters
    ----------
    *shape : int
        Its shape.
    dtype : str
        Its dtype's name.

    Returns
    -------
    Values
    """
    return Values(shape, dtype)


def values(*elements: float, dtype: str) -> Values:
    """Declare a vector.

    Parameters
    ----------
    *elements : float
        Its elements.
    dtype : str
        Its dtype's name.

    Returns
    -------
    Values
    """
    return Values((len(elements),), dtype, elements)


NEVER_WRITTEN = "memory that was never written"


@dataclass(frozen=True)
class ReturnedArray:
    """An array that a framework answers a bad call with.

    Attributes
    ----------
    shape : tuple of int
        Its shape.
    dtype : str
        Its dtype's name.
    each : float, optional
        What every element is.
    total : float, optional
        What its elements, small integers, add up to.
    varies : str
        Why its elements are another time other ones, and are not looked at; empty if they are not.
    """

    shape: tuple[int, ...]
    dtype: str = "float32"
    each: float | None = None
    total: float | None = None
    varies: str = ""


@dataclass(frozen=True)
class Accepts:
    """The framework answers.

    Attributes
    ----------
    sentence : str
        What it makes of the call.
    answer : ReturnedArray or tuple of ReturnedArray
        What it returns; another answer is another behaviour than the one on record.
    isolate : bool
        Whether it is called in a process of its own, since it may write where it must not.
    """

    sentence: str
    answer: ReturnedArray | tuple[ReturnedArray, ...]
    isolate: bool = False

    @property
    def arrays(self) -> tuple[ReturnedArray, ...]:
        """What it returns, as a tuple."""
        return self.answer if isinstance(self.answer, tuple) else (self.answer,)


@dataclass(frozen=True)
class Dies:
    """The framework takes its process with it, so it is called in one of its own.

    Attributes
    ----------
    signals : tuple of str
        Which signals have been seen.
    sentence : str
        What happens.
    """

    signals: tuple[str, ...]
    sentence: str


@dataclass(frozen=True)
class BadCall:
    """One bad call.

    Attributes
    ----------
    target : str
        The dotted name of a function or class in the dialect.
    what : str
        What is wrong, in a word or two for the id.
    names : str
        The argument that the error must name.
    refuses : str
        The class of refimpl's exception: ValueError or TypeError. For a class, ' at call' follows
        if only the call is refused; otherwise its construction is.
    framework : str, Accepts or Dies
        What the real framework does. A string is read as in `refuses`.
    arguments : mapping
        Of the function, or of the constructor.
    calls : tuple of tuple
        The arguments of each call of the instance; the last one is the bad one.
    """

    target: str
    what: str
    names: str
    refuses: str
    framework: str | Accepts | Dies
    arguments: Mapping[str, Any]
    calls: tuple[tuple[Any, ...], ...] = ()

    @property
    def words(self) -> tuple[str, str]:
        """What tells it from others of its dialect: the last part of its target, and what."""
        return self.target.rpartition(".")[2], self.what

    @property
    def is_refused_by_framework(self) -> bool:
        """Whether the framework raises an exception, too."""
        return isinstance(self.framework, str)

    @property
    def isolated(self) -> bool:
        """Whether the framework is called in a process of its own."""
        return isinstance(self.framework, Dies) or (
            isinstance(self.framework, Accepts) and self.framework.isolate
        )
