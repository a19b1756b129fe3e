"""Judges each mutant as a subject that is not known, and asks what its mistake is called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from conformance.checks import PAIRS
from conformance.judging.judge import judge
from conformance.judging.naming import MistakeNamer
from conformance.judging.session import Session
from conformance.judging.verdict import Verdict
from conformance.layers.registry import LAYERS
from conformance.programs import all_mutants
from conformance.spec.mutant import Mutant
from conformance.studies.kill_matrix.harness import affects, load_originals
from conformance.studies.kill_matrix.run import claims_of
from conformance.subjects.mutated import MutatedSubject

Outcome = Literal["right", "among others", "wrong", "silent", "no numbers"]
# How many failures of each are looked at: one of them may show less than another.
_FAILURES = 3


@dataclass(frozen=True)
class Naming:
    """What became of one mutant.

    Attributes
    ----------
    mutant : Mutant
        The mutant.
    outcome : str
        'right': it alone is named at its first failure; 'among others': with others that have the
        same numbers; 'wrong': others are named; 'silent': none is; 'no numbers': no claim about
        numbers fails, so that there is nothing to be compared.
    others : tuple of str
        The names of the others.
    """

    mutant: Mutant
    outcome: Outcome
    others: tuple[str, ...] = ()


def name_all() -> list[Naming]:
    """Name the mistake of every mutant.

    Returns
    -------
    list of Naming
    """
    originals = load_originals()
    healthy = Session(originals)
    return [_name(mutant, healthy) for mutant in all_mutants()]


def _name(mutant: Mutant, healthy: Session) -> Naming:
    if mutant.layer not in LAYERS or LAYERS[mutant.layer].random:
        return Naming(mutant, "no numbers")
    original = healthy.runner.subject(mutant.subject)
    session = Session({mutant.subject: MutatedSubject(original, mutant)}, oracle=healthy)
    namer = MistakeNamer()
    failures = 0
    for claim in claims_of(mutant.layer):
        if claim.aspect not in PAIRS or len(claim.targets) > 1 or not affects(mutant, claim):
            continue
        if claim.subject != mutant.subject or judge(claim, session).verdict is not Verdict.FAIL:
            continue
        failures += 1
        found = namer.find(claim, session)
        if found:
            others = tuple(each.name for each in found if each is not mutant)
            if mutant not in found:
                return Naming(mutant, "wrong", others)
            return Naming(mutant, "among others" if others else "right", others)
        if failures == _FAILURES:
            break
    return Naming(mutant, "silent" if failures else "no numbers")
