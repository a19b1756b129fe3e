"""Explanations of the failures of a report, taken from the current files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from conformance.judging.expectations import ExpectedFailure
from conformance.judging.verdict import Record, Verdict
from conformance.report.summary import Report
from conformance.studies.survey.implementation import KINDS


def apply_explanations(report: Report, explanations: Sequence[ExpectedFailure]) -> Report:
    """Replace the explanations in the records of a run by the current ones.

    Parameters
    ----------
    report : Report
        Of a run.
    explanations : sequence of ExpectedFailure
        The current ones.

    Returns
    -------
    Report
    """
    return Report.of(_explain_record(record, explanations) for record in report.records)


def _explain_record(record: Record, explanations: Sequence[ExpectedFailure]) -> Record:
    ours = (record.divergence or "").partition(": ")[0] in KINDS
    fails = record.verdict in (Verdict.FAIL, Verdict.ERROR)
    fails |= record.verdict is Verdict.EXPECTED and ours
    if not fails and record.verdict not in (Verdict.PASS, Verdict.UNSUPPORTED):
        return record  # what a stale record would have been without its entry is not known
    place = record.case, record.aspect, record.subject, record.form
    found = next((each.sentence for each in explanations if each.covers(*place)), None)
    if found is not None:
        verdict = Verdict.EXPECTED if fails else Verdict.STALE
        return replace(record, verdict=verdict, divergence=found)
    return replace(record, verdict=Verdict.FAIL, divergence=None) if ours else record
