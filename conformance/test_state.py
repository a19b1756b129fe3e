"""Running statistics are right after one step and after three."""

from __future__ import annotations


def test_state(claim, check):
    """Running statistics are right after one step and after three."""
    check(claim)
