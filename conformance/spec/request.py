"""What a subject is asked and what it answers: a call with its arrays, and what was seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from conformance.spec.call import Call, Owned, Unsupported

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
