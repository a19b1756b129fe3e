"""The matrix again and again, each time with other inputs, to see whether a healthy subject fails.

A limit on K that was never exceeded by one set of inputs says little; over many sets the
distribution of K says how much room is left below the limit.
"""

from __future__ import annotations

import functools
import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from conformance.judging.claim import Claim
from conformance.judging.divergences import find_records
from conformance.judging.judge import judge
from conformance.judging.planning import plan, reseed_claims
from conformance.judging.session import Session
from conformance.judging.verdict import Record, Verdict
from conformance.layers.registry import LAYERS
from conformance.spec.program import Program

ASPECTS: tuple[str, ...] = (
    "output",
    "loss",
    "gradient",
    "state",
    "forms",
    "layout",
    "agreement",
)
"""The aspects whose K depends on the numbers, and so on the seed."""

_STEPS_PER_UNIT = 100  # K is counted in hundredths

COMPILED_EVERY = 10
"""Keras compiles some convolutions anew at each call, which takes a hundred times as long as
computing them: every so many seeds look at those."""


class DistributionKey(NamedTuple):
    """The coordinates of a distribution of K."""

    layer: str
    aspect: str
    subject: str
    dtype: str


@dataclass
class Distribution:
    """A distribution of K.

    Attributes
    ----------
    counts : Counter
        How often K, rounded up to hundredths, was met.
    worst : float
        The largest K.
    where : str
        The claim and seed of the largest.
    """

    counts: Counter[int] = field(default_factory=Counter)
    worst: float = -1.0
    where: str = ""

    def add(self, k: float, where: str) -> None:
        """Count one more K, met at a claim and seed."""
        self.counts[math.ceil(k * _STEPS_PER_UNIT)] += 1
        self._keep_worse(k, where)

    def merge(self, other: Distribution) -> None:
        """Add what was counted elsewhere."""
        self.counts += other.counts
        self._keep_worse(other.worst, other.where)

    def _keep_worse(self, k: float, where: str) -> None:
        # Of equals the first by name, so that the order of merging does not matter.
        if (k, self.where) > (self.worst, where):
            self.worst, self.where = k, where

    def quantile(self, share: float) -> float:
        """Return the least K, in hundredths, that this share of the comparisons does not exceed."""
        wanted = share * self.counts.total()
        seen = 0
        for step in sorted(self.counts):
            seen += self.counts[step]
            if seen >= wanted:
                return step / _STEPS_PER_UNIT
        return 0.0


@dataclass
class SoakResults:
    """What many runs found.

    Attributes
    ----------
    spreads : dict
        Cell -> distribution of K of what passed.
    alarms : list of (int, Record)
        Seed and record of what failed or raised: false alarms, if the subjects are healthy.
    covered : int
        How many passed though a deviation of theirs is on record: how large it is depends on the
        data. They are in no distribution, for they say nothing of a healthy subject.
    verdicts : Counter
        How many claims ended how. A recorded deviation that another seed's inputs do not excite
        counts as `stale`: nothing is wrong with that.
    """

    spreads: dict[DistributionKey, Distribution] = field(default_factory=dict)
    alarms: list[tuple[int, Record]] = field(default_factory=list)
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    covered: int = 0

    def add(self, claim: Claim, record: Record) -> None:
        """Count one judged claim."""
        self.verdicts[record.verdict] += 1
        if record.verdict in (Verdict.FAIL, Verdict.ERROR):
            self.alarms.append((claim.case.seed, record))
        elif find_records(claim.case, claim.aspect, claim.subject, *claim.forms):
            self.covered += record.verdict is Verdict.PASS
        elif record.verdict is Verdict.PASS and record.k is not None:
            cell = DistributionKey(record.layer, record.aspect, record.subject, claim.case.dtype)
            where = f"{record.aspect}/{claim.id} seed {claim.case.seed}"
            self.spreads.setdefault(cell, Distribution()).add(record.k, where)

    def merge(self, other: SoakResults) -> None:
        """Add what was found elsewhere."""
        for cell, spread in other.spreads.items():
            self.spreads.setdefault(cell, Distribution()).merge(spread)
        self.alarms = sorted(self.alarms + other.alarms, key=lambda alarm: (alarm[0], alarm[1].key))
        self.verdicts += other.verdicts
        self.covered += other.covered

    def over(self, **wanted: str) -> Distribution:
        """Merge the distributions of all cells with the given coordinates."""
        total = Distribution()
        for cell, spread in self.spreads.items():
            if all(getattr(cell, name) == value for name, value in wanted.items()):
                total.merge(spread)
        return total

    @property
    def checked(self) -> int:
        """How many claims were judged."""
        return self.verdicts.total()


