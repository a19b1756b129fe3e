"""Runs healthy subjects and mutants, and applies every rule to each array."""

from __future__ import annotations

import functools
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from conformance.checks import PAIRS
from conformance.judging.claim import Claim
from conformance.judging.divergences import find_records
from conformance.judging.planning import plan
from conformance.judging.session import Session
from conformance.programs import all_mutants
from conformance.spec.call import Unsupported
from conformance.spec.program import Program
from conformance.studies.kill_matrix.harness import (
    WorkItem,
    affects,
    load_originals,
    open_mutant_session,
    split_work,
)
from conformance.studies.kill_matrix.run import claims_of
from conformance.studies.parallel import map_parallel
from conformance.studies.tolerances.comparison import Comparison, compare_answer
from conformance.studies.tolerances.results import (
    CountKey,
    Example,
    HealthyCounts,
    MutantJudgement,
    ToleranceResults,
)
from conformance.studies.tolerances.rules import RULES, ToleranceRule
from conformance.subjects.loading import SUBJECTS
from conformance.subjects.mutated import MutatedSubject
from conformance.subjects.protocol import SubjectRaised

MUTANTS = all_mutants()

_CLAIMS_PER_PART = 600  # of healthy subjects, so many that one process is given at a time


@dataclass(frozen=True)
class _ClaimRange:
    """Some claims about healthy subjects."""

    subjects: tuple[str, ...]
    layers: tuple[str, ...]
    start: int
    stop: int


