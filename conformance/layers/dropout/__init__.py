"""The family of dropout layers."""

from __future__ import annotations

from conformance.layers.dropout import cases, divergences, mutants, oracle, tf, torch
from conformance.spec.layer import Family

FAMILY = Family(
    "dropout",
    oracle.LAYERS,
    cases.TABLES,
    torch=torch.FORMS,
    tf=tf.FORMS,
    divergences=divergences.DIVERGENCES,
    mutants=mutants.MUTANTS,
    bad_calls={"torch": torch.BAD_CALLS, "tf": tf.BAD_CALLS},
)
