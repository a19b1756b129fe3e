"""Inputs are left alone, unless in place is asked for."""

from __future__ import annotations


def test_purity(claim, check):
    """Inputs are left alone, unless in place is asked for."""
    check(claim)
