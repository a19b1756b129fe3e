"""Running statistics are right after one step and after three."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.claims import Claim
    from conformance.plugin import Check


def test_state(claim: Claim, check: Check) -> None:
    """Running statistics are right after one step and after three."""
    check(claim)
