"""Gradients of every input and parameter, for a seeded cotangent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from conformance.checks.finding import Array, Finding, Pair
from conformance.checks.trial import Answers, Trial
from conformance.oracle import Expected
from conformance.spec.call import Call


def check_gradients_are_within_bounds(trial: Trial, answers: Answers) -> Sequence[Finding]:
    """Every gradient lies within its bound, and none is missing.

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
    return [pair.finding() for pair in gradient_pairs(trial, answers)]


def gradient_pairs(trial: Trial, answers: Answers) -> Sequence[Pair]:
    """Put every wanted gradient beside the oracle's.

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
    return paired_gradients(
        trial, answers.observe(trial, gradients=True).gradients, answers.expected(trial)
    )


def paired_gradients(
    trial: Trial, got: Mapping[str, Array], expected: Expected, where: str = ""
) -> Sequence[Pair]:
    """Put gradients by neutral name beside the oracle's.

    Parameters
    ----------
    trial : Trial
        Names the wanted gradients.
    got : mapping
        What the subject found.
    expected : Expected
        What the oracle says.
    where : str
        What else there is to say of each, such as ' (strided input)'.

    Returns
    -------
    sequence of Pair
        A gradient that is missing counts as None.
    """
    exact, gradients = trial.case.regime == "exact", expected.gradients
    return [
        Pair(f"gradient of {name}{where}", got.get(name), gradients[name], exact, "gradient")
        for name in required_gradients(trial.call, expected)
    ]


def required_gradients(call: Call, expected: Expected) -> list[str]:
    """Name the arrays whose gradients a subject must give.

    Parameters
    ----------
    call : Call
        The call.
    expected : Expected
        What the oracle says of it.

    Returns
    -------
    list of str
        Neutral names.
    """
    return [
        slot.array for slot in call.slots if slot.has_gradient and slot.array in expected.gradients
    ]
