"""The class and the function of one subject agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.claims import Claim
    from conformance.plugin import Check


def test_forms(claim: Claim, check: Check) -> None:
    """The class and the function of one subject agree."""
    check(claim)
