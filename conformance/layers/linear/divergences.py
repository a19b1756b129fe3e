"""What differs in the linear layer."""

from __future__ import annotations

from conformance.spec.divergence import Divergence

DIVERGENCES: tuple[Divergence, ...] = (
    Divergence(
        subjects=("tensorflow",),
        layers=("linear",),
        forms=("keras*",),
        aspects=("gradient",),
        kind="differs",
        sentence="The gradient of a dense layer's bias is summed in bfloat16.",
        reason="The CPU kernel accumulates in the half type.",
        when=lambda case: case.dtype == "bfloat16",
        witnesses=("gradient/linear-square-normal-bfloat16-tensorflow-keras seed 41",),
        half_sums=True,
    ),
)
