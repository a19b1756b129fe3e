"""The family of activation layers."""

from __future__ import annotations

from conformance.layers.activation import (
    cases,
    divergences,
    mutants,
    oracle,
    tf,
    tolerances,
    torch,
)
from conformance.spec.layer import Family

FAMILY = Family(
    "activation",
    oracle.LAYERS,
    cases.TABLES,
    torch=torch.FORMS,
    tf=tf.FORMS,
    divergences=divergences.DIVERGENCES,
    mutants=mutants.MUTANTS,
    bad_calls={"torch": torch.BAD_CALLS, "tf": tf.BAD_CALLS},
    webnn=tolerances.WEBNN,
)
