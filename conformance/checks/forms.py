"""The function and the class of one subject."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from conformance.checks.finding import Finding, compare_arrays, compare_within_bound
from conformance.checks.trial import Answers, Trial
from conformance.oracle.bounds import Bounded


def check_forms_agree(trial: Trial, other: Trial, answers: Answers) -> Sequence[Finding]:
    """Two forms of one subject give the same output and gradients.

    PyTorch defines its classes by its functions, so there they agree bit for bit; elsewhere they
    agree within the bounds of both.

    Parameters
    ----------
    trial, other : Trial
        A form, and the one that it is held against.
    answers : Answers
        What subjects and the oracle answer.

    Returns
    -------
    sequence of Finding
    """
    mine, theirs = answers.observe(trial), answers.observe(other)
    expected = answers.expected(trial)
    bitwise = trial.call.target.startswith("nn.") and other.call.target.startswith("nn.functional")
    findings = []
    for result, a, b in zip(trial.call.results, mine.outputs, theirs.outputs, strict=True):
        findings.append(
            compare_arrays(result.name, a, b)
            if bitwise
            else compare_answers(result.name, a, b, expected.outputs[result.name])
        )
    for name in sorted(mine.gradients.keys() & theirs.gradients.keys()):
        a, b = mine.gradients[name], theirs.gradients[name]
        what = f"gradient of {name}"
        findings.append(
            compare_arrays(what, a, b)
            if bitwise
            else compare_answers(what, a, b, expected.gradients[name])
        )
    return findings


def compare_answers(what: str, a: object, b: object, expected: object) -> Finding:
    """Compare two answers with each other: they may differ by the bounds of both.

    Parameters
    ----------
    what : str
        What is compared.
    a, b : ndarray
        The two answers.
    expected : Bounded or ndarray
        The oracle's answer, whose bound holds for each.

    Returns
    -------
    Finding
    """
    first, second = np.asarray(a), np.asarray(b)
    if not isinstance(expected, Bounded) or first.shape != second.shape:
        return compare_arrays(what, first, second)
    centre = Bounded(second.astype(np.float64), 2 * expected.bound, expected.unit)
    return compare_within_bound(what, first, centre)
