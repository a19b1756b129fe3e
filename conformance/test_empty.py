"""An empty batch gives an empty batch."""

from __future__ import annotations


def test_empty(claim, check):
    """An empty batch gives an empty batch."""
    check(claim)
