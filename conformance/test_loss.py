"""Every loss, under every reduction, lies within its bound of the oracle."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.claims import Claim
    from conformance.plugin import Check


def test_loss(claim: Claim, check: Check) -> None:
    """Every loss, under every reduction, lies within its bound of the oracle."""
    check(claim)
