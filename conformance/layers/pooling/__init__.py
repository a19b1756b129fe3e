"""The family of pooling layers."""

from __future__ import annotations

from conformance.layers.pooling import cases, divergences, oracle, tf, torch
from conformance.spec.layer import Family

FAMILY = Family(
    "pooling",
    oracle.LAYERS,
    cases.TABLES,
    torch=torch.FORMS,
    tf=tf.FORMS,
    divergences=divergences.DIVERGENCES,
)
