"""Judges the answers to a pack by the same code as any run."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from conformance.judging.claim import Claim
from conformance.judging.expectations import load_expected_failures
from conformance.judging.judge import judge
from conformance.judging.session import Session
from conformance.judging.verdict import Record, Verdict
from conformance.report.journal import Journal
from conformance.report.json import installed_versions
from conformance.report.summary import Report
from conformance.tools.exchange import ExchangeError
from conformance.tools.exchange.pack import Pack
from conformance.tools.exchange.question import Question, folder_name
from conformance.tools.exchange.subject import FileSubject


def judge_results(
    pack: Path,
    results: Path,
    wanted: Sequence[str] = (),
    expected_failures: Path | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
    journal: Journal | None = None,
) -> Report:
    """
    Judge the answers to a pack.

    Parameters
    ----------
    pack : Path
        The folder of questions.
    results : Path
        The folder of answers.
    wanted : sequence of str
        The claims to judge, as ASPECT/ID; all if empty.
    expected_failures : Path, optional
        A TOML file of the failures that are expected.
    progress : callable, optional
        Called with the number of judged questions and of all questions.
    journal : Journal, optional
        Takes every record as it comes; started here, ended by the caller.

    Returns
    -------
    Report
        One record for each claim of the pack.

    Raises
    ------
    ExchangeError
        If the pack or the results cannot be used as a whole. What is wrong with one answer is
        that answer's verdict.
    ValueError
        If the file of expected failures cannot be used.
    """
    asked = Pack.open(pack)
    subject = FileSubject(results, asked.dialect, asked.format)

    def rerun(claim: Claim) -> str:
        command = ["python", "-m", "conformance", "judge", str(pack), str(results)]
        return shlex.join([*command, "--claim", claim.name])

    session = Session({subject.name: subject}, rerun)
    claims = {
        question.name: [
            Claim.about(claim.case, claim.aspect, subject.name, *claim.forms)
            for claim in question.claims
        ]
        for question in asked.questions
    }
    planned = [claim for group in claims.values() for claim in group]
    expected = load_expected_failures(
        expected_failures, planned, {subject.name: session.roster[subject.name]}
    )
    if wanted:
        _check_claim_names(wanted, planned)
        claims = {
            name: [claim for claim in group if claim.name in wanted]
            for name, group in claims.items()
        }
    if journal is not None:
        journal.start(sum(map(len, claims.values())), installed_versions())
    by_name = {question.name: question for question in asked.questions}
    records: list[Record] = []
    known: set[str] = set()

    def state(question: Question) -> None:
        if question.name not in known:
            subject.expect(question.name, asked.verify(question, session, subject.name))
            known.add(question.name)

    for done, question in enumerate(asked.questions, 1):
        for claim in claims[question.name]:
            for form in claim.forms:
                state(by_name[folder_name(claim.case.id, form)])
            records.append(_add_folder(judge(claim, session, expected), results, question))
            if journal is not None:
                journal.add(records[-1].to_json())
        progress(done, len(asked.questions))
    return Report.of(records, subjects=(subject.name,), layers=[r.layer for r in records])


def _check_claim_names(wanted: Sequence[str], claims: Sequence[Claim]) -> None:
    known = {claim.name for claim in claims}
    for name in wanted:
        if name not in known:
            raise ExchangeError(f"--claim: the pack has no claim {name!r}")


def _add_folder(record: Record, results: Path, question: Question) -> Record:
    """Add the folder of the answer to the message of a claim that does not pass."""
    if record.verdict in (Verdict.PASS, Verdict.UNSUPPORTED):
        return record
    return replace(record, message=f"{record.message}\nanswer    {results / question.name}")
