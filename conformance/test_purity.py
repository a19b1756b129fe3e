"""Inputs are left alone, unless in place is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.claims import Claim
    from conformance.plugin import Check


def test_purity(claim: Claim, check: Check) -> None:
    """Inputs are left alone, unless in place is asked for."""
    check(claim)
