"""Wrong implementations, each with one mistake: what the suite must catch, from every family."""

from __future__ import annotations

from conformance.layers.registry import FAMILIES
from conformance.programs import mutants as programs
from conformance.spec.mutant import MISTAKE_KINDS, Mutant

_TABLES = (*(family.mutants for family in FAMILIES), programs.MUTANTS)

# By the kind of mistake, as the pages group them; within a kind by family.
MUTANTS: tuple[Mutant, ...] = tuple(
    mutant for kind in MISTAKE_KINDS for table in _TABLES for mutant in table if mutant.kind == kind
)
