"""From a claim to its capsule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from conformance.checks.state import STEPS
from conformance.checks.trial import Trial
from conformance.judging.claim import Claim
from conformance.judging.session import Session
from conformance.spec.program import Program
from conformance.tools.reproducer.concrete_case import make_concrete
from conformance.tools.reproducer.explanation import arithmetic
from conformance.tools.reproducer.failure import Failure, NoCapsule
from conformance.tools.reproducer.failure_of import look, refuse_kind
from conformance.tools.reproducer.program import words_of, write
from conformance.tools.reproducer.shrink import Shrunk, shrink

# How long a capsule is made smaller, in seconds.
SECONDS = 20.0
# How large one shall be, in bytes; and how large one may be, if its arrays get no smaller.
SIZE, MOST = 4096, 65536


@dataclass(frozen=True)
class Capsule:
    """A capsule and what became of the case.

    Attributes
    ----------
    text : str
        The program.
    shrunk : Shrunk
        What is left of the failure.
    """

    text: str
    shrunk: Shrunk

    @property
    def warning(self) -> str:
        """What its reader is told about its size; empty if it is as small as it shall be."""
        size = len(self.text.encode())
        return f"{size} bytes, more than {SIZE}" if size > SIZE else ""


def capsule(claim: Claim, session: Session, seconds: float = SECONDS) -> Capsule:
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
        If it holds, is of a kind that has none, or has arrays that do not get small.
    """
    refuse_kind(claim)
    words_of(session.roster[claim.subject])  # before any work
    failure = look(claim, session)
    if not failure.fails:
        raise NoCapsule("the claim holds: there is no failure to show")
    shrunk = _shrunk(claim, failure, seconds)
    name, told = claim.name, arithmetic(shrunk.failure)
    made = Capsule(write(shrunk.failure, name, told, [shrunk.remark]), shrunk)
    if not made.warning:
        return made
    shapes = ", ".join(f"{array} {list(shape)}" for array, shape in _shapes(shrunk.failure).items())
    if len(made.text) > MOST:
        raise NoCapsule(
            f"it would have {len(made.text)} bytes, more than {MOST}, since these arrays could not"
            f" be made smaller: {shapes}"
        )
    large = f"It is larger than {SIZE} bytes: these arrays could not be made smaller: {shapes}."
    return replace(made, text=write(shrunk.failure, name, told, [shrunk.remark, large]))


def _shapes(failure: Failure) -> Mapping[str, tuple[int, ...]]:
    return failure.trial.case.shapes if isinstance(failure.tried, Trial) else {}


def _shrunk(claim: Claim, failure: Failure, seconds: float) -> Shrunk:
    if isinstance(claim.case, Program):  # a bad call, as small as it stands in its table
        return Shrunk(failure, 0)
    frozen = replace(claim, case=make_concrete(claim.case, failure.trial.call, max(STEPS)))
    return shrink(frozen, look(frozen, failure.session), seconds)
