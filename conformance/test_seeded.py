"""Draws given a seed are refimpl's, bit for bit."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.claims import Claim
    from conformance.plugin import Check


def test_seeded(claim: Claim, check: Check) -> None:
    """Draws given a seed are refimpl's, bit for bit."""
    check(claim)
