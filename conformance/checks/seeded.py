"""Draws given a seed."""

from __future__ import annotations

import math
from collections.abc import Sequence

from conformance.checks.finding import (
    Array,
    Finding,
    NothingCompared,
    compare_arrays,
    compare_values,
    compare_within_bound,
)
from conformance.checks.kernels import describe_unmodelled
from conformance.checks.trial import Answers, ProgramTrial
from conformance.oracle.bounds import Bounded, Unit
from conformance.programs.seeded.draw import Draw, Program
from conformance.spec.library import Library
from conformance.spec.text import describe_error
from conformance.subjects.protocol import SubjectRaised


def check_draws_are_refimpls(trial: ProgramTrial, answers: Answers) -> Sequence[Finding]:
    """Every array is byte-identical to refimpl's, for every seed, or within a derived bound.

    Parameters
    ----------
    trial : ProgramTrial
        A draw; its case carries the program.
    answers : Answers
        What subjects and the oracle answer.

    Returns
    -------
    sequence of Finding
        Those of the last seed, or of the first that differs.
    """
    draw: Draw = trial.program.content
    library = answers.library(trial.subject)
    reference = answers.library(f"refimpl.{draw.dialect}")
    if draw.wrong is not None:
        return [_differs(trial, library, reference, draw.wrong)]
    if draw.bound is not None:
        return _worst_of_seeds(trial, library, reference, draw.bound)
    reason = describe_unmodelled(draw.dialect, library.root)
    where = f" ({reason})" if reason else ""
    findings: list[Finding] = []
    for seed in range(draw.seeds):
        theirs = _draw_from_subject(trial, library, seed)
        ours = _draw(reference, draw.program, seed)
        findings = [
            compare_values("number of arrays", len(theirs), len(ours)),
            *(
                _identical(f"array {place}, seed {seed}{where}", got, expected)
                for place, (got, expected) in enumerate(zip(theirs, ours, strict=False))
            ),
        ]
        if any(finding.k > 0 for finding in findings):
            break
    return findings


def _differs(trial: ProgramTrial, library: Library, reference: Library, wrong: Program) -> Finding:
    """Demand that a negative control is told apart; the first seed that does is enough."""
    draw: Draw = trial.program.content
    for seed in range(draw.seeds):
        theirs, others = _draw_from_subject(trial, library, seed), _draw(reference, wrong, seed)
        alike = [(array.shape, array.dtype) for array in theirs]
        if alike != [(array.shape, array.dtype) for array in others]:
            raise NothingCompared("a control must differ in its numbers, not in shape or dtype")
        if any(a.tobytes() != b.tobytes() for a, b in zip(theirs, others, strict=True)):
            return Finding("the control is told apart", 0.0)
    return Finding("the control", math.inf, "bytes", "the same", "others", "none")


def _worst_of_seeds(
    trial: ProgramTrial, library: Library, reference: Library, bound: Program
) -> list[Finding]:
    """Hold arrays whose last bits are rounding's to their bounds; the worst seed of each."""
    draw: Draw = trial.program.content
    worst: list[Finding] = []
    for seed in range(draw.seeds):
        theirs, ours = (
            _draw_from_subject(trial, library, seed),
            _draw(reference, draw.program, seed),
        )
        if len(theirs) != len(ours):
            return [compare_values("number of arrays", len(theirs), len(ours))]
        limits = _draw(reference, bound, seed)
        found = [
            _compare_with_limit(f"array {place}, seed {seed}", *each)
            for place, each in enumerate(zip(theirs, ours, limits, strict=True))
        ]
        worst = [
            max(pair, key=lambda each: each.k) for pair in zip(found, worst or found, strict=True)
        ]
    return worst


def _compare_with_limit(what: str, got: Array, expected: Array, limit: Array) -> Finding:
    if got.dtype != expected.dtype:
        return compare_values(f"dtype of {what}", got.dtype.name, expected.dtype.name)
    return compare_within_bound(what, got, Bounded(expected, limit, Unit.of(expected.dtype.name)))


def _draw_from_subject(trial: ProgramTrial, library: Library, seed: int) -> list[Array]:
    draw: Draw = trial.program.content
    try:
        return _draw(library, draw.program, seed)
    except SubjectRaised:
        raise
    except (Exception, SystemExit) as error:
        text = f"{trial.subject} raised {describe_error(error)}"
        raise SubjectRaised(text) from error


def _draw(library: Library, program: Program, seed: int) -> list[Array]:
    library.seed_python(seed)  # from which Keras' layers take their seeds
    return [library.numpy(array) for array in program(library.root, seed)]


def _identical(what: str, got: Array, expected: Array) -> Finding:
    if got.dtype != expected.dtype:
        return compare_values(f"dtype of {what}", got.dtype.name, expected.dtype.name)
    if got.shape == expected.shape and got.tobytes() == expected.tobytes():
        return Finding(what, 0.0)
    worst = compare_arrays(what, got, expected)
    # Equal numbers of other bytes, such as -0.0 for 0.0, are not the same draw.
    return worst if worst.k > 0 else Finding(what, math.inf, "bytes", "others", "the same", "none")
