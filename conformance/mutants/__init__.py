"""Wrong implementations, each with one mistake: what the suite must catch, as data."""

from __future__ import annotations

from conformance.mutants import (
    activations,
    dropout,
    dtypes,
    geometry,
    gradients,
    linear,
    losses,
    numerics,
    parameters,
    pooling,
    programs,
    purity,
    statistics,
)
from conformance.mutants.mutant import Mutant, Spoiled

MUTANTS: tuple[Mutant, ...] = (
    *geometry.MUTANTS,
    *pooling.MUTANTS,
    *linear.MUTANTS,
    *statistics.MUTANTS,
    *gradients.MUTANTS,
    *losses.MUTANTS,
    *dropout.MUTANTS,
    *activations.MUTANTS,
    *parameters.MUTANTS,
    *dtypes.MUTANTS,
    *purity.MUTANTS,
    *numerics.MUTANTS,
    *programs.MUTANTS,
)

__all__ = ["MUTANTS", "Mutant", "Spoiled"]
