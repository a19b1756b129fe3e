"""One question of a pack: a call of the dialect, its arrays, and the expected values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from conformance.checks.gradient import required_gradients
from conformance.checks.state import STEPS, state_after
from conformance.checks.trial import Trial
from conformance.judging.claim import Claim
from conformance.judging.requests import build_request
from conformance.judging.session import Session
from conformance.layers.registry import LAYERS
from conformance.oracle.bounds import Bounded
from conformance.spec.call import Move, Owned, Slot
from conformance.spec.case import Case
from conformance.tools.exchange import VERSION
from refimpl.dtypes import is_float

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Question:
    """
    A case in one form, and the claims that its answer decides.

    Attributes
    ----------
    case : Case
        The case.
    form : str
        One form of the dialect.
    claims : tuple of Claim
        About this form; one that holds it against another form belongs to the first of the two.
    """

    case: Case
    form: str
    claims: tuple[Claim, ...]

    @property
    def name(self) -> str:
        """The folder's name."""
        return folder_name(self.case.id, self.form)

    @property
    def aspects(self) -> tuple[str, ...]:
        """The aspects, sorted."""
        return tuple(sorted({claim.aspect for claim in self.claims}))


def folder_name(case: str, form: str) -> str:
    """
    Name the folder of a question, and of its answer.

    Parameters
    ----------
    case : str
        The case's id.
    form : str
        The form.

    Returns
    -------
    str
    """
    return f"{case}-{form}"


def group_claims(claims: Iterable[Claim]) -> list[Question]:
    """
    Group claims by what has to be answered for them.

    Parameters
    ----------
    claims : iterable of Claim
        Of one subject.

    Returns
    -------
    list of Question
        In the order of the claims.
    """
    groups: dict[tuple[str, str], list[Claim]] = {}
    for claim in claims:
        groups.setdefault((claim.case.id, claim.forms[0]), []).append(claim)
    return [
        Question(case, form, tuple(group))
        for (_, form), group in groups.items()
        if isinstance(case := group[0].case, Case)  # a program cannot be asked by files
    ]


@dataclass(frozen=True)
class QuestionContents:
    """
    The contents of a question's folder.

    Attributes
    ----------
    document : dict
        What ``question.json`` says.
    given : dict
        Name -> array that an answer starts from.
    expected : dict
        Name -> float64 array that an answer is held against, or its bound; counters and indices
        are integers.
    """

    document: dict[str, Any]
    inputs: dict[str, Array]
    expected: dict[str, Array]


def contents_of(question: Question, session: Session, subject: str) -> QuestionContents:
    """
    Compute the contents of a question.

    Parameters
    ----------
    question : Question
        The question.
    session : Session
        Whose oracle answers.
    subject : str
        Any subject of the dialect; it is not asked.

    Returns
    -------
    QuestionContents
    """
    trial = session.trial(question.case, subject, question.form)
    request = build_request(
        trial, session.answers.cotangents(trial), steps=max(STEPS) if _has_state(question) else 1
    )
    expected = dict(_expected_arrays(session, trial, question))
    results = []
    for result, cotangent in zip(trial.call.results, request.cotangents, strict=True):
        right = expected.get(f"expected.output.{result.name}", cotangent)
        assert right is not None  # a draw has a cotangent
        dtype = "int64" if not is_float(right.dtype) else question.case.dtype
        results.append(
            _describe_array(result.name, dtype, right) | {"cotangent": cotangent is not None}
        )
    arrays = [
        _describe_array(slot.name, (array := request.arrays[slot.name]).dtype.name, array)
        | {"role": slot.role, "gradient": _has_gradient(slot, array, expected)}
        for slot in trial.call.slots
    ]
    document = {
        "version": VERSION,
        "case": question.case.id,
        "form": question.form,
        "layer": question.case.layer,
        "regime": question.case.regime,
        "dtype": question.case.dtype,
        "hunts": question.case.hunts,
        "dialect": session.roster[subject].dialect,
        "target": trial.call.target,
        "kind": trial.call.kind,
        "training": trial.call.training,
        "arguments": _to_json(trial.call.arguments),
        "arrays": arrays,
        "results": results,
        "further": len(request.further),
        "state": _describe_state(expected, question),
        "owned": [describe_owned(owned) for owned in trial.call.owned],
        "exact": question.case.regime == "exact",
        "asked": list(question.aspects),
    }
    given = {f"given.{name}": array for name, array in request.arrays.items()}
    given |= {f"further.{step}": array for step, array in enumerate(request.further, 1)}
    given |= {
        f"cotangent.{result.name}": cotangent
        for result, cotangent in zip(trial.call.results, request.cotangents, strict=True)
        if cotangent is not None
    }
    return QuestionContents(document, given, expected)


def describe_owned(owned: Owned) -> dict[str, Any]:
    """
    Describe a parameter or buffer.

    Parameters
    ----------
    owned : Owned
        The parameter.

    Returns
    -------
    dict
    """
    return {
        "name": owned.name,
        "dtype": owned.dtype,
        "shape": list(owned.shape),
        "trainable": owned.trainable,
        "initial": owned.initial,
    }


def _has_gradient(slot: Slot, array: Array, expected: Mapping[str, Array]) -> bool:
    known = f"expected.gradient.{slot.name}" in expected or not expected
    return slot.has_gradient and is_float(array.dtype) and known


def _has_state(question: Question) -> bool:
    return "state" in question.aspects


def _expected_arrays(
    session: Session, trial: Trial, question: Question
) -> Iterator[tuple[str, Array]]:
    """Yield the expected arrays by name; those of a draw are not known before it is seen."""
    slots = {slot.array: slot for slot in trial.call.slots}
    if not LAYERS[trial.case.layer].random:
        expected = session.answers.expected(trial)
        for result in trial.call.results:
            yield from _value_and_bound(
                f"output.{result.name}", expected.outputs[result.name], result.move
            )
        for name in required_gradients(trial.call, expected):
            slot = slots[name]
            yield from _value_and_bound(
                f"gradient.{slot.name}", expected.gradients[name], slot.move
            )
    if _has_state(question):
        for steps in sorted(STEPS):
            for name, right in state_after(trial, steps).items():
                spoken = slots[name].name if name in slots else name
                yield from _value_and_bound(f"state.{steps}.{spoken}", right, None)


def _value_and_bound(name: str, right: Any, move: Move | None) -> Iterator[tuple[str, Array]]:
    def move_array(array: Array) -> Array:
        return array if move is None else move.to(array)

    if isinstance(right, Bounded):
        yield f"expected.{name}", move_array(right.value)
        yield f"bound.{name}", move_array(right.bound)
    else:
        yield f"expected.{name}", move_array(np.asarray(right))


def _describe_state(expected: Mapping[str, Array], question: Question) -> list[dict[str, Any]]:
    found = []
    for name, right in expected.items():
        if name.startswith("expected.state."):
            after, _, spoken = name.removeprefix("expected.state.").partition(".")
            dtype = question.case.dtype if is_float(right.dtype) else "int64"
            found.append(_describe_array(spoken, dtype, right) | {"after": int(after)})
    return found


def _describe_array(name: str, dtype: str, array: Array) -> dict[str, Any]:
    return {"name": name, "dtype": dtype, "shape": list(array.shape)}


def _to_json(value: Any) -> Any:
    """Turn what a call's arguments are made of into JSON's kinds; a tuple becomes a list."""
    if isinstance(value, Mapping):
        return {name: _to_json(each) for name, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_to_json(each) for each in value]
    return value
