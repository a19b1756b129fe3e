"""Wrong implementations, each with one mistake: what the suite must catch, from every family."""

from __future__ import annotations

from conformance.layers.registry import FAMILIES
from conformance.programs import mutants as programs
from conformance.spec.mutant import MISTAKE_KINDS, Mutant

_BY_FAMILY = (*(mutant for family in FAMILIES for mutant in family.mutants), *programs.MUTANTS)

# By the kind of mistake, as the pages group them; within a kind by family.
MUTANTS: tuple[Mutant, ...] = tuple(
    mutant for kind in MISTAKE_KINDS for mutant in _BY_FAMILY if mutant.kind == kind
)
