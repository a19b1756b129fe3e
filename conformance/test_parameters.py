"""Parameters and buffers have the right names, order, shapes, dtypes and first values."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.claims import Claim
    from conformance.plugin import Check


def test_parameters(claim: Claim, check: Check) -> None:
    """Parameters and buffers have the right names, order, shapes, dtypes and first values."""
    check(claim)
