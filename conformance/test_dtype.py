"""Outputs and gradients have the dtype the framework promises."""

from __future__ import annotations


def test_dtype(claim, check):
    """Outputs and gradients have the dtype the framework promises."""
    check(claim)
