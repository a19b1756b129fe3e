"""The family of conv layers."""

from __future__ import annotations

from conformance.layers.conv import (
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
    "conv",
    oracle.LAYERS,
    cases.TABLES,
    torch=torch.FORMS,
    tf=tf.FORMS,
    divergences=divergences.DIVERGENCES,
    mutants=mutants.MUTANTS,
    bad_calls={"torch": torch.BAD_CALLS, "tf": tf.BAD_CALLS},
    webnn=tolerances.WEBNN,
    dot_products=tolerances.DOT_PRODUCTS,
)
