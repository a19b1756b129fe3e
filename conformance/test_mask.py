"""Dropout scales what its mask keeps, and draws the mask it should."""

from __future__ import annotations


def test_mask(claim, check):
    """Dropout scales what its mask keeps, and draws the mask it should."""
    check(claim)
