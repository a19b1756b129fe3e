"""Asks subjects for an activation of many inputs, and compares the answers with what is exact."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from conformance.checks.trial import Trial
from conformance.judging.session import Session
from conformance.layers.activation.accuracy import MeasuredActivation
from conformance.layers.dialects import DIALECTS
from conformance.oracle.bounds import Bounded, distance
from conformance.spec.call import Unsupported
from conformance.spec.request import Observation
from conformance.studies.accuracy.activations import ACTIVATIONS, case_of
from conformance.studies.accuracy.exact import exact_values
from conformance.studies.accuracy.inputs import BLOCK, Bits, block_of_all, sample_inputs, to_numbers
from conformance.studies.accuracy.results import ActivationResult
from conformance.subjects.protocol import SubjectRaised
from conformance.subjects.roster import roster_of

Array = npt.NDArray[Any]
_VECTOR = 64  # more elements than any kernel takes at a time

Results = dict[tuple[str, str], ActivationResult]
"""(activation's name, subject) -> what was found."""


@dataclass(frozen=True)
class AccuracyPlan:
    """What is measured.

    Attributes
    ----------
    subjects : tuple of str
        Names or references.
    activations : tuple of str
        Names, as in `ACTIVATIONS`.
    per_stratum : int
        How many mantissas of each sign and exponent are drawn.
    every : bool
        All numbers instead.
    """

    subjects: tuple[str, ...]
    activations: tuple[str, ...] = tuple(ACTIVATIONS)
    per_stratum: int = 1024
    every: bool = False


@dataclass(frozen=True)
class WorkShare:
    """A part of the work.

    Attributes
    ----------
    activation : str
        Its name.
    first, last : int
        The first block, and the first that is no longer part of it.
    """

    activation: str
    first: int
    last: int


def divide_work(plan: AccuracyPlan, size: int = 16) -> list[WorkShare]:
    """Divide the work.

    Parameters
    ----------
    plan : AccuracyPlan
        The whole.
    size : int
        How many blocks make a share.

    Returns
    -------
    list of WorkShare
    """
    found = []
    for name in plan.activations:
        blocks = (
            2**32 // BLOCK if plan.every else -(-_sample_of(name, plan.per_stratum).size // BLOCK)
        )
        found += [
            WorkShare(name, first, min(first + size, blocks)) for first in range(0, blocks, size)
        ]
    return found


@functools.lru_cache(2)
def _sample_of(name: str, per_stratum: int) -> Bits:
    return sample_inputs(per_stratum, ACTIVATIONS[name].landmarks)


def input_blocks(plan: AccuracyPlan, share: WorkShare) -> Iterator[Bits]:
    """Return the inputs of a share, block by block.

    Parameters
    ----------
    plan : AccuracyPlan
        The whole.
    share : WorkShare
        The part.

    Yields
    ------
    ndarray of uint32
    """
    for index in range(share.first, share.last):
        if plan.every:
            yield block_of_all(index)
        else:
            drawn = _sample_of(share.activation, plan.per_stratum)
            yield drawn[index * BLOCK : (index + 1) * BLOCK]


def measure(plan: AccuracyPlan, share: WorkShare) -> Results:
    """Measure a part.

    Parameters
    ----------
    plan : AccuracyPlan
        The whole.
    share : WorkShare
        The part.

    Returns
    -------
    dict
    """
    session = session_of(plan.subjects)
    activation = ACTIVATIONS[share.activation]
    results: Results = {}
    for bits in input_blocks(plan, share):
        one = measure_block(activation, bits, session, list(roster_of(plan.subjects)))
        merge(results, one)
    return results


@functools.cache
def session_of(subjects: tuple[str, ...]) -> Session:
    """Load the subjects once for each process.

    Parameters
    ----------
    subjects : tuple of str
        Names or references.

    Returns
    -------
    Session
    """
    return Session(roster=roster_of(subjects))


def measure_block(
    activation: MeasuredActivation, bits: Bits, session: Session, subjects: Iterable[str]
) -> Results:
    """Measure some inputs.

    Parameters
    ----------
    activation : MeasuredActivation
        Of what.
    bits : ndarray of uint32
        The inputs, in ascending order.
    session : Session
        Where the subjects are; it forgets this block afterwards.
    subjects : iterable of str
        Their names.

    Returns
    -------
    dict
    """
    case = case_of(activation, to_numbers(_pad_to_vector(bits)))
    truths: dict[tuple[Any, ...], tuple[Array, Array]] = {}
    results: Results = {}
    for name in subjects:
        found = results[activation.name, name] = ActivationResult(bits.size)
        try:
            trial, seen = _run_first_form(case, name, session)
        except (Unsupported, SubjectRaised) as error:
            found.notes.add(str(error))
            continue
        found.form = trial.form
        conventions = tuple(sorted(trial.call.conventions.items(), key=lambda item: item[0]))
        if conventions not in truths:
            truths[conventions] = exact_values(case, trial.call.conventions)
        expected = session.answers.expected(trial)
        answers = {"output": seen.outputs[0], "gradient": seen.gradients.get("input")}
        bounded = {
            "output": expected.outputs["output"],
            "gradient": expected.gradients["input"],
        }
        for (quantity, got), truth in zip(answers.items(), truths[conventions], strict=True):
            if got is None:
                found.notes.add(seen.lacking.get("gradients", "no gradient"))
            elif got.shape != truth.shape:
                found.notes.add(f"{quantity} of shape {got.shape} for an input of {truth.shape}")
            else:
                k = _k_of(got, bounded[quantity])
                asked = slice(bits.size)
                found.add(
                    quantity, bits, got.ravel()[asked], truth.ravel()[asked], k.ravel()[asked]
                )
    session.forget()
    return results


def _k_of(got: Array, expected: Bounded) -> Array:
    """Return K, at once where all is exact."""
    if (got == expected.value).all():
        return np.zeros(got.shape)
    return distance(got, expected)


def _pad_to_vector(bits: Bits) -> Bits:
    """Fill up with the first input: what vectorised kernels leave over, others may do otherwise."""
    return np.concatenate([bits, np.repeat(bits[:1], -bits.size % _VECTOR)])


def _run_first_form(case: Any, name: str, session: Session) -> tuple[Trial, Observation]:
    """Ask in the first form that there is, functions before classes."""
    forms = DIALECTS[session.roster[name].dialect].forms[case.layer]
    answer: Unsupported | None = None
    trials = []
    for form in forms:
        try:
            trials.append(session.trial(case, name, form))
        except Unsupported as error:
            answer = error
    for trial in sorted(trials, key=lambda each: each.call.kind != "function"):
        try:
            return trial, session.answers.observe(trial)
        except Unsupported as error:
            answer = error
    raise answer or Unsupported(f"{case.layer} has no form")


def merge(results: Results, others: Results) -> None:
    """Add what was found elsewhere, in any order.

    Parameters
    ----------
    results : dict
        Grows.
    others : dict
        The addition.
    """
    for key, found in others.items():
        results.setdefault(key, ActivationResult()).merge(found)
