"""Runs mutants over the claims of their layers, and counts what kills them.

The original subject is judged on every claim first: what rejects it kills nothing, it is a false
alarm.
"""

from __future__ import annotations

import functools
import math
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from conformance.judging.claim import Claim
from conformance.judging.divergences import find_records
from conformance.judging.judge import judge
from conformance.judging.planning import plan
from conformance.judging.session import Session
from conformance.judging.verdict import Record, Verdict
from conformance.oracle.bounds import LIMIT
from conformance.programs import all_mutants, seeded
from conformance.spec.mutant import Mutant
from conformance.studies.kill_matrix.coverage import row_of
from conformance.studies.kill_matrix.harness import (
    FOREIGN,
    FRAMEWORKS,
    SUBJECTS,
    WorkItem,
    affects,
    load_originals,
    open_mutant_session,
    split_work,
)
from conformance.studies.parallel import map_parallel
from conformance.subjects import loading
from conformance.subjects.mutated import MutatedSubject

MUTANTS = all_mutants()


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
class MutantResult:
    """What became of one mutant.

    Attributes
    ----------
    mutant : Mutant
        The mutant.
    kills : tuple of Kill
        What killed it, in the order of the plan; empty if it survives.
    uncalled : tuple of str
        The targets of its patches that no claim called: mistakes that nobody can see.
    """

    mutant: Mutant
    kills: tuple[Kill, ...]
    uncalled: tuple[str, ...] = ()

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
class KillMatrix:
    """Which claims kill which mutants.

    Attributes
    ----------
    results : tuple of MutantResult
        One for each mutant, in their order.
    claims : int
        How many claims the original subjects were judged on.
    rejected : tuple of str
        Those of them that reject an original subject.
    """

    results: tuple[MutantResult, ...]
    claims: int
    rejected: tuple[str, ...]


@dataclass(frozen=True)
class _ItemResult:
    kills: Mapping[int, tuple[Kill, ...]]
    called: Mapping[int, frozenset[str]]
    rejected: tuple[str, ...]


def run(
    mutants: Sequence[Mutant] = MUTANTS,
    processes: int = 1,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> KillMatrix:
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
    KillMatrix
    """
    chosen = [MUTANTS.index(mutant) for mutant in mutants]
    layers = {number: MUTANTS[number].layer for number in chosen}
    items = list(split_work(layers, {layer: len(claims_of(layer)) for layer in layers.values()}))
    total = sum(item.size for item in items)
    done, by_place = 0, {}
    for place, result in map_parallel(_judge_item, items, processes):
        by_place[place] = result
        done += items[place].size
        progress(done, total)
    ordered = [by_place[place] for place in range(len(items))]
    results = tuple(_join(number, ordered) for number in chosen)
    rejected = tuple(claim for each in ordered for claim in each.rejected)
    return KillMatrix(results, sum(item.stop - item.start for item in items), rejected)


def _join(number: int, ordered: Sequence[_ItemResult]) -> MutantResult:
    mutant = MUTANTS[number]
    kills = tuple(kill for each in ordered for kill in each.kills.get(number, ()))
    called = frozenset[str]().union(*(each.called.get(number, frozenset()) for each in ordered))
    return MutantResult(mutant, kills, tuple(each for each in mutant.patches if each not in called))


def find_killing_claim(mutant: Mutant) -> Kill | None:
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
    originals = load_originals()
    healthy = Session(originals)
    mutated = MutatedSubject(originals[mutant.subject], mutant)
    wrong = open_mutant_session(mutated, originals, healthy)
    for claim in claims_of(mutant.layer):
        if claim.aspect != mutant.aspect or not affects(mutant, claim):
            continue
        if mutant.form not in ("", claim.forms[0]) or (
            mutant.word and mutant.word not in claim.case.words
        ):
            continue
        kill = _kill(claim, wrong)
        if kill is not None and _judge(claim, healthy).verdict is Verdict.PASS:
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
    by_layer: dict[str, list[Claim]] = {}
    for claim in plan(SUBJECTS):
        by_layer.setdefault(claim.case.layer, []).append(claim)
    return {layer: tuple(claims) for layer, claims in by_layer.items()}


def _draws() -> Iterator[Claim]:
    """The draws, each in its dialect; what a framework refuses on record, refimpl does, too."""
    for program in seeded.programs():
        for subject, framework in FRAMEWORKS.items():
            known = find_records(program, "seeded", framework, "drawn")
            if loading.dialect_of(subject) in program.dialects and not any(
                each.kind == "raises" for each in known
            ):
                yield Claim.about(program, "seeded", FOREIGN[subject], program.form)


def _judge_item(item: WorkItem) -> _ItemResult:
    originals = load_originals()
    healthy = Session(originals)
    mutated = {
        number: MutatedSubject(originals[MUTANTS[number].subject], MUTANTS[number])
        for number in item.mutants
    }
    sessions = {
        number: open_mutant_session(each, originals, healthy) for number, each in mutated.items()
    }
    kills: dict[int, list[Kill]] = {number: [] for number in item.mutants}
    rejected = []
    for claim in claims_of(item.layer)[item.start : item.stop]:
        record = _judge(claim, healthy)
        if not record.verdict.healthy:
            rejected.append(claim.name)
        if record.verdict is not Verdict.PASS:
            continue
        for number, session in sessions.items():
            if affects(MUTANTS[number], claim):
                kill = _kill(claim, session)
                if kill is not None:
                    kills[number].append(kill)
    return _ItemResult(
        {number: tuple(each) for number, each in kills.items()},
        {number: frozenset(each.called) for number, each in mutated.items()},
        tuple(rejected),
    )


def _judge(claim: Claim, session: Session) -> Record:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return judge(claim, session)


def _kill(claim: Claim, session: Session) -> Kill | None:
    record = _judge(claim, session)
    if record.verdict is not Verdict.FAIL:
        return None
    k = math.inf if record.k is None or not math.isfinite(record.k) else record.k
    case = claim.case
    name = claim.name
    return Kill(name, claim.aspect, case.id, row_of(case), case.regime, float(k))
