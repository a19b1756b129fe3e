"""Names the mistake behind a wrong answer: that of a wrong implementation with the same numbers."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from conformance.checks import PAIRS
from conformance.checks.finding import Pair
from conformance.judging.claim import Claim, Target
from conformance.judging.session import Session
from conformance.layers.registry import LAYERS
from conformance.oracle.bounds import LIMIT, Bounded, distance
from conformance.programs import all_mutants
from conformance.spec.case import Case
from conformance.spec.mutant import Mutant
from conformance.subjects.loading import load
from conformance.subjects.mutated import MutatedSubject
from conformance.subjects.protocol import Subject

# How long one failure is looked into, in seconds, and how many of one kind in vain.
_SECONDS = 2.0
_IN_VAIN = 3
# How many mistakes are named where they have the same numbers.
_MOST = 3


class MistakeNamer:
    """Names the mistakes of one run; what fitted once is tried first the next time."""

    def __init__(self) -> None:
        self._originals: dict[str, Subject] = {}
        self._fitting: dict[tuple[str, str], tuple[Mutant, ...]] = {}
        self._in_vain: Counter[tuple[str, str, str]] = Counter()

    def name(self, claim: Claim, session: Session) -> str:
        """Say whose numbers a wrong answer has.

        Parameters
        ----------
        claim : Claim
            One that fails.
        session : Session
            The run's memory, which has the answer.

        Returns
        -------
        str
            The descriptions of the mistakes that have these numbers, but for rounding; empty where
            none has, or the claim is not about numbers that are held against the oracle's.
        """
        found = self.find(claim, session)
        said = " or ".join(each.description.rstrip(".") for each in found[:_MOST])
        return f"{said}." if said else ""

    def find(self, claim: Claim, session: Session) -> tuple[Mutant, ...]:
        """Find the mistakes whose numbers a wrong answer has.

        Parameters
        ----------
        claim, session
            As for `name`.

        Returns
        -------
        tuple of Mutant
            Several where they have the same numbers.
        """
        case = claim.case
        if not isinstance(case, Case) or claim.aspect not in PAIRS or LAYERS[case.layer].random:
            return ()
        (target,) = claim.targets
        kind = (target.subject, case.layer, claim.aspect)
        if self._in_vain[kind] >= _IN_VAIN:
            return ()
        found = self._search(claim, case, target, session)
        if found:
            self._fitting[target.subject, case.layer] = found
        else:
            self._in_vain[kind] += 1
        return found

    def _search(
        self, claim: Claim, case: Case, target: Target, session: Session
    ) -> tuple[Mutant, ...]:
        wrong = PAIRS[claim.aspect](session.trial(case, *target), session.answers)
        reference = {"torch": "refimpl.torch", "tf": "refimpl.tf"}[
            session.roster[target.subject].dialect
        ]
        known = self._fitting.get((target.subject, case.layer), ())
        others = [
            each
            for each in all_mutants()
            if each.layer == case.layer and each.subject == reference and each not in known
        ]
        about = replace(claim, targets=(Target(reference, target.form),))
        end = time.monotonic() + _SECONDS
        fitting: list[Mutant] = []
        for mutant in (*known, *others):
            if time.monotonic() > end:
                break
            if mutant in others and fitting and set(fitting) <= set(known):
                break  # what fitted before fits again
            if self._fits(mutant, about, wrong, session):
                fitting.append(mutant)
        return tuple(fitting)

    def _fits(self, mutant: Mutant, claim: Claim, wrong: Sequence[Pair], session: Session) -> bool:
        """Whether a mutant's numbers are the wrong ones, where it is wrong itself."""
        name = mutant.subject
        if name not in self._originals:
            self._originals[name] = load(name)
        mutated = Session({name: MutatedSubject(self._originals[name], mutant)}, oracle=session)
        try:
            trial = mutated.trial(claim.case, *claim.targets[0])  # type: ignore[arg-type]
            theirs = PAIRS[claim.aspect](trial, mutated.answers)
        except Exception:  # a mistake may make a case impossible
            return False
        visible = False
        for ours, pair in zip(wrong, theirs, strict=False):
            if not isinstance(pair.expected, Bounded) or ours.got is None or pair.got is None:
                return False
            if ours.got.shape != pair.got.shape:
                return False
            value = pair.got.astype(np.float64)
            own = np.zeros(value.shape)
            if pair.got.shape == pair.expected.shape:
                visible = visible or bool(np.any(distance(pair.got, pair.expected) > LIMIT))
                own = own + pair.expected.bound
            else:
                visible = True
            own = own + 4 * pair.expected.unit.rounding * np.abs(np.nan_to_num(value))
            near = distance(ours.got, Bounded(value, np.nan_to_num(own), pair.expected.unit))
            if bool(np.any(near > LIMIT)):
                return False
        return visible
