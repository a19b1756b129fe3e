"""The class and the function of one subject agree."""

from __future__ import annotations


def test_forms(claim, check):
    """The class and the function of one subject agree."""
    check(claim)
