"""Writes the capsule of a claim: finds its failure, makes the case smaller, writes the program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from conformance.checks.state import STEPS
from conformance.checks.trial import Trial
from conformance.judging.claim import Claim
from conformance.judging.session import Session
from conformance.spec.program import Program
from conformance.tools.reproducer.concrete_case import make_concrete
from conformance.tools.reproducer.explanation import explain_value
from conformance.tools.reproducer.failure import Failure, NoCapsule
from conformance.tools.reproducer.failure_of import check_aspect, find_failure
from conformance.tools.reproducer.program import codegen_of, write_program
from conformance.tools.reproducer.shrink import ShrinkResult, shrink

# How long a capsule is made smaller, in seconds.
SECONDS = 20.0
# The size above which there is a warning, and the largest size, in bytes.
SIZE, MAX_SIZE = 4096, 65536


@dataclass(frozen=True)
class Capsule:
    """A capsule and the result of shrinking its case.

    Attributes
    ----------
    text : str
        The program.
    shrunk : ShrinkResult
        What is left of the failure.
    """

    text: str
    shrunk: ShrinkResult

    @property
    def warning(self) -> str:
        """A warning about its size; empty if it is small enough."""
        size = len(self.text.encode())
        return f"{size} bytes, more than {SIZE}" if size > SIZE else ""


def make_capsule(claim: Claim, session: Session, seconds: float = SECONDS) -> Capsule:
    """Write the capsule of a claim that fails.

    Parameters
    ----------
    claim : Claim
        The claim; whether its failure is on record does not matter.
    session : Session
        The run's memory.
    seconds : float
        How long to make it smaller.

    Returns
    -------
    Capsule

    Raises
    ------
    NoCapsule
        If the claim holds, its aspect has no capsules, or its arrays do not get small.
    """
    check_aspect(claim)
    codegen_of(session.roster[claim.subject])  # before any work
    failure = find_failure(claim, session)
    if not failure.fails:
        raise NoCapsule("the claim holds: there is no failure to show")
    shrunk = _shrink(claim, failure, seconds)
    name, explanation = claim.name, explain_value(shrunk.failure)
    capsule = Capsule(write_program(shrunk.failure, name, explanation, [shrunk.remark]), shrunk)
    if not capsule.warning:
        return capsule
    shapes = ", ".join(f"{array} {list(shape)}" for array, shape in _shapes(shrunk.failure).items())
    if len(capsule.text) > MAX_SIZE:
        raise NoCapsule(
            f"it would have {len(capsule.text)} bytes, more than {MAX_SIZE}, since these arrays"
            f" could not be made smaller: {shapes}"
        )
    large = f"It is larger than {SIZE} bytes: these arrays could not be made smaller: {shapes}."
    return replace(
        capsule, text=write_program(shrunk.failure, name, explanation, [shrunk.remark, large])
    )


def _shapes(failure: Failure) -> Mapping[str, tuple[int, ...]]:
    return failure.trial.case.shapes if isinstance(failure.tried, Trial) else {}


def _shrink(claim: Claim, failure: Failure, seconds: float) -> ShrinkResult:
    if isinstance(claim.case, Program):  # a bad call, as small as it stands in its table
        return ShrinkResult(failure, 0)
    frozen = replace(claim, case=make_concrete(claim.case, failure.trial.call, max(STEPS)))
    return shrink(frozen, find_failure(frozen, failure.session), seconds)
