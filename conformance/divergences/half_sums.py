"""Where sums of half types are taken in the half type."""

from __future__ import annotations

from conformance.divergences.divergence import Divergence
from conformance.divergences.when import CONVOLUTIONS, half

HALF_SUMS: tuple[Divergence, ...] = (
    Divergence(
        subjects=("torch",),
        layers=CONVOLUTIONS,
        aspects=("gradient",),
        kind="differs",
        sentence="Gradients of float16 convolutions are summed in float16.",
        reason="The CPU kernels scatter and accumulate in the half type.",
        when=lambda case: case.dtype == "float16",
        witnesses=("gradient/conv2d-kmixed-groups2-wide-float16-torch-class",),
        half_sums=True,
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=CONVOLUTIONS,
        aspects=("gradient", "output", "forms"),
        kind="differs",
        sentence="Convolutions of half types are summed in the half type, most of all backward.",
        reason="TensorFlow's own kernels accumulate in the type they are given.",
        when=half,
        witnesses=("gradient/conv1d-stride2-same-normal-float16-tensorflow-nn",),
        half_sums=True,
    ),
    Divergence(
        subjects=("torch", "tensorflow"),
        layers=("avg_pool*", "max_pool*"),
        aspects=("gradient",),
        kind="differs",
        sentence="Gradients of pooling over overlapping windows are summed in the half type.",
        reason="The CPU kernels scatter and accumulate in the half type.",
        when=half,
        witnesses=(
            "gradient/avg_pool2d-stride1-valid-excludepad-wide-bfloat16-torch-class",
            "gradient/max_pool2d-stride1-valid-normal-bfloat16-tensorflow-nn",
        ),
        half_sums=True,
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("avg_pool*",),
        aspects=("output", "forms"),
        kind="differs",
        sentence="Averages of half types are summed in the half type.",
        reason="The CPU kernel accumulates in the half type.",
        when=half,
        witnesses=("output/avg_pool2d-k3-stride1-same-excludepad-normal-float16-tensorflow-nn",),
        half_sums=True,
    ),
    Divergence(
        subjects=("torch",),
        layers=("instance_norm*",),
        aspects=("gradient",),
        kind="differs",
        sentence="Gradients of an instance norm's weights are summed over the batch in the half"
        " type.",
        reason="torch repeats the weights for each example and sums their gradients.",
        when=half,
        witnesses=("gradient/instance_norm3d-track-eps3-eval-tiny-bfloat16-torch-class",),
        half_sums=True,
    ),
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
    Divergence(
        subjects=("tensorflow",),
        layers=("log_softmax",),
        aspects=("gradient",),
        kind="differs",
        sentence="The gradient of log_softmax sums cotangents in the half type.",
        reason="The CPU kernel accumulates in the half type.",
        when=half,
        witnesses=("gradient/log_softmax-axis0-normal-float16-tensorflow-nn seed 24",),
        half_sums=True,
    ),
)
