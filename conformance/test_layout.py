"""The layout of an input in memory changes nothing."""

from __future__ import annotations


def test_layout(claim, check):
    """The layout of an input in memory changes nothing."""
    check(claim)
