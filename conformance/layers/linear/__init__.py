"""The family of linear layers."""

from __future__ import annotations

from conformance.layers.linear import cases, divergences, oracle, tf, torch
from conformance.spec.layer import Family

FAMILY = Family(
    "linear",
    oracle.LAYERS,
    cases.TABLES,
    torch=torch.FORMS,
    tf=tf.FORMS,
    divergences=divergences.DIVERGENCES,
)
