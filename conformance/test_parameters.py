"""Parameters and buffers have the right names, order, shapes, dtypes and first values."""

from __future__ import annotations


def test_parameters(claim, check):
    """Parameters and buffers have the right names, order, shapes, dtypes and first values."""
    check(claim)
