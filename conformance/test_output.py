"""Every output, in training and in evaluation, lies within its bound of the oracle."""

from __future__ import annotations


def test_output(claim, check):
    """Every output, in training and in evaluation, lies within its bound of the oracle."""
    check(claim)
