"""Draws that must be the framework's own, bit for bit, given a seed."""

from __future__ import annotations

from types import MappingProxyType

from conformance.programs.seeded.draw import SEEDS, Draw
from conformance.programs.seeded.tf import TF
from conformance.programs.seeded.torch import TORCH
from conformance.spec.case import Case

__all__ = ["SEEDS", "TF", "TORCH", "Draw", "cases"]


def cases() -> tuple[Case, ...]:
    """The draws as cases.

    Returns
    -------
    tuple of Case
    """
    return tuple(
        Case(
            layer="seeded",
            words=(draw.dialect, draw.name),
            config=MappingProxyType({"draw": draw}),
            shapes=MappingProxyType({}),
            regime="normal",
            dtype="float32",
            hunts=draw.hunts,
        )
        for draw in (*TORCH, *TF)
    )
