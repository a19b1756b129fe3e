"""What differs in draws given a seed."""

from __future__ import annotations

from conformance.spec.divergence import Divergence
from conformance.spec.program import Program

SEEDED: tuple[Divergence, ...] = (
    Divergence(
        subjects=("torch", "tensorflow"),
        layers=("seeded",),
        kind="differs",
        sentence="Orthogonal initialisation is refimpl's up to rounding, not to the bit.",
        reason=(
            "The draws are the same, but LAPACK rounds the QR decomposition, each build in its own"
            " order. How far apart two of them may be is derived, and claimed of the same draws."
        ),
        when=lambda program: _draw(program) == "orthogonal",
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("seeded",),
        kind="raises",
        sentence="Threefry cannot be asked for in eager mode on a CPU.",
        reason="TensorFlow's CPU kernels have Philox alone; refimpl refuses it, too.",
        when=lambda program: _draw(program) == "threefry",
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("seeded",),
        kind="differs",
        sentence="Normal draws compiled by XLA are other numbers than the eager ones.",
        reason=(
            "XLA makes normal numbers from uniform ones in another way (by the inverse error"
            " function); refimpl draws what eager mode draws."
        ),
        when=lambda program: _draw(program) == "compiled-normal",
    ),
)


def _draw(program: Program) -> str:
    return str(program.content.name)
