"""Failures are told once for each kind, the worst of each in full."""

from __future__ import annotations

import math

from conformance.judging.verdict import Record, Verdict
from conformance.report.failures import render_failures
from conformance.report.summary import Report


def record(case, *, k=9.0, verdict=Verdict.FAIL, subject="torch", message=None):
    text = f"call nn.Conv2d(stride={case})\nwrong: gradient of weight\nK {k}"
    return Record(
        case=case,
        layer="conv2d",
        aspect="gradient",
        subject=subject,
        form="class",
        verdict=verdict,
        k=k,
        limit=4.0,
        seed=f"0/{case}",
        message=text if message is None else message,
        divergence=None,
    )


def report(*records):
    return Report.of(
        records,
        planned=len(records),
        checked=len(records),
        subjects=["torch", "tensorflow"],
        layers=["conv2d"],
    )


def test_nothing_wrong_prints_nothing():
    assert render_failures(report(record("a", k=1.0, verdict=Verdict.PASS, message=""))) == ""


def test_alike_failures_are_told_once_with_the_worst_in_full():
    text = render_failures(report(record("1", k=5.0), record("22", k=70.0), record("3", k=6.0)))
    assert text.count("FAIL  conv2d, gradient: torch (class)") == 1
    assert "K 70.0" in text
    assert "K 5.0" not in text
    assert "2 more like it (gradient; class)" in text


def test_other_subjects_verdicts_and_findings_are_other_kinds():
    text = render_failures(
        report(
            record("1"),
            record("1", subject="tensorflow"),
            record("2", verdict=Verdict.ERROR, k=None, message="torch raised ValueError: 3"),
        )
    )
    assert text.count("FAIL  ") == 2
    assert text.count("ERROR  ") == 1


def test_kinds_beyond_the_limit_are_counted():
    many = [record(str(i), message=f"{'x' * i} is wrong") for i in range(1, 6)]
    text = render_failures(report(*many, record("9", k=math.nan)), shown=2)
    assert "4 failures of 4 more kinds" in text
