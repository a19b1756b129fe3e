"""An empty batch gives an empty batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.claims import Claim
    from conformance.plugin import Check


def test_empty(claim: Claim, check: Check) -> None:
    """An empty batch gives an empty batch."""
    check(claim)
