"""A bad call is refused before any work, and the error names what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.claims import Claim
    from conformance.plugin import Check


def test_errors(claim: Claim, check: Check) -> None:
    """A bad call is refused before any work, and the error names what is wrong."""
    check(claim)
