"""Outputs, losses among them."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.checks.finding import Finding, Pair
from conformance.checks.trial import Answers, Trial


def check_outputs_are_within_bounds(trial: Trial, answers: Answers) -> Sequence[Finding]:
    """Every output lies within its bound; in the exact regime it is equal, bit for bit.

    Parameters
    ----------
    trial : Trial
        The case, form and subject.
    answers : Answers
        What subjects and the oracle answer.

    Returns
    -------
    sequence of Finding
    """
    return [pair.finding() for pair in output_pairs(trial, answers)]


def output_pairs(trial: Trial, answers: Answers) -> Sequence[Pair]:
    """Put every output beside what the oracle says of it.

    Parameters
    ----------
    trial : Trial
        The case, form and subject.
    answers : Answers
        What subjects and the oracle answer.

    Returns
    -------
    sequence of Pair
    """
    expected, observation = answers.expected(trial), answers.observe(trial)
    exact = trial.case.regime == "exact"
    return [
        Pair(result.name, output, expected.outputs[result.name], exact)
        for result, output in zip(trial.call.results, observation.outputs, strict=True)
    ]
