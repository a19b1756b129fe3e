"""The two frameworks directly against each other."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.checks.finding import Finding, compare_arrays
from conformance.checks.forms import compare_answers
from conformance.checks.trial import Answers, Trial


def check_subjects_agree(first: Trial, second: Trial, answers: Answers) -> Sequence[Finding]:
    """Two subjects of different dialects give the same outputs, within the bounds of both.

    Parameters
    ----------
    first, second : Trial
        The same case.
    answers : Answers
        What subjects and the oracle answer.

    Returns
    -------
    sequence of Finding
    """
    expected = answers.expected(first)
    mine = dict(
        zip((r.name for r in first.call.results), answers.observe(first).outputs, strict=True)
    )
    theirs = dict(
        zip((r.name for r in second.call.results), answers.observe(second).outputs, strict=True)
    )
    exact = first.case.regime == "exact"
    return [
        compare_arrays(name, mine[name], theirs[name])
        if exact
        else compare_answers(name, mine[name], theirs[name], expected.outputs[name])
        for name in mine
        if name in theirs
    ]
