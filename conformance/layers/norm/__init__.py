"""The family of norm layers."""

from __future__ import annotations

from conformance.layers.norm import cases, divergences, oracle, tf, torch
from conformance.spec.layer import Family

FAMILY = Family(
    "norm",
    oracle.LAYERS,
    cases.TABLES,
    torch=torch.FORMS,
    tf=tf.FORMS,
    divergences=divergences.DIVERGENCES,
)
