"""PyTorch and TensorFlow agree with each other directly."""

from __future__ import annotations


def test_agreement(claim, check):
    """PyTorch and TensorFlow agree with each other directly."""
    check(claim)
