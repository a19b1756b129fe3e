"""Finds the failure of a claim: its worst finding, or what the subject raised."""

from __future__ import annotations

import math
import re

from conformance.checks.finding import Finding, NothingCompared
from conformance.checks.trial import ProgramTrial, Trial
from conformance.judging.claim import Claim
from conformance.judging.judge import find
from conformance.judging.session import Session
from conformance.spec.call import Unsupported
from conformance.spec.program import Program
from conformance.spec.request import Memory
from conformance.spec.text import message_of
from conformance.subjects.protocol import CallRaised, SubjectRaised
from conformance.tools.reproducer.failure import Failure, NoCapsule

# Aspects that have capsules.
ASPECTS = (
    "output", "loss", "gradient", "state", "purity", "dtype", "layout", "empty", "parameters",
    "errors",
)  # fmt: skip

# Why the other aspects have none.
_WHY = {
    "forms": "it holds two forms against each other: ask for one of the output of each",
    "agreement": "it holds two subjects against each other: ask for one of the output of each",
    "mask": "it counts 262,144 draws, and no single number is wrong; conformance/checks/mask.py",
    "chapter": "it is a short program already: conformance/programs/chapter",
    "seeded": "it is a short program already: conformance/programs/seeded",
    "trajectory": "it is a training run, which does not get small: conformance/checks/trajectory",
}

# How a process ended, in short.
_ENDS = {"ended the process": "ended", "ran longer than": "did not come back"}

_CONTIGUOUS: Memory = "contiguous"


def check_aspect(claim: Claim) -> None:
    """Raise `NoCapsule` for an aspect that has no capsules.

    Parameters
    ----------
    claim : Claim
        The claim.

    Raises
    ------
    NoCapsule
        If it is one; the message says why.
    """
    if claim.aspect not in ASPECTS:
        raise NoCapsule(f"there is no capsule of {claim.aspect!r}: {_WHY[claim.aspect]}")


def find_failure(claim: Claim, session: Session) -> Failure:
    """Judge a claim, and keep its worst finding, even if that is within its bound.

    Parameters
    ----------
    claim : Claim
        The claim.
    session : Session
        The run's memory.

    Returns
    -------
    Failure

    Raises
    ------
    NoCapsule
        If it is a claim of a kind that has none, or cannot be judged.
    """
    check_aspect(claim)
    try:
        tried = _trial(claim, session)
        session.runner.subject(tried.subject)
        worst = max(find(claim, session), key=lambda finding: finding.k)
    except (Unsupported, NothingCompared) as error:
        raise NoCapsule(f"there is nothing to show: {error}") from error
    except SubjectRaised as error:
        return _failure_of_exception(claim, session, error)
    if worst.expected == "one":
        raise NoCapsule(f"there is no number to show: {worst.what}, got {worst.got}")
    return Failure.of(session, tried, claim.aspect, worst)


def _failure_of_exception(claim: Claim, session: Session, error: SubjectRaised) -> Failure:
    """A subject that raises where it should answer, or takes its process along."""
    words = str(error).removeprefix(f"{claim.subject} ")
    died = re.match(r"was killed by \w+|ended the process|ran longer than", words)
    if died:
        raised, got = _ENDS.get(died[0], died[0]), words
    elif "cannot be loaded" in words:
        raise NoCapsule(f"there is no call to show: {error}") from error
    elif isinstance(error, CallRaised):
        raised, got = error.error_class, f"{error.error_class}: {error.message}"
    elif error.__cause__ is not None:
        raised = type(error.__cause__).__name__
        got = f"{raised}: {message_of(error.__cause__)}"
    else:
        raise NoCapsule(f"there is no call to show: {error}") from error
    tried = _trial(claim, session)
    what, memory = (
        _simplest_call(session, tried) if claim.aspect == "layout" else ("call", _CONTIGUOUS)
    )
    wanted = "an exception" if claim.aspect == "errors" else "an answer"
    finding = Finding(what, math.inf, "call", got, wanted, "none")
    return Failure(session, tried, claim.aspect, finding, raised, memory)


def _trial(claim: Claim, session: Session) -> Trial | ProgramTrial:
    (target,) = claim.targets
    if isinstance(claim.case, Program):
        return session.program_trial(claim.case, target.subject)
    return session.trial(claim.case, *target)


def _simplest_call(session: Session, trial: Trial | ProgramTrial) -> tuple[str, Memory]:
    """The least with which a subject raises under the aspect `layout`."""
    assert isinstance(trial, Trial)
    memories: tuple[Memory, ...] = (_CONTIGUOUS, "strided", "channels_last")
    for what, gradients in (("call", False), ("gradient of call", True)):
        for memory in memories:
            try:
                session.answers.observe(trial, memory=memory, gradients=gradients)
            except SubjectRaised:
                return what, memory
            except Unsupported:
                continue
    return "call", _CONTIGUOUS
