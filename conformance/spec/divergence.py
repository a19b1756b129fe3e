"""What a recorded deviation is, and which claims it speaks about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal

from conformance.spec.case import Case
from conformance.spec.program import Program

Kind = Literal["raises", "differs", "either"]


def always(case: Case | Program) -> bool:
    """Hold for every case.

    Parameters
    ----------
    case : Case or Program
        Any.

    Returns
    -------
    bool
    """
    return True


@dataclass(frozen=True)
class Divergence:
    """A recorded deviation of some subjects.

    Attributes
    ----------
    subjects, layers, forms, aspects : tuple of str
        Where it happens; patterns as in a shell.
    kind : {'raises', 'differs', 'either'}
        Whether the subject refuses or answers otherwise; 'either' where it does the one or the
        other.
    sentence : str
        What it does, for the report.
    reason : str
        Why it is recorded rather than judged: a documented difference, a known defect.
    when : callable
        For which cases or programs.
    surely : callable, optional
        For which of them every claim must show it: a regime that holds every number holds those
        that do. Without one every claim must, or the witnesses alone if there are any.
    witnesses : tuple of str
        Further claims (aspect/id) that must show it, where the data decide which others do. One
        that ends in ' seed 7' must show it under that seed: the data of the published matrix,
        which is seed 0, may happen not to.
    half_sums : bool
        The deviation must be one that summing in the half type explains: it must lie within the
        bound in which sums accumulate in the case's dtype. A larger one is a failure.
    """

    subjects: tuple[str, ...]
    layers: tuple[str, ...]
    kind: Kind
    sentence: str
    reason: str
    when: Callable[[Any], bool] = always
    forms: tuple[str, ...] = ("*",)
    aspects: tuple[str, ...] = ("*",)
    surely: Callable[[Any], bool] | None = None
    witnesses: tuple[str, ...] = ()
    half_sums: bool = False

    def must_show_at(self, case: Case | Program, aspect: str, subject: str, *forms: str) -> bool:
        """Whether a claim it covers must show the deviation.

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
        bool
        """
        if self.surely is not None and self.surely(case):
            return True
        seed = f" seed {case.seed}" if case.seed else ""
        if f"{aspect}/{case.id}-{subject}-{'+'.join(forms)}{seed}" in self.witnesses:
            return True
        return self.surely is None and not self.witnesses

    def covers(self, case: Case | Program, aspect: str, subject: str, *forms: str) -> bool:
        """Whether it speaks about a claim.

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
        bool
        """
        return self.matches(case.layer, aspect, subject, *forms) and self.when(case)

    def matches(self, layer: str, aspect: str, subject: str, *forms: str) -> bool:
        """Whether its patterns match a claim, whatever the case.

        Parameters
        ----------
        layer, aspect, subject : str
            The claim's coordinates.
        *forms : str
            Its form, or both.

        Returns
        -------
        bool
        """
        return (
            _matches(aspect, self.aspects)
            and _matches(layer, self.layers)
            and _matches(subject, self.subjects)
            # Two forms that are compared deviate where one of them does.
            and any(_matches(each, self.forms) for each in forms)
        )


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
