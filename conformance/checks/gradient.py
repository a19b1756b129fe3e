"""Gradients of every input and parameter, for a seeded cotangent."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from conformance.checks.finding import Array, Finding, within_bound
from conformance.dialects.base import Call
from conformance.oracle import Expected
from conformance.session import Trial


def check_gradients_are_within_bounds(trial: Trial) -> Sequence[Finding]:
    """Every gradient lies within its bound, and none is missing.

    Parameters
    ----------
    trial : Trial
        The case, form and subject.

    Returns
    -------
    sequence of Finding
    """
    return gradient_findings(trial, trial.observe(gradients=True).gradients, trial.expected())


def gradient_findings(
    trial: Trial, got: Mapping[str, Array], expected: Expected
) -> Sequence[Finding]:
    """Compare gradients by neutral name with the oracle's.

    Parameters
    ----------
    trial : Trial
        Names the wanted gradients.
    got : mapping
        What the subject found.
    expected : Expected
        What the oracle says.

    Returns
    -------
    sequence of Finding
    """
    exact = trial.case.regime == "exact"
    return [
        within_bound(f"gradient of {name}", got[name], expected.gradients[name], exact=exact)
        if name in got and got[name] is not None
        else Finding(f"gradient of {name}", math.inf, "all", "no gradient", "a gradient", "none")
        for name in wanted_gradients(trial.call, expected)
    ]


def wanted_gradients(call: Call, expected: Expected) -> list[str]:
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
