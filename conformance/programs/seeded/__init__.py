"""Draws that must be the framework's own, bit for bit, given a seed."""

from __future__ import annotations

from conformance.programs.seeded.draw import SEEDS, Draw
from conformance.programs.seeded.tf import TF
from conformance.programs.seeded.torch import TORCH
from conformance.spec.program import Program

__all__ = ["SEEDS", "TF", "TORCH", "Draw", "programs"]


def programs() -> tuple[Program, ...]:
    """The draws as programs.

    Returns
    -------
    tuple of Program
    """
    return tuple(
        Program(
            kind="seeded",
            words=(draw.dialect, draw.name),
            content=draw,
            hunts=draw.hunts,
            form="drawn",
            dialects=(draw.dialect,),
            refusal="this draw is another framework's",
            compared_with_refimpl=True,
        )
        for draw in (*TORCH, *TF)
    )
