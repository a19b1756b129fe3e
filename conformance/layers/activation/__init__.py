"""The family of activation layers."""

from __future__ import annotations

from conformance.layers.activation import cases, divergences, oracle, tf, torch
from conformance.spec.layer import Family

FAMILY = Family(
    "activation",
    oracle.LAYERS,
    cases.TABLES,
    torch=torch.FORMS,
    tf=tf.FORMS,
    divergences=divergences.DIVERGENCES,
)
