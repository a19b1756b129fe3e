"""Every number of every step of a training run lies within its bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.claims import Claim
    from conformance.plugin import Check


def test_trajectory(claim: Claim, check: Check) -> None:
    """Every number of every step of a training run lies within its bound."""
    check(claim)
