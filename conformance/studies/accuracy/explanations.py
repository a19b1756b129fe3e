"""What explains a result above the limit: the matrix's records, and what only these inputs show."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

import numpy as np

from conformance.judging.divergences import find_records
from conformance.oracle.bounds import LIMIT
from conformance.spec.case import Case
from conformance.spec.divergence import Divergence
from conformance.spec.regimes import REGIMES
from conformance.studies.accuracy.activations import ACTIVATIONS, case_of
from conformance.studies.accuracy.results import ActivationResult

FLOAT32_DIVERGENCES: tuple[Divergence, ...] = (
    Divergence(
        subjects=("torch",),
        layers=("gelu",),
        aspects=("output",),
        kind="differs",
        sentence="The exact GELU is infinite from 2¹²⁷ on, half of the largest number.",
        reason="The vectorised kernel multiplies by 1 + erf, which is 2 there, before it halves.",
        when=lambda case: case.leaves_open("approximate"),
    ),
    Divergence(
        subjects=("refimpl.torch", "torch", "refimpl.tf", "tensorflow"),
        layers=("gelu",),
        aspects=("gradient",),
        kind="differs",
        sentence="The gradient of the tanh form of GELU is NaN from 2⁶⁴ on, on both sides.",
        reason="There x² overflows, and infinity times a slope of zero is NaN. refimpl does on"
        " purpose what both frameworks do, and the bound makes no claim there.",
        when=lambda case: not case.leaves_open("approximate"),
    ),
    Divergence(
        subjects=("torch",),
        layers=("hardswish",),
        aspects=("output",),
        kind="differs",
        sentence="hardswish is infinite from a sixth of the largest number on.",
        reason="It multiplies by 6 before it divides by 6.",
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("hardsigmoid", "hardswish"),
        aspects=("gradient",),
        kind="differs",
        sentence="At the number next below 3 the gradient is that beyond 3.",
        reason="x + 3 is rounded to 6 before it is compared with 6.",
    ),
)
"""What float32 shows at inputs that no case of the matrix draws; `when` asks for the parameters."""


@dataclass(frozen=True)
class UlpExplanation:
    """What costs many units in the last place though the formula allows it.

    Attributes
    ----------
    activations, quantities, subjects : tuple of str
        What it is about; patterns as in a shell.
    sentence : str
        What happens.
    """

    activations: tuple[str, ...]
    quantities: tuple[str, ...]
    subjects: tuple[str, ...]
    sentence: str

    def covers(self, *coordinates: str) -> bool:
        """Whether it is about an activation, quantity and subject."""
        patterns = (self.activations, self.quantities, self.subjects)
        return all(
            any(fnmatchcase(each, pattern) for pattern in allowed)
            for each, allowed in zip(coordinates, patterns, strict=True)
        )


_MANY_ULPS = 2.0**10  # units in the last place that need an explanation

ULP_EXPLANATIONS: tuple[UlpExplanation, ...] = (
    UlpExplanation(
        ("gelu*", "silu", "mish", "hardswish"),
        ("gradient",),
        ("*",),
        "the slope is zero at one point below zero. Next to it, the difference of two rounded"
        " numbers has no digit right.",
    ),
    UlpExplanation(
        ("gelu-tanhform",),
        ("output", "gradient"),
        ("*",),
        "the tanh form takes 1 + tanh(…), which cancels below about −5 and is 0 or one rounding"
        " of 1 soon after.",
    ),
    UlpExplanation(
        ("sigmoid",),
        ("gradient",),
        ("*",),
        "the slope is y·(1 − y), and y is rounded to 1 from about 17 on.",
    ),
    UlpExplanation(
        ("tanh",),
        ("gradient",),
        ("*",),
        "the slope is 1 − y², and y² is rounded to 1, or to the number below, from about 8 on.",
    ),
    UlpExplanation(
        ("elu", "selu"),
        ("gradient",),
        ("refimpl.tf", "tensorflow"),
        "TensorFlow finds the slope from the output, as output + alpha, which cancels far below"
        " zero.",
    ),
    UlpExplanation(
        ("softsign",),
        ("gradient",),
        ("refimpl.torch", "torch"),
        "PyTorch's slope 1/s − |x|/s², with s = 1 + |x|, cancels far out. From 2²⁴ on PyTorch is"
        " left with 0 or a rounding; refimpl, which divides in another order, with a rounding of"
        " 1/s even where the exact slope, 1/s², is far below that.",
    ),
    UlpExplanation(
        ("silu", "mish"),
        ("output", "gradient"),
        ("torch", "tensorflow"),
        "below about −87 the logistic function is below the smallest normal number and becomes 0;"
        " times x, the result would still have been a normal number.",
    ),
    UlpExplanation(
        ("gelu",),
        ("output", "gradient"),
        ("tensorflow",),
        "below about −13 the distribution function is below the smallest normal number and becomes"
        " 0; times x, the result would still have been a normal number.",
    ),
    UlpExplanation(
        ("*",),
        ("output", "gradient"),
        ("tensorflow",),
        "results below 2⁻¹²⁶ are flushed to zero.",
    ),
    UlpExplanation(
        ("sigmoid",),
        ("output",),
        ("torch",),
        "below −88.7 exp(−x) overflows, and the result is 0.",
    ),
)
"""The reasons for large errors in units in the last place with a small K."""


def explain_ulp_errors(
    name: str, quantity: str, subject: str, found: ActivationResult
) -> list[str]:
    """Return the reasons for errors of many units in the last place.

    Parameters
    ----------
    name, quantity, subject, found
        As for `explain_large_k`.

    Returns
    -------
    list of str
        Empty where there are none.
    """
    part = found.parts[quantity]
    if max(part.ulp.error.max(), part.tiny.error.max()) < _MANY_ULPS:
        return []
    return [each.sentence for each in ULP_EXPLANATIONS if each.covers(name, quantity, subject)]


def explain_large_k(name: str, quantity: str, subject: str, found: ActivationResult) -> list[str]:
    """Return what explains results that are above the limit of K or altogether wrong.

    Parameters
    ----------
    name : str
        The activation's.
    quantity : str
        'output' or 'gradient'.
    subject : str
        The subject's name.
    found : ActivationResult
        What was found of it.

    Returns
    -------
    list of str
        Empty where nothing needs explaining; `UNEXPLAINED` where nothing is known.
    """
    if not exceeds_limit(found, quantity):
        return []
    case = _case_of(name)
    # A record speaks of data that excite the deviation, whatever they are called; all are here.
    records = [
        record
        for regime in REGIMES
        for record in find_records(replace(case, regime=regime), quantity, subject, found.form)
    ]
    records += [
        each for each in FLOAT32_DIVERGENCES if each.covers(case, quantity, subject, found.form)
    ]
    return list(dict.fromkeys(f"{each.sentence} {each.reason}" for each in records)) or [
        UNEXPLAINED
    ]


def stale_divergences(name: str, quantity: str, subject: str, found: ActivationResult) -> list[str]:
    """Return the sentences of `FLOAT32_DIVERGENCES` that do not show.

    Parameters
    ----------
    name, quantity, subject, found
        As for `explain_large_k`.

    Returns
    -------
    list of str
    """
    if exceeds_limit(found, quantity):
        return []
    case = _case_of(name)
    return [
        each.sentence
        for each in FLOAT32_DIVERGENCES
        if each.covers(case, quantity, subject, found.form)
    ]


def exceeds_limit(found: ActivationResult, quantity: str) -> bool:
    """Whether there are results above the limit of K, or wrong altogether.

    Parameters
    ----------
    found : ActivationResult
        What was found of an activation of a subject.
    quantity : str
        'output' or 'gradient'.

    Returns
    -------
    bool
    """
    part = found.parts[quantity]
    place = part.k.worst_case()
    return bool(part.lost.any()) or (place is not None and place.error > LIMIT)


@functools.cache
def _case_of(name: str) -> Case:
    return case_of(ACTIVATIONS[name], np.zeros(1, np.float32))


UNEXPLAINED = "**not explained** by what is on record."
