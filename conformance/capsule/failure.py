"""One failure of a claim: which array is off, where, and by how much."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from conformance.bounds import LIMIT, Bounded
from conformance.checks import CHECKS
from conformance.checks.finding import Finding, NothingCompared
from conformance.checks.state import state_after
from conformance.claims import Claim
from conformance.dialects.base import Move, Unsupported
from conformance.session import Session, SubjectRaised, Trial

ASPECTS = ("output", "loss", "gradient", "state")


class NoCapsule(Exception):  # noqa: N818 - an answer, not an accident
    """There is nothing to put into a capsule; the message says why."""


@dataclass(frozen=True)
class Failure:
    """What a capsule is about.

    Attributes
    ----------
    trial : Trial
        The case in one form of one subject.
    aspect : str
        The claim's aspect.
    finding : Finding
        The worst comparison.
    """

    trial: Trial
    aspect: str
    finding: Finding

    @property
    def fails(self) -> bool:
        """Whether the finding is beyond the limit."""
        return self.finding.k > LIMIT

    @property
    def kind(self) -> str:
        """'output', 'gradient' or 'state'."""
        return "output" if self.aspect == "loss" else self.aspect

    @property
    def name(self) -> str:
        """The neutral name of the array that is off."""
        return re.sub(r"^gradient of | after \d+ steps$", "", self.finding.what)

    @property
    def steps(self) -> int:
        """After how many batches it is off."""
        found = re.search(r" after (\d+) steps$", self.finding.what)
        return int(found[1]) if found else (3 if self.kind == "state" else 1)

    @property
    def move(self) -> Move | None:
        """How that array gets into the dialect's layout."""
        call = self.trial.call
        if self.kind == "output":
            return next(result.move for result in call.results if result.name == self.name)
        return next((slot.move for slot in call.slots if slot.array == self.name), None)

    @property
    def expected(self) -> Any:
        """What the oracle says about the whole array."""
        if self.kind == "state":
            return state_after(self.trial, self.steps)[self.name]
        answer = self.trial.expected()
        return (answer.outputs if self.kind == "output" else answer.gradients)[self.name]

    @property
    def place(self) -> tuple[int, ...] | None:
        """The worst element in the dialect's layout; None where no single element is off."""
        index = self.finding.index
        if not isinstance(index, tuple) or self.move is None:
            return index if isinstance(index, tuple) else None
        blank = np.zeros(self.expected.shape, np.int64)
        marked = blank.copy()
        marked[index] = 1
        # A move may count the channels into an index: only the difference shows the place.
        difference = self.move.to(marked) - self.move.to(blank)
        return tuple(map(int, np.argwhere(difference)[0]))

    @property
    def value(self) -> float:
        """The oracle's value of the worst element, as the dialect counts it."""
        values = self.expected
        values = values.value if isinstance(values, Bounded) else values
        moved = values if self.move is None else self.move.to(values)
        return float(moved[self.place or ()])

    @property
    def bound(self) -> float:
        """The bound of the worst element; 0 where equality is demanded."""
        expected = self.expected
        exact = self.trial.case.regime == "exact" and self.kind != "state"
        if not isinstance(expected, Bounded) or exact:
            return 0.0
        index: Any = self.finding.index
        return float(expected.bound[index])


def look(claim: Claim, session: Session) -> Failure:
    """Judge a claim, and keep its worst finding, even if that is within its bound.

    Parameters
    ----------
    claim : Claim
        The claim.
    session : Session
        The run's memory.

    Returns
    -------
    Failure

    Raises
    ------
    NoCapsule
        If it is no claim about numbers, or cannot be judged.
    """
    if claim.aspect not in ASPECTS or "rate" in claim.case.config:
        what = "what is drawn at random" if "rate" in claim.case.config else f"{claim.aspect!r}"
        raise NoCapsule(f"there are capsules of {', '.join(ASPECTS)}, not of {what}")
    try:
        trial = session.trial(claim.case, claim.subject, claim.form)
        findings = CHECKS[claim.aspect](trial)
    except (Unsupported, SubjectRaised, NothingCompared) as error:
        raise NoCapsule(f"there is no number to show: {error}") from error
    worst = max(findings, key=lambda finding: finding.k)
    if worst.what.startswith("dtype of ") or worst.expected in ("one", "a gradient"):
        raise NoCapsule(f"there is no number to show: {worst.what}, got {worst.got}")
    return Failure(trial, claim.aspect, worst)
