"""Every claim of the chapter holds, and its program runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.claims import Claim
    from conformance.plugin import Check


def test_chapter(claim: Claim, check: Check) -> None:
    """Every claim of the chapter holds, and its program runs."""
    check(claim)
