"""Every claim of the chapter holds, and its program runs."""

from __future__ import annotations


def test_chapter(claim, check):
    """Every claim of the chapter holds, and its program runs."""
    check(claim)
