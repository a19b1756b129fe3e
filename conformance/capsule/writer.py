"""From a claim to its capsule."""

from __future__ import annotations

from dataclasses import dataclass, replace

from conformance.capsule.arithmetic import arithmetic
from conformance.capsule.failure import NoCapsule, look
from conformance.capsule.given import given
from conformance.capsule.program import write
from conformance.capsule.shrink import Shrunk, shrink
from conformance.checks.state import STEPS
from conformance.claims import Claim
from conformance.session import Session

# How long a capsule is made smaller.
SECONDS = 20.0


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


def capsule(claim: Claim, session: Session, seconds: float = SECONDS) -> Capsule:
    """Write the capsule of a claim that fails.

    Parameters
    ----------
    claim : Claim
        The claim; whether its failure is on record does not matter.
    session : Session
        The run's memory.
    seconds : float
        How long to make it smaller; 0: not at all.

    Returns
    -------
    Capsule

    Raises
    ------
    NoCapsule
        If it holds, or is not about numbers.
    """
    if not look(claim, session).fails:
        raise NoCapsule("the claim holds: there is no failure to show")
    call = session.call(claim.case, claim.subject, claim.form)
    frozen = replace(claim, case=given(claim.case, call, max(STEPS)))
    shrunk = shrink(frozen, look(frozen, session), seconds)
    remark = "" if shrunk.finished else f"It was made smaller for {seconds:g} s, not to the end."
    text = write(shrunk.failure, f"{claim.aspect}/{claim.id}", arithmetic(shrunk.failure), remark)
    return Capsule(text, shrunk)
