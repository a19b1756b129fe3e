"""The gradient of every input and parameter lies within its bound of the oracle."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.claims import Claim
    from conformance.plugin import Check


def test_gradient(claim: Claim, check: Check) -> None:
    """The gradient of every input and parameter lies within its bound of the oracle."""
    check(claim)
