"""Judges subjects of the user's own in another process: one that dies costs the cells it died of.

The process announces each request before it makes it, so it is known what it died of. The claim is
judged again in a new process, and there the deadly request counts as one that raises. So a crash of
any kind is reported, recognised and excused like an exception, and each happens once.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from conformance.judging.claim import Claim, Target
from conformance.judging.expectations import ExpectedFailure
from conformance.judging.judge import crash_record, judge
from conformance.judging.session import Session
from conformance.judging.verdict import Record
from conformance.programs import programs
from conformance.spec.case import Case
from conformance.spec.program import Program
from conformance.subjects.protocol import SubjectRaised
from conformance.subjects.roster import Roster, RosterEntry, loader_of
from conformance.subjects.sandbox import Limits, ProcessDeath, Worker

_WORKER_MAIN = "conformance.judging.isolation:worker_main"


@dataclass(frozen=True)
class _Question:
    """A claim, and what is known to be deadly."""

    case: Case | tuple[str, int]  # a program holds functions, and cannot travel: its id and seed do
    aspect: str
    targets: tuple[Target, ...]
    blocklist: Mapping[str, str]


@dataclass(frozen=True)
class _Setup:
    """What the verdicts depend on beside the claim."""

    entries: tuple[RosterEntry, ...]
    expected: tuple[ExpectedFailure, ...]


class IsolatedJudge:
    """Judges the claims of a run, those about foreign subjects in another process.

    Parameters
    ----------
    roster : mapping
        The subjects.
    expected : sequence of ExpectedFailure
        What the user expects to fail.
    isolate : bool
        Whether subjects that are not built in run in a process of their own. One that was handed
        over as an object cannot: it has no name by which another process could load it.
    limits : Limits, optional
        How long a subject may take for one request there, and how much memory.
    """

    def __init__(
        self,
        roster: Roster,
        expected: Sequence[ExpectedFailure] = (),
        *,
        isolate: bool = True,
        limits: Limits | None = None,
    ) -> None:
        self._session, self._expected = Session(roster=roster), tuple(expected)
        self._foreign = frozenset(
            name
            for name, entry in roster.items()
            if isolate and not entry.built_in and entry.reference is not None
        )
        # Neither can travel: what a subject lacks may be declared by a lambda.
        foreign = [roster[name] for name in sorted(self._foreign)]
        entries = tuple(replace(entry, load=_nowhere, lacks=()) for entry in foreign)
        self._worker = Worker(_WORKER_MAIN, _Setup(entries, self._expected), limits)
        self._deadly: dict[str, dict[str, str]] = {}

    def judge(self, claim: Claim) -> Record:
        """Check one claim; whatever happens becomes a record.

        Parameters
        ----------
        claim : Claim
            What to check.

        Returns
        -------
        Record
        """
        if claim.subject not in self._foreign:
            return judge(claim, self._session, self._expected)
        blocklist = self._deadly.setdefault(claim.subject, {})
        case = claim.case
        travelling = (case.id, case.seed) if isinstance(case, Program) else case
        while True:
            question = _Question(travelling, claim.aspect, claim.targets, blocklist)
            try:
                record: Record = self._worker.ask(question)
            except ProcessDeath as died:
                text = f"{claim.subject} {died.how}"
                if died.about in blocklist or not died.about:  # a program: nothing can be skipped
                    return crash_record(claim, self._session, text)
                blocklist[died.about] = text
            else:
                return record

    @property
    def unguarded(self) -> tuple[str, ...]:
        """The subjects of the user's own that are judged in this process."""
        roster = self._session.roster
        return tuple(
            name
            for name, entry in roster.items()
            if not entry.built_in and name not in self._foreign
        )

    def close(self) -> None:
        """End the other process."""
        self._worker.close()


def worker_main(setup: _Setup) -> Callable[[_Question, Callable[[str], None]], Record]:
    """Prepare to judge in the other process; see `conformance.subjects.sandbox.child`.

    Parameters
    ----------
    setup : _Setup
        What the verdicts depend on.

    Returns
    -------
    callable
        Takes a question, and a function that announces requests; returns the record.
    """
    roster = {entry.name: replace(entry, load=loader_of(entry)) for entry in setup.entries}
    session = Session(roster=roster)
    without_gaps = set(roster)  # subjects that have not been asked yet what they lack
    cases: dict[str, Case | Program] = {}  # a case is compared by identity

    def answer(question: _Question, on_request: Callable[[str], None]) -> Record:
        session.runner.announce(on_request, question.blocklist)
        for target in question.targets:
            if target.subject in without_gaps:
                with contextlib.suppress(SubjectRaised):  # the claim itself meets it, and says so
                    session.runner.load_gaps(target.subject)
                without_gaps.discard(target.subject)
        case = _case_of(question)
        case = cases.setdefault(f"{case.seed}/{case.id}", case)
        return judge(Claim(case, question.aspect, question.targets), session, setup.expected)

    return answer


def _case_of(question: _Question) -> Case | Program:
    if isinstance(question.case, Case):
        return question.case
    name, seed = question.case
    return next(each for each in programs() if each.id == name).with_seed(seed)


def _nowhere() -> Any:
    raise AssertionError("a subject is loaded in the process that asks it")
