"""Judges what is not ours in a process of its own: one that dies costs the cells it died of.

What runs when it dies is known: it announces each thing that a subject is about to be asked. The
claim is judged again in a new process, and there the deadly thing counts as one that raises. So an
accident of any kind is told, recognised and excused like an exception, and each is met once.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from conformance.judging import claims
from conformance.judging.claims import Claim
from conformance.judging.expectations import ExpectedFailure
from conformance.judging.session import Session, SubjectRaised
from conformance.judging.verdict import Record
from conformance.programs import seeded
from conformance.spec.case import Case
from conformance.subjects.roster import Roster, RosterEntry, loader_of
from conformance.subjects.sandbox import Limits, ProcessDeath, Worker

_SERVANT = "conformance.judging.isolation:servant"


@dataclass(frozen=True)
class _Question:
    """A claim, and what is known to be deadly."""

    case: Case | str  # a draw holds a program, and cannot travel: its name does
    aspect: str
    subject: str
    form: str
    dead: Mapping[str, str]


@dataclass(frozen=True)
class _Setup:
    """What the verdicts depend on beside the claim."""

    entries: tuple[RosterEntry, ...]
    expected: tuple[ExpectedFailure, ...]


class Judge:
    """Judges the claims of a run.

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
        # Neither can travel: what a subject lacks may be told by a lambda.
        foreign = [roster[name] for name in sorted(self._foreign)]
        entries = tuple(replace(entry, load=_nowhere, lacks=()) for entry in foreign)
        self._worker = Worker(_SERVANT, _Setup(entries, self._expected), limits)
        self._dead: dict[str, dict[str, str]] = {}

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
            return claims.judge(claim, self._session, self._expected)
        dead = self._dead.setdefault(claim.subject, {})
        case = claim.case.id if claim.case.layer == "seeded" else claim.case
        while True:
            question = _Question(case, claim.aspect, claim.subject, claim.form, dead)
            try:
                record: Record = self._worker.ask(question)
            except ProcessDeath as died:
                words = f"{claim.subject} {died.how}"
                if died.about in dead or not died.about:  # a program: nothing of it can be skipped
                    return claims.accident(claim, self._session, words)
                dead[died.about] = words
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


def servant(setup: _Setup) -> Callable[[_Question, Callable[[str], None]], Record]:
    """Judge in the other process; see `conformance.subjects.sandbox.child.AnswerFunction`.

    Parameters
    ----------
    setup : _Setup
        What the verdicts depend on.

    Returns
    -------
    callable
    """
    roster = {entry.name: replace(entry, load=loader_of(entry)) for entry in setup.entries}
    session = Session(roster=roster)
    silent = set(roster)  # they have not yet told what they lack
    known: dict[str, Case] = {}  # a case is compared by identity

    def answer(question: _Question, about: Callable[[str], None]) -> Record:
        session.watch(about, question.dead)
        if question.subject in silent:
            with contextlib.suppress(SubjectRaised):  # the claim itself meets it, and tells
                session.hear(question.subject)
            silent.discard(question.subject)
        case = _case(question.case)
        case = known.setdefault(f"{case.seed}/{case.id}", case)
        claim = Claim(case, question.aspect, question.subject, question.form)
        return claims.judge(claim, session, setup.expected)

    return answer


def _case(given: Case | str) -> Case:
    if isinstance(given, Case):
        return given
    return next(case for case in seeded.cases() if case.id == given)


def _nowhere() -> Any:
    raise AssertionError("a subject is loaded in the process that asks it")
