"""Wrong implementations, each with one mistake: what the suite must catch, from every family."""

from __future__ import annotations

from conformance.layers.activation import mutants as activation
from conformance.layers.conv import mutants as conv
from conformance.layers.dropout import mutants as dropout
from conformance.layers.linear import mutants as linear
from conformance.layers.loss import mutants as loss
from conformance.layers.norm import mutants as norm
from conformance.layers.pooling import mutants as pooling
from conformance.programs import mutants as programs
from conformance.spec.mutant import MISTAKE_KINDS, Mutant

_TABLES = (conv, pooling, linear, norm, dropout, activation, loss, programs)

# By the kind of mistake, as the pages group them; within a kind by family.
MUTANTS: tuple[Mutant, ...] = tuple(
    mutant
    for kind in MISTAKE_KINDS
    for table in _TABLES
    for mutant in table.MUTANTS
    if mutant.kind == kind
)
