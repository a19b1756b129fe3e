"""What a subject is: something of one dialect that runs a call and says what it saw."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from conformance.spec.call import Call, Owned, Unsupported
from conformance.spec.library import Library

Array = npt.NDArray[Any]
Memory = Literal["contiguous", "strided", "channels_last"]


@dataclass(frozen=True)
class Request:
    """A call with its arrays.

    Attributes
    ----------
    call : Call
        What to run.
    arrays : mapping
        Slot name -> array in the dialect's layout and the case's dtype.
    cotangents : tuple
        One array for each result; None where none flows in. Empty: no gradient is wanted.
    further : tuple of ndarray
        Inputs of further calls of the same instance, after the first.
    fresh : bool
        Look at a new instance only: its parameters as constructed; nothing is assigned or run.
    case, form : str
        What the question is called, for who keeps answers; no implementation needs it.
    """

    call: Call
    arrays: Mapping[str, Array]
    cotangents: tuple[Array | None, ...] = ()
    further: tuple[Array, ...] = ()
    fresh: bool = False
    case: str = ""
    form: str = ""


@dataclass(frozen=True)
class Observation:
    """What a subject returned, in its dialect's layout.

    Attributes
    ----------
    outputs : tuple of ndarray
        The results of the first call.
    gradients : mapping
        Slot name -> gradient.
    state : mapping
        Buffer's slot name -> its value after the last call.
    inputs : mapping
        Slot name of an input -> what it holds after the calls.
    owned : tuple of Owned
        The instance's parameters and buffers in order; `initial` is their common value if all
        elements are equal.
    same_object : bool
        Whether the first result is the input array itself, written over.
    lacking : mapping
        Which of the other fields the subject does not give, and why: they are unsupported, not
        wrong.
    """

    outputs: tuple[Array, ...]
    gradients: Mapping[str, Array] = field(default_factory=dict)
    state: Mapping[str, Array] = field(default_factory=dict)
    inputs: Mapping[str, Array] = field(default_factory=dict)
    owned: tuple[Owned, ...] = ()
    same_object: bool = False
    lacking: Mapping[str, str] = field(default_factory=dict)

    def require(self, field: str) -> None:
        """Refuse to look at what the subject does not give.

        Parameters
        ----------
        field : str
            Such as 'gradients'.

        Raises
        ------
        Unsupported
            If it is among what is lacking.
        """
        if field in self.lacking:
            raise Unsupported(self.lacking[field])


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
    """A subject that also shows its namespace, for claims told as short programs."""

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


def laid_out(array: Array, memory: Memory) -> Array:
    """Copy an array so that it lies in memory in some other way.

    Parameters
    ----------
    array : ndarray
        The values.
    memory : {'contiguous', 'strided', 'channels_last'}
        'strided': every second element of a larger array, axes stored in reverse order.
        'channels_last': axis 1 varies fastest.

    Returns
    -------
    ndarray
        Equal to `array`.
    """
    if memory == "channels_last" and array.ndim > 2:
        order = (0, *range(2, array.ndim), 1)
        stored = np.array(array.transpose(order), order="C")
        return stored.transpose(tuple(int(axis) for axis in np.argsort(order)))
    if memory == "strided" and array.ndim:
        stored = np.zeros((2 * array.shape[-1], *array.shape[-2::-1]), array.dtype)
        view = stored[::2].transpose()
        view[...] = array
        return view
    return np.array(array, order="C")
