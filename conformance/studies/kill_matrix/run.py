"""Runs mutants over the claims of their layers, and counts what kills them.

The honest subject is judged on every claim first: what rejects it kills nothing, it is a false
alarm.
"""

from __future__ import annotations

import functools
import math
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from conformance.judging.claims import Claim, judge, plan
from conformance.judging.divergences import recorded
from conformance.judging.session import Session
from conformance.judging.verdict import Record, Verdict
from conformance.oracle.bounds import LIMIT
from conformance.programs import seeded
from conformance.spec.mutant import Mutant
from conformance.studies.kill_matrix.coverage import row_of
from conformance.studies.kill_matrix.harness import (
    FOREIGN,
    FRAMEWORKS,
    SUBJECTS,
    Part,
    bench,
    concerns,
    honest,
    parts,
)
from conformance.studies.kill_matrix.mutants import MUTANTS
from conformance.studies.parallel import map_parallel
from conformance.subjects import loading


@dataclass(frozen=True)
class Kill:
    """A claim that rejects a mutant.

    Attributes
    ----------
    claim : str
        Aspect and id, joined by '/'.
    aspect : str
        What was looked at.
    case : str
        The case's id.
    row : str
        The row of the tables that the case belongs to.
    regime : str
        What kind of numbers the case's input holds.
    k : float
        The error in units of the bound; infinite where equality is missed.
    """

    claim: str
    aspect: str
    case: str
    row: str
    regime: str
    k: float


@dataclass(frozen=True)
class Outcome:
    """What became of one mutant.

    Attributes
    ----------
    mutant : Mutant
        The mutant.
    kills : tuple of Kill
        What killed it, in the order of the plan; empty if it survives.
    """

    mutant: Mutant
    kills: tuple[Kill, ...]

    @property
    def k(self) -> float:
        """The largest K reached, or 0."""
        return max((kill.k for kill in self.kills), default=0.0)

    @property
    def margin(self) -> float:
        """How far over the limit that is, as a factor."""
        return self.k / LIMIT

    @property
    def cases(self) -> int:
        """How many cases kill it."""
        return len({kill.case for kill in self.kills})

    @property
    def aspects(self) -> tuple[str, ...]:
        """The aspects that kill it, the first one first."""
        return tuple(dict.fromkeys(kill.aspect for kill in self.kills))


@dataclass(frozen=True)
class Found:
    """What a run found.

    Attributes
    ----------
    outcomes : tuple of Outcome
        One for each mutant, in their order.
    claims : int
        How many claims the honest subjects were judged on.
    rejected : tuple of str
        Those of them that reject an honest subject.
    """

    outcomes: tuple[Outcome, ...]
    claims: int
    rejected: tuple[str, ...]


@dataclass(frozen=True)
class _Judged:
    kills: Mapping[int, tuple[Kill, ...]]
    rejected: tuple[str, ...]


def run(
    mutants: Sequence[Mutant] = MUTANTS,
    processes: int = 1,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Found:
    """Run mutants over every claim of their layers.

    Parameters
    ----------
    mutants : sequence of Mutant
        Some of `MUTANTS`.
    processes : int
        How many processes share the work; the result does not depend on it.
    progress : callable
        Told how many judgements of how many have been made.

    Returns
    -------
    Found
    """
    chosen = [MUTANTS.index(mutant) for mutant in mutants]
    layers = {number: MUTANTS[number].layer for number in chosen}
    dealt = list(parts(layers, {layer: len(claims_of(layer)) for layer in layers.values()}))
    total = sum(part.size for part in dealt)
    done, results = 0, {}
    for place, judged in map_parallel(_judge_part, dealt, processes):
        results[place] = judged
        done += dealt[place].size
        progress(done, total)
    ordered = [results[place] for place in range(len(dealt))]
    outcomes = tuple(
        Outcome(MUTANTS[number], tuple(k for each in ordered for k in each.kills.get(number, ())))
        for number in chosen
    )
    rejected = tuple(claim for each in ordered for claim in each.rejected)
    return Found(outcomes, sum(part.stop - part.start for part in dealt), rejected)


def killing_claim(mutant: Mutant) -> Kill | None:
    """Find one claim of the mutant's own aspect that kills it, looking where its hints say.

    Parameters
    ----------
    mutant : Mutant
        The mutant.

    Returns
    -------
    Kill or None
        None if it survives there.
    """
    given = honest()
    healthy = Session(given)
    wrong = bench(mutant, given, healthy)
    for claim in claims_of(mutant.layer):
        if claim.aspect != mutant.aspect or not concerns(claim, mutant):
            continue
        if mutant.form not in ("", claim.form.split("+")[0]) or (
            mutant.word and mutant.word not in claim.case.words
        ):
            continue
        kill = _killed(claim, wrong)
        if kill is not None and _judged(claim, healthy).verdict is Verdict.PASS:
            return kill
    return None


@functools.cache
def claims_of(layer: str) -> tuple[Claim, ...]:
    """The claims about a layer: in both dialects, and of the two against each other.

    Parameters
    ----------
    layer : str
        The layer.

    Returns
    -------
    tuple of Claim
    """
    if layer == "seeded":
        return tuple(_draws())
    return _by_layer()[layer]


@functools.cache
def _by_layer() -> Mapping[str, tuple[Claim, ...]]:
    found: dict[str, list[Claim]] = {}
    for claim in plan(SUBJECTS):
        found.setdefault(claim.case.layer, []).append(claim)
    return {layer: tuple(claims) for layer, claims in found.items()}


def _draws() -> Iterator[Claim]:
    """The draws, each in its dialect; what a framework refuses on record, refimpl does, too."""
    for case in seeded.cases():
        for subject, framework in FRAMEWORKS.items():
            known = recorded(case, "seeded", framework, "drawn")
            if case.config["draw"].dialect == loading.dialect_of(subject) and not any(
                each.kind == "raises" for each in known
            ):
                yield Claim(case, "seeded", FOREIGN[subject], "drawn")


def _judge_part(part: Part) -> _Judged:
    given = honest()
    healthy = Session(given)
    benches = {number: bench(MUTANTS[number], given, healthy) for number in part.mutants}
    kills: dict[int, list[Kill]] = {number: [] for number in part.mutants}
    rejected = []
    for claim in claims_of(part.layer)[part.start : part.stop]:
        record = _judged(claim, healthy)
        if not record.verdict.healthy:
            rejected.append(f"{claim.aspect}/{claim.id}")
        if record.verdict is not Verdict.PASS:
            continue
        for number, wrong in benches.items():
            if concerns(claim, MUTANTS[number]):
                kill = _killed(claim, wrong)
                if kill is not None:
                    kills[number].append(kill)
    return _Judged({number: tuple(found) for number, found in kills.items()}, tuple(rejected))


def _judged(claim: Claim, session: Session) -> Record:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return judge(claim, session)


def _killed(claim: Claim, session: Session) -> Kill | None:
    record = _judged(claim, session)
    if record.verdict is not Verdict.FAIL:
        return None
    k = math.inf if record.k is None or not math.isfinite(record.k) else record.k
    case = claim.case
    name = f"{claim.aspect}/{claim.id}"
    return Kill(name, claim.aspect, case.id, row_of(case), case.regime, float(k))
