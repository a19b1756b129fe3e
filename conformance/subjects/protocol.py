"""The protocol of a subject: an implementation of one dialect that runs calls."""

from __future__ import annotations

import functools
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from conformance.spec.library import Library
from conformance.spec.request import Observation, Request

Array = npt.NDArray[Any]


class SubjectRaised(Exception):  # noqa: N818 - carries what a subject raised
    """A subject raised, or could not be loaded; the cause is chained."""


class CallRaised(SubjectRaised):
    """An exception that a subject raised in a process of its own.

    Parameters
    ----------
    subject : str
        The subject's name.
    error_class, message : str
        The exception's class by name, and its message.
    place : str
        Where it was raised; may be empty.
    """

    def __init__(self, subject: str, error_class: str, message: str, place: str = "") -> None:
        self.error_class, self.message, self.place = error_class, message, place
        self.sentence = f"raised {error_class}: {message}{place}"
        super().__init__(f"{subject} {self.sentence}")


class Subject(Protocol):
    """An implementation under test.

    Attributes
    ----------
    name : str
        Its column in the matrix.
    dialect : str
        'torch' or 'tf'.
    """

    name: str
    dialect: str

    def run(self, request: Request) -> Observation:
        """Run a call.

        Parameters
        ----------
        request : Request
            The call and its arrays; they may be read, not written.

        Returns
        -------
        Observation
        """


@runtime_checkable
class HasLibrary(Protocol):
    """A subject that also shows its namespace, for claims that are short programs."""

    def library(self) -> Library:
        """The namespace.

        Returns
        -------
        Library
        """


def resolve(root: Any, target: str) -> Any:
    """Find an attribute by its dotted name.

    Parameters
    ----------
    root : object
        Where to start.
    target : str
        Such as 'nn.functional.conv2d'.

    Returns
    -------
    object
    """
    return functools.reduce(getattr, target.split("."), root)


def constant(array: Array) -> float | None:
    """The common value of an array's elements, or None if they differ.

    Parameters
    ----------
    array : ndarray
        A parameter.

    Returns
    -------
    float or None
    """
    values = np.asarray(array, dtype=np.float64).reshape(-1)
    if values.size and bool(np.all(values == values[0])):
        return float(values[0])
    return None
