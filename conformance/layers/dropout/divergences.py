"""What differs in dropout."""

from __future__ import annotations

from conformance.spec.divergence import Divergence

DIVERGENCES: tuple[Divergence, ...] = (
    Divergence(
        subjects=("tensorflow", "refimpl.tf"),
        layers=("dropout*",),
        forms=("nn",),
        kind="raises",
        sentence="tf.nn.dropout refuses a rate of 1; the Keras layers take it.",
        reason="Documented: the rate is in [0, 1).",
        when=lambda case: bool(case.config["rate"] == 1),
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("dropout*",),
        forms=("keras*",),
        aspects=("gradient",),
        kind="differs",
        sentence="At a rate of 1 a Keras dropout has no gradient; PyTorch's is 0.",
        reason="The output is a constant zero that is not connected to the input.",
        when=lambda case: bool(case.config["rate"] == 1 and case.config["training"]),
    ),
)
