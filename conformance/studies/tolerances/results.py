"""The judgements of the rules, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from conformance.spec.mutant import Mutant


class CountKey(NamedTuple):
    """What is counted by itself.

    Attributes
    ----------
    rule : str
        The rule that judged.
    recorded : bool
        Whether a deviation of the subject is on record there.
    subject, layer, aspect, regime, dtype : str
        What was judged.
    """

    rule: str
    recorded: bool
    subject: str
    layer: str
    aspect: str
    regime: str
    dtype: str


class Example(NamedTuple):
    """A healthy array that a rule rejects: the element, of those it rejects, that is off most.

    Attributes
    ----------
    claim, what : str
        Which array.
    got, reference : float
        The element and its reference.
    k : float
        Its distance in units of the bound, by which the array passes.
    """

    claim: str
    what: str
    got: float
    reference: float
    k: float


@dataclass
class HealthyCounts:
    """What the rules said about subjects that are not wrong.

    Attributes
    ----------
    claims : int
        How many claims were looked at.
    judged, rejected : Counter
        How many arrays were judged, and how many of them rejected.
    examples : dict
        Rule and regime -> the first array that the rule rejects there.
    """

    claims: int = 0
    judged: Counter[CountKey] = field(default_factory=Counter)
    rejected: Counter[CountKey] = field(default_factory=Counter)
    examples: dict[tuple[str, str], Example] = field(default_factory=dict)

    def merge(self, later: HealthyCounts) -> None:
        """Add what was found about later claims."""
        self.claims += later.claims
        self.judged += later.judged
        self.rejected += later.rejected
        for place, example in later.examples.items():
            self.examples.setdefault(place, example)

    def counts(self, rule: str, **wanted: Any) -> tuple[int, int]:
        """Count the arrays that a rule judged, and those that it rejected.

        Parameters
        ----------
        rule : str
            The rule.
        **wanted
            Coordinates of a `CountKey`.

        Returns
        -------
        (int, int)
        """
        sums = []
        for counter in (self.judged, self.rejected):
            chosen = (
                count
                for cell, count in counter.items()
                if cell.rule == rule
                and all(getattr(cell, name) == value for name, value in wanted.items())
            )
            sums.append(sum(chosen))
        return sums[0], sums[1]


@dataclass
class MutantJudgement:
    """What the rules said about a mutant.

    Attributes
    ----------
    differs : bool
        Whether any number of it is another than the healthy subject's.
    judged : set of str
        The rules that judged such an array.
    rejected : set of str
        The rules that rejected one.
    caught : dict
        Rule -> the first claim with an array that the rule rejects, while it accepts the healthy
        subject's.
    """

    differs: bool = False
    judged: set[str] = field(default_factory=set)
    rejected: set[str] = field(default_factory=set)
    caught: dict[str, str] = field(default_factory=dict)

    def merge(self, later: MutantJudgement) -> None:
        """Add what was found on later claims."""
        self.differs |= later.differs
        self.judged |= later.judged
        self.rejected |= later.rejected
        self.caught = later.caught | self.caught


@dataclass(frozen=True)
class ToleranceResults:
    """What a run found.

    Attributes
    ----------
    healthy : HealthyCounts
        About healthy subjects.
    fates : mapping
        Mutant -> what became of it; those whose mistake is no matter of numbers are not among
        them.
    others : Counter
        Aspect -> how many mutants are left out for that.
    """

    healthy: HealthyCounts
    fates: Mapping[Mutant, MutantJudgement]
    others: Counter[str]

    @property
    def numeric(self) -> dict[Mutant, MutantJudgement]:
        """The mutants whose numbers are wrong."""
        return {mutant: fate for mutant, fate in self.fates.items() if fate.differs}

    def mutants(self, rule: str, among: Iterable[Mutant]) -> tuple[int, int, int]:
        """Count the mutants that a rule judged, caught, and rejected.

        Parameters
        ----------
        rule : str
            The rule.
        among : iterable of Mutant
            Which mutants.

        Returns
        -------
        (int, int, int)
            The last counts those, too, of which it rejects what it rejects of the healthy subject.
        """
        fates = [self.numeric[mutant] for mutant in among if mutant in self.numeric]
        return (
            sum(rule in fate.judged for fate in fates),
            sum(rule in fate.caught for fate in fates),
            sum(rule in fate.rejected for fate in fates),
        )
