"""The family of conv layers."""

from __future__ import annotations

from conformance.layers.conv import cases, divergences, oracle, tf, torch
from conformance.spec.layer import Family

FAMILY = Family(
    "conv",
    oracle.LAYERS,
    cases.TABLES,
    torch=torch.FORMS,
    tf=tf.FORMS,
    divergences=divergences.DIVERGENCES,
)
