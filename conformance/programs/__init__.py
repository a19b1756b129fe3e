"""What is asked of a whole namespace, and with the layers' cases: everything there is to ask."""

from __future__ import annotations

import functools

from conformance.layers.registry import FAMILIES, layer_cases
from conformance.programs import bad_calls, chapter, mutants, seeded, trajectory
from conformance.spec.case import Case
from conformance.spec.mutant import MISTAKE_KINDS, Mutant
from conformance.spec.program import Program


@functools.cache
def programs() -> tuple[Program, ...]:
    """Every program.

    Returns
    -------
    tuple of Program
    """
    return (
        *chapter.programs(),
        *seeded.programs(),
        *trajectory.programs(),
        *bad_calls.programs(),
    )


@functools.cache
def all_cases() -> tuple[Case | Program, ...]:
    """Every case of every table, in the tables' order, and every program.

    Returns
    -------
    tuple of Case or Program
    """
    return (*layer_cases(), *programs())


@functools.cache
def all_mutants() -> tuple[Mutant, ...]:
    """Every wrong implementation with one mistake, of every family and of programs.

    Returns
    -------
    tuple of Mutant
        By the kind of mistake, as the pages group them; within a kind by family.
    """
    found = (*(mutant for family in FAMILIES for mutant in family.mutants), *mutants.MUTANTS)
    return tuple(each for kind in MISTAKE_KINDS for each in found if each.kind == kind)
