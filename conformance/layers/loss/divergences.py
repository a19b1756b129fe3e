"""What differs in losses."""

from __future__ import annotations

from conformance.spec.divergence import Divergence
from conformance.spec.predicates import half

DIVERGENCES: tuple[Divergence, ...] = (
    Divergence(
        subjects=("tensorflow", "refimpl.tf"),
        layers=("categorical_crossentropy", "sparse_categorical_crossentropy"),
        aspects=("empty",),
        kind="differs",
        sentence="A Keras loss over an empty batch is an empty array, not one number.",
        reason="Keras skips the reduction when nothing is there to reduce.",
        when=lambda case: (
            len(case.shapes["input"]) == 2
            and case.config["reduction"] in ("sum", "mean", "sum_over_batch_size")
        ),
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("categorical_crossentropy", "sparse_categorical_crossentropy"),
        aspects=("empty",),
        kind="differs",
        sentence="A Keras loss over an empty batch is an empty array, not one number.",
        reason="As above; refimpl.tf gives one number for this reduction.",
        when=lambda case: (
            len(case.shapes["input"]) == 2 and case.config["reduction"] == "mean_with_sample_weight"
        ),
        witnesses=(
            "empty/sparse_categorical_crossentropy-mean_with_sample_weight-empty-normal-float32"
            "-tensorflow-keras",
        ),
    ),
    Divergence(
        subjects=("torch",),
        layers=("nll_loss",),
        aspects=("layout",),
        kind="raises",
        sentence="nll_loss over images has no gradient for a channels-last input.",
        reason="Its backward kernel wants contiguous memory and says so.",
        when=lambda case: len(case.shapes["input"]) == 4,
    ),
    Divergence(
        subjects=("torch",),
        layers=("nll_loss",),
        aspects=("loss",),
        kind="differs",
        sentence="nll_loss sums half types in the half type.",
        reason="The CPU kernel accumulates in the half type.",
        when=half,
        witnesses=("loss/nll_loss-sum-extreme-bfloat16-torch-class",),
        half_sums=True,
    ),
)
