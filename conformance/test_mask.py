"""Dropout scales what its mask keeps, and draws the mask it should."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.claims import Claim
    from conformance.plugin import Check


def test_mask(claim: Claim, check: Check) -> None:
    """Dropout scales what its mask keeps, and draws the mask it should."""
    check(claim)