@dataclass(frozen=True)
class SoakPlan:
    """What a soak looks at.

    Attributes
    ----------
    subjects : tuple of str
        The subjects under test.
    seeds : tuple of int
        The seeds; 0 is the published matrix.
    share : float
        Which share of the cases each seed looks at, drawn anew for each.
    words : tuple of str
        Only claims whose names contain all of these.
    """

    subjects: tuple[str, ...]
    seeds: tuple[int, ...]
    share: float = 1.0
    words: tuple[str, ...] = ()


def run_seed(wanted: SoakPlan, seed: int) -> SoakResults:
    """Run the matrix under one seed.

    Parameters
    ----------
    wanted : SoakPlan
        What to look at.
    seed : int
        One of its seeds.

    Returns
    -------
    SoakResults
    """
    found = SoakResults()
    for claims in _claims_by_case(wanted):
        for claim in claims_of_seed(claims, wanted, seed):
            # Nothing is shared between seeds, and little between cases.
            found.add(claim, judge(claim, _session()))
    return found


def claims_of_seed(claims: Sequence[Claim], wanted: SoakPlan, seed: int) -> Iterator[Claim]:
    """Yield the claims of one case under a seed, if the seed looks at the case.

    Parameters
    ----------
    claims : sequence of Claim
        Of one case.
    wanted : SoakPlan
        The seeds and the share.
    seed : int
        One of the seeds.

    Yields
    ------
    Claim
    """
    # What holds every value of a dtype is the same under any seed, and a bad call draws nothing.
    case = claims[0].case
    seedless = case.regime == "all" or (isinstance(case, Program) and case.kind == "errors")
    if (seedless and seed != wanted.seeds[0]) or not _is_sampled(case.id, seed, wanted.share):
        return
    rarely = seed % COMPILED_EVERY != 0
    looked_at = [claim for claim in claims if not (rarely and _is_compiled(claim))]
    yield from reseed_claims(looked_at, seed)


def _is_compiled(claim: Claim) -> bool:
    """Whether Keras compiles the layer anew for the claim."""
    case = claim.case
    if "tensorflow" not in claim.subjects or isinstance(case, Program):
        return False
    return any(LAYERS[case.layer].compiled(case, form) for form in claim.forms)


def _is_sampled(case: str, seed: int, share: float) -> bool:
    digest = hashlib.sha256(f"{seed}:{case}".encode()).digest()
    return int.from_bytes(digest[:4], "little") < share * 2**32


@functools.cache
def _claims_by_case(wanted: SoakPlan) -> list[list[Claim]]:
    claims = [
        claim
        for claim in plan(wanted.subjects, ASPECTS)
        if all(word in claim.id or word == claim.aspect for word in wanted.words)
    ]
    return [list(group) for _, group in groupby(claims, key=lambda claim: claim.case.id)]


@functools.cache
def _session() -> Session:
    return Session()


def merge_all(parts: Iterable[SoakResults]) -> SoakResults:
    """Merge what several parts found.

    Parameters
    ----------
    parts : iterable of SoakResults
        In any order.

    Returns
    -------
    SoakResults
    """
    merged = SoakResults()
    for part in parts:
        merged.merge(part)
    return merged
