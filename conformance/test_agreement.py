"""PyTorch and TensorFlow agree with each other directly."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.claims import Claim
    from conformance.plugin import Check


def test_agreement(claim: Claim, check: Check) -> None:
    """PyTorch and TensorFlow agree with each other directly."""
    check(claim)
