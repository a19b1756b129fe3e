"""The two frameworks directly against each other."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.checks.finding import Finding, equal
from conformance.checks.forms import apart
from conformance.judging.session import Trial


def check_subjects_agree(first: Trial, second: Trial) -> Sequence[Finding]:
    """Two subjects of different dialects give the same outputs, within the bounds of both.

    Parameters
    ----------
    first, second : Trial
        The same case.

    Returns
    -------
    sequence of Finding
    """
    expected = first.expected()
    mine = dict(zip((r.name for r in first.call.results), first.observe().outputs, strict=True))
    theirs = dict(zip((r.name for r in second.call.results), second.observe().outputs, strict=True))
    exact = first.case.regime == "exact"
    return [
        equal(name, mine[name], theirs[name])
        if exact
        else apart(name, mine[name], theirs[name], expected.outputs[name])
        for name in mine
        if name in theirs
    ]
