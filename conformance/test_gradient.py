"""The gradient of every input and parameter lies within its bound of the oracle."""

from __future__ import annotations


def test_gradient(claim, check):
    """The gradient of every input and parameter lies within its bound of the oracle."""
    check(claim)
