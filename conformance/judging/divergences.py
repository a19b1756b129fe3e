"""What a subject lacks or does differently, recorded once, with a sentence and a reason.

The records are strict both ways: a deviation that is not here is a failure, and one that is here
and no longer happens is `stale`, which fails the run too. They hold for the versions that are
pinned, on x86-64 with oneDNN on, as it is by default.
"""

from __future__ import annotations

import functools

from conformance.layers.registry import FAMILIES
from conformance.programs.bad_calls.accepted import accepted_records
from conformance.programs.seeded.divergences import SEEDED
from conformance.spec.case import Case
from conformance.spec.divergence import Divergence
from conformance.spec.program import Program

DIVERGENCES: tuple[Divergence, ...] = (
    *(record for family in FAMILIES for record in family.divergences),
    *SEEDED,
    *accepted_records(),
)


def find_records(
    case: Case | Program, aspect: str, subject: str, *forms: str
) -> tuple[Divergence, ...]:
    """Find the records that speak about a claim.

    Parameters
    ----------
    case : Case or Program
        What the claim asks.
    aspect, subject : str
        The claim's other coordinates.
    *forms : str
        Its form, or both.

    Returns
    -------
    tuple of Divergence
    """
    candidates = _matching(case.layer, aspect, subject, *forms)
    return tuple(each for each in candidates if each.when(case))


def find_records_of_dialect(
    case: Case | Program, aspect: str, dialect: str, *forms: str
) -> tuple[Divergence, ...]:
    """Find the records that are about a dialect itself: a framework and refimpl's like deviate.

    Parameters
    ----------
    case : Case or Program
        What the claim asks.
    aspect, dialect : str
        The claim's other coordinates.
    *forms : str
        Its form, or both.

    Returns
    -------
    tuple of Divergence
    """
    framework = {"torch": "torch", "tf": "tensorflow"}[dialect]
    records = find_records(case, aspect, framework, *forms)
    return tuple(each for each in records if f"refimpl.{dialect}" in each.subjects)


@functools.cache
def _matching(layer: str, aspect: str, subject: str, *forms: str) -> tuple[Divergence, ...]:
    """Find the records whose patterns match; asked anew for every claim, they cost seconds."""
    return tuple(each for each in DIVERGENCES if each.matches(layer, aspect, subject, *forms))
