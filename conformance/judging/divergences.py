"""What a subject lacks or does differently, recorded once, with a sentence and a reason.

The records are strict both ways: a deviation that is not here is a failure, and one that is here
and no longer happens is `stale`, which fails the run too. They hold for the versions that are
pinned, on x86-64 with oneDNN on, as it is by default.
"""

from __future__ import annotations

import functools

from conformance.layers.activation.divergences import ACTIVATION
from conformance.layers.conv.divergences import CONV
from conformance.layers.dropout.divergences import DROPOUT
from conformance.layers.half_sums import HALF_SUMS
from conformance.layers.loss.divergences import LOSS
from conformance.layers.norm.divergences import NORM
from conformance.layers.pooling.divergences import POOL
from conformance.programs.bad_calls.accepted import unrefused
from conformance.programs.seeded.divergences import SEEDED
from conformance.spec.case import Case
from conformance.spec.divergence import Divergence

DIVERGENCES: tuple[Divergence, ...] = (
    *CONV,
    *HALF_SUMS,
    *POOL,
    *NORM,
    *DROPOUT,
    *LOSS,
    *ACTIVATION,
    *SEEDED,
    *unrefused(),
)


def recorded(case: Case, aspect: str, subject: str, form: str) -> tuple[Divergence, ...]:
    """Find the records that speak about a claim.

    Parameters
    ----------
    case : Case
        The claim's case.
    aspect, subject, form : str
        The claim's other coordinates.

    Returns
    -------
    tuple of Divergence
    """
    spoken = _speaking_of(case.layer, aspect, subject, form)
    return tuple(each for each in spoken if each.when(case))


def of_dialect(case: Case, aspect: str, dialect: str, form: str) -> tuple[Divergence, ...]:
    """Find the records that are about a dialect itself: a framework and refimpl's like deviate.

    Parameters
    ----------
    case : Case
        The claim's case.
    aspect, dialect, form : str
        The claim's other coordinates.

    Returns
    -------
    tuple of Divergence
    """
    framework = {"torch": "torch", "tf": "tensorflow"}[dialect]
    found = recorded(case, aspect, framework, form)
    return tuple(each for each in found if f"refimpl.{dialect}" in each.subjects)


@functools.cache
def _speaking_of(layer: str, aspect: str, subject: str, form: str) -> tuple[Divergence, ...]:
    """Find the records whose patterns match; asked anew for every claim, they cost seconds."""
    return tuple(each for each in DIVERGENCES if each.speaks_of(layer, aspect, subject, form))
