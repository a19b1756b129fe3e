"""The layout of an input in memory changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.claims import Claim
    from conformance.plugin import Check


def test_layout(claim: Claim, check: Check) -> None:
    """The layout of an input in memory changes nothing."""
    check(claim)
