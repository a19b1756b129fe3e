"""Reads what a subject answered: whether it can be read at all, and in the case's own terms."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from conformance.spec.call import Call, Move, Reshaped, Transposed
from conformance.spec.case import Case
from conformance.spec.program import Program
from conformance.spec.request import Observation

Array = npt.NDArray[Any]


class AnswerError(TypeError):
    """An answer of the wrong number, type or name; a wrong number in it is for the checks."""


def check_answer(observation: Observation, call: Call) -> None:
    """Raise an error for an answer that cannot be read.

    Parameters
    ----------
    observation : Observation
        As the subject gave it.
    call : Call
        What it was asked.

    Raises
    ------
    AnswerError
        It says what was got and what is wanted.
    """
    if not isinstance(observation, Observation):
        raise AnswerError(f"run() must return an Observation; got {_describe_type(observation)}")
    results = call.results
    if len(observation.outputs) != len(results):
        names = ", ".join(result.name for result in results)
        raise AnswerError(
            f"{len(results)} result(s) are wanted ({names}); got {len(observation.outputs)}"
        )
    for result, output in zip(results, observation.outputs, strict=True):
        check_array(result.name, output)
        _check_axes(result.name, output, result.move)
    slots = {slot.name: slot for slot in call.slots}
    wanted = [slot.name for slot in call.slots if slot.has_gradient]
    for name, gradient in observation.gradients.items():
        if name not in slots:
            raise AnswerError(
                f"there is no {name!r} to give a gradient of{_suggest_name(name, wanted)}"
            )
        if gradient is None:
            continue  # the check of gradients names it
        check_array(f"gradient of {name}", gradient)
        _check_axes(f"gradient of {name}", gradient, slots[name].move)
    for part in ("state", "inputs"):
        arrays: Mapping[str, Any] = getattr(observation, part)
        for name, array in arrays.items():
            check_array(f"{name} in {part}", array)


def check_array(what: str, array: object) -> None:
    """Raise an error for what is not a NumPy array of numbers.

    Parameters
    ----------
    what : str
        What it should have been.
    array : object
        What was given.

    Raises
    ------
    AnswerError
        If it is something else.
    """
    if not isinstance(array, np.ndarray | np.generic):
        raise AnswerError(f"{what} must be a NumPy array; got {_describe_type(array)}")
    if array.dtype.hasobject or array.dtype.kind in "SUmM":
        raise AnswerError(f"{what} must hold numbers; got an array of dtype {array.dtype}")


def _check_axes(what: str, array: npt.NDArray[Any], move: Move) -> None:
    """Refuse a shape that cannot be brought into the neutral layout, where a check compares it."""
    if isinstance(move, Transposed) and array.ndim != len(move.axes):
        raise AnswerError(
            f"{what} must have {len(move.axes)} dimensions; got shape {tuple(array.shape)}"
        )
    if isinstance(move, Reshaped) and array.shape != tuple(move.dialect):
        raise AnswerError(f"{what} must have shape {tuple(move.dialect)}; got {tuple(array.shape)}")


def _suggest_name(name: str, allowed: Iterable[str]) -> str:
    names = list(allowed)
    near = difflib.get_close_matches(str(name), names, n=1)
    meant = f" (did you mean {near[0]!r}?)" if near else ""
    return f"{meant}; there are {', '.join(names) or 'none'}"


def _describe_type(value: object) -> str:
    kind = type(value)
    return (
        f"a {kind.__qualname__}"
        if kind.__module__ == "builtins"
        else (f"a {kind.__module__}.{kind.__qualname__}")
    )


def to_neutral_layout(observation: Observation, call: Call) -> Observation:
    """Bring an observation back from the dialect's layout and names.

    Parameters
    ----------
    observation : Observation
        As the subject gave it.
    call : Call
        What it was asked.

    Returns
    -------
    Observation
        Outputs in order; gradients, state and inputs by neutral names.
    """
    slots = {slot.name: slot for slot in call.slots}

    def back(arrays: Mapping[str, Array]) -> dict[str, Array]:
        return {
            slots[name].array if name in slots else name: slots[name].move.back(array)
            if name in slots
            else array
            for name, array in arrays.items()
        }

    outputs = tuple(
        result.move.back(output)
        for result, output in zip(call.results, observation.outputs, strict=True)
    )
    return Observation(
        outputs,
        back(observation.gradients),
        back(observation.state),
        back(observation.inputs),
        observation.owned,
        observation.same_object,
        observation.lacking,
    )


def mask_seed(case: Case | Program) -> int:
    """The seed under which the masks of a case or program are drawn.

    Parameters
    ----------
    case : Case or Program
        What draws.

    Returns
    -------
    int
    """
    digest = hashlib.sha256(f"{case.seed}/{case.id}".encode()).digest()
    return int.from_bytes(digest[:4], "little") >> 1


def observed_mask(case: Case, output: Array) -> Array:
    """The mask of a dropout, read off its output.

    Parameters
    ----------
    case : Case
        A dropout; no element of its input is zero.
    output : ndarray
        What it returned.

    Returns
    -------
    ndarray of bool
        In the noise's shape: true where any element survived, so that a channel which lost
        only some of its elements is found wrong.
    """
    survived = output != 0
    noise = case.config["noise_shape"]
    if noise is None:
        return np.asarray(survived)
    axes = tuple(axis for axis, size in enumerate(noise) if size == 1)
    return np.asarray(survived.any(axis=axes, keepdims=True))