def compare_rules(
    layers: Sequence[str] = (),
    subjects: Sequence[str] = SUBJECTS,
    processes: int = 1,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> ToleranceResults:
    """Ask the rules about healthy subjects, and about the mutants of some layers.

    Parameters
    ----------
    layers : sequence of str
        Which layers; none given, all.
    subjects : sequence of str
        The healthy subjects.
    processes : int
        How many processes share the work; the result does not depend on it.
    progress : callable
        Told how many parts of how many are done.

    Returns
    -------
    ToleranceResults
    """
    work: list[_ClaimRange | WorkItem] = [
        *_claim_ranges(tuple(subjects), tuple(layers)),
        *_items(layers),
    ]
    results = {}
    for place, result in map_parallel(_run_part, work, processes):
        results[place] = result
        progress(len(results), len(work))
    healthy, fates = (
        HealthyCounts(),
        {number: MutantJudgement() for number in _numeric_mutants(layers)},
    )
    for place in range(len(work)):
        result = results[place]
        if isinstance(result, HealthyCounts):
            healthy.merge(result)
            continue
        for number, fate in result.items():
            fates[number].merge(fate)
    others = Counter(
        mutant.aspect
        for mutant in MUTANTS
        if _includes(mutant.layer, layers)
        if mutant.aspect not in PAIRS
    )
    return ToleranceResults(
        healthy, {MUTANTS[number]: fate for number, fate in fates.items()}, others
    )


def _includes(layer: str, layers: Sequence[str]) -> bool:
    return not layers or layer in layers


def _numeric_mutants(layers: Sequence[str]) -> dict[int, str]:
    """The mutants that numbers give away, by number, with their layers."""
    return {
        number: mutant.layer
        for number, mutant in enumerate(MUTANTS)
        if mutant.aspect in PAIRS and _includes(mutant.layer, layers)
    }


def _items(layers: Sequence[str]) -> Iterator[WorkItem]:
    wrong = _numeric_mutants(layers)
    return split_work(wrong, {layer: len(claims_of(layer)) for layer in wrong.values()})


def _claim_ranges(subjects: tuple[str, ...], layers: tuple[str, ...]) -> Iterator[_ClaimRange]:
    """Divide the claims; those of one case stay together."""
    start = stop = 0
    for _, group in groupby(_healthy_claims(subjects, layers), key=lambda claim: claim.case.id):
        stop += len(list(group))
        if stop - start >= _CLAIMS_PER_PART:
            yield _ClaimRange(subjects, layers, start, stop)
            start = stop
    if stop > start:
        yield _ClaimRange(subjects, layers, start, stop)


@functools.cache
def _healthy_claims(subjects: tuple[str, ...], layers: tuple[str, ...]) -> list[Claim]:
    return [claim for claim in plan(subjects, tuple(PAIRS)) if _includes(claim.case.layer, layers)]


def _run_part(work: _ClaimRange | WorkItem) -> HealthyCounts | dict[int, MutantJudgement]:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return _judge_healthy(work) if isinstance(work, _ClaimRange) else _judge_mutants(work)


def _judge_healthy(share: _ClaimRange) -> HealthyCounts:
    found, session = HealthyCounts(), Session()
    for claim in _healthy_claims(share.subjects, share.layers)[share.start : share.stop]:
        arrays = _compare_arrays(claim, session)
        found.claims += arrays is not None
        for comparison in arrays or ():
            for rule in RULES:
                rejected = rule.verdict(comparison)
                if rejected is None:
                    continue
                cell = _count_key(rule.name, claim)
                found.judged[cell] += 1
                found.rejected[cell] += rejected
                if rejected and not (cell.recorded or comparison.malformed):
                    found.examples.setdefault(
                        (rule.name, cell.regime), _example(claim, comparison, rule)
                    )
    return found


def _count_key(rule: str, claim: Claim) -> CountKey:
    case = claim.case
    known = find_records(case, claim.aspect, claim.subject, *claim.forms)
    return CountKey(
        rule, bool(known), claim.subject, case.layer, claim.aspect, case.regime, case.dtype
    )


def _example(claim: Claim, comparison: Comparison, rule: ToleranceRule) -> Example:
    got, reference = comparison.numbers
    worst = int(np.argmax(np.where(rule.rejects(comparison), comparison.error, -1.0)))
    return Example(
        claim.name,
        comparison.pair.what,
        float(got[worst]),
        float(reference[worst]),
        float(comparison.pair.finding().k),
    )


def _compare_arrays(
    claim: Claim, session: Session, *, wrong: bool = False
) -> list[Comparison] | None:
    """The arrays of an answer beside the oracle's; None where there is no answer.

    Only what is wrong, or is on record, may raise: a framework that is not installed, say, must
    not make the table smaller.
    """
    if isinstance(claim.case, Program):
        return None
    try:
        trial = session.trial(claim.case, *claim.targets[0])
        return list(compare_answer(trial, claim.aspect, session.answers))
    except Unsupported:
        return None
    except SubjectRaised:
        if wrong or find_records(claim.case, claim.aspect, claim.subject, *claim.forms):
            return None
        raise


def _judge_mutants(item: WorkItem) -> dict[int, MutantJudgement]:
    originals = load_originals()
    healthy = Session(originals)
    sessions = {}
    for number in item.mutants:
        mutant = MUTANTS[number]
        mutated = MutatedSubject(originals[mutant.subject], mutant)
        sessions[number] = open_mutant_session(mutated, originals, healthy)
    fates = {number: MutantJudgement() for number in item.mutants}
    for claim in claims_of(item.layer)[item.start : item.stop]:
        if claim.aspect not in PAIRS:
            continue
        if find_records(claim.case, claim.aspect, claim.subject, *claim.forms):
            continue
        right = {each.pair.what: each for each in _compare_arrays(claim, healthy) or ()}
        for number, wrong in sessions.items():
            if affects(MUTANTS[number], claim):
                for comparison in _compare_arrays(claim, wrong, wrong=True) or ():
                    _judge_array(fates[number], claim, comparison, right[comparison.pair.what])
    return fates


def _judge_array(fate: MutantJudgement, claim: Claim, wrong: Comparison, right: Comparison) -> None:
    """Ask the rules about an array of a mutant, if it is another than the healthy subject's."""
    if _are_equal(wrong, right):
        return
    fate.differs = True
    for rule in RULES:
        if rule.name in fate.caught:
            continue
        rejected = rule.verdict(wrong)
        if rejected is None:
            continue
        fate.judged.add(rule.name)
        if rejected:
            fate.rejected.add(rule.name)
            if not rule.verdict(right):
                fate.caught[rule.name] = claim.name


def _are_equal(one: Comparison, other: Comparison) -> bool:
    first, second = one.pair.got, other.pair.got
    if first is None or second is None or first.shape != second.shape:
        return first is second
    return bool(np.all((first == second) | ((first != first) & (second != second))))
