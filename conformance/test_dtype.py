"""Outputs and gradients have the dtype the framework promises."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.claims import Claim
    from conformance.plugin import Check


def test_dtype(claim: Claim, check: Check) -> None:
    """Outputs and gradients have the dtype the framework promises."""
    check(claim)
