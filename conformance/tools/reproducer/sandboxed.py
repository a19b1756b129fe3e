"""Writes a capsule in a fork, since the subject may end its process.

All is done in a fork of this process. If that dies, it is done again, with each call of the
subject in a fork of its own: then a call that ends the process counts as one that raises, and its
case can be made smaller like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from conformance.judging.claim import Claim
from conformance.judging.session import Session
from conformance.spec.call import Unsupported
from conformance.spec.request import Observation, Request
from conformance.spec.text import message_of
from conformance.subjects import sandbox
from conformance.subjects.protocol import HasLibrary, Subject, SubjectRaised
from conformance.subjects.roster import Roster, RosterEntry
from conformance.tools.reproducer.failure import NoCapsule
from conformance.tools.reproducer.failure_of import check_aspect
from conformance.tools.reproducer.writer import SECONDS, make_capsule

# How long one call of a subject may take that has already ended a process.
_CALL_LIMITS = sandbox.Limits(5.0)
# How long the rest of the work may take.
_SECONDS_OF_REST = 20.0


def write_sandboxed(claim: Claim, roster: Roster, seconds: float = SECONDS) -> tuple[str, str]:
    """Write the capsule of a claim that fails, whatever its subject does.

    Parameters
    ----------
    claim : Claim
        The claim.
    roster : mapping
        The subjects.
    seconds : float
        How long to make it smaller.

    Returns
    -------
    tuple of str
        The program, and a warning or nothing.

    Raises
    ------
    NoCapsule
        If it cannot be written.
    """
    session = Session(roster=roster)
    check_aspect(claim)
    if session.roster[claim.subject].built_in or not sandbox.AVAILABLE:
        return _write_capsule(claim, session, seconds)
    limits = sandbox.Limits(2 * seconds + _SECONDS_OF_REST)
    try:
        return _raise_reason(
            sandbox.run_in_fork(lambda: _capsule_or_reason(claim, session, seconds), limits)
        )
    except sandbox.ProcessDeath:
        forked = Session(roster=_fork_each_call(roster))
        limits = sandbox.Limits(4 * seconds + 3 * _SECONDS_OF_REST)
    try:
        return _raise_reason(
            sandbox.run_in_fork(lambda: _capsule_or_reason(claim, forked, seconds), limits)
        )
    except sandbox.ProcessDeath as died:
        raise NoCapsule(f"the process that was to write it {died}") from None


def _write_capsule(claim: Claim, session: Session, seconds: float) -> tuple[str, str]:
    made = make_capsule(claim, session, seconds)
    return made.text, made.warning


_CapsuleOrReason = tuple[str, str] | NoCapsule


def _capsule_or_reason(claim: Claim, session: Session, seconds: float) -> _CapsuleOrReason:
    try:
        return _write_capsule(claim, session, seconds)
    except NoCapsule as answer:
        return NoCapsule(*answer.args)  # without its cause, which may not travel


def _raise_reason(outcome: _CapsuleOrReason) -> tuple[str, str]:
    if isinstance(outcome, NoCapsule):
        raise outcome
    return outcome


def _fork_each_call(roster: Roster) -> Mapping[str, RosterEntry]:
    def load_forked(entry: RosterEntry) -> Callable[[], Subject]:
        return lambda: _ForkedSubject(entry.load())

    return {
        name: entry if entry.built_in else replace(entry, load=load_forked(entry))
        for name, entry in roster.items()
    }


class _ForkedSubject:
    """A subject of which each call runs in a copy of the process."""

    def __init__(self, subject: Subject) -> None:
        self.name, self.dialect, self._subject = subject.name, subject.dialect, subject
        if isinstance(subject, HasLibrary):
            self.library = subject.library

    def run(self, request: Request) -> Observation:
        """Run a call; see `Subject.run`."""
        try:
            answer = sandbox.run_in_fork(lambda: self._run_or_describe(request), _CALL_LIMITS)
        except sandbox.ProcessDeath as died:
            raise SubjectRaised(f"{self.name} {died}") from None
        if isinstance(answer, Observation):
            return answer
        kind, words = answer
        raise Unsupported(words) if kind is None else type(kind, (Exception,), {})(words)

    def _run_or_describe(self, request: Request) -> Observation | tuple[str | None, str]:
        """Answer, or say what was raised: its class and words, for itself it may not travel."""
        try:
            return self._subject.run(request)
        except Unsupported as error:
            return None, str(error)
        except Exception as error:
            return type(error).__name__, message_of(error)
