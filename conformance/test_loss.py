"""Every loss, under every reduction, lies within its bound of the oracle."""

from __future__ import annotations


def test_loss(claim, check):
    """Every loss, under every reduction, lies within its bound of the oracle."""
    check(claim)
