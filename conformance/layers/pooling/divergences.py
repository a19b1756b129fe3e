"""What differs in pooling."""

from __future__ import annotations

from conformance.spec.divergence import Divergence
from conformance.spec.predicates import explicit, half, special, tied, without_onednn

POOL: tuple[Divergence, ...] = (
    Divergence(
        subjects=("torch",),
        layers=("avg_pool3d",),
        kind="raises",
        sentence="AvgPool3d is not implemented for half types on CPU.",
        reason="The kernel says so.",
        when=half,
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("avg_pool1d", "avg_pool2d"),
        forms=("nn_ncx", "general_ncx"),
        kind="raises",
        sentence="Channels-first pooling of float16 and float64 is not implemented on CPU.",
        reason="oneDNN has the other dtypes; TensorFlow's own kernel is channels-last only.",
        when=without_onednn,
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("max_pool1d", "max_pool2d"),
        forms=("nn_ncx", "general_ncx"),
        kind="raises",
        sentence="Channels-first pooling of float16 and float64 is not implemented on CPU.",
        reason="oneDNN has the other dtypes; TensorFlow's own kernel is channels-last only.",
        when=without_onednn,
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("max_pool2d",),
        forms=("nn_ncx", "general_ncx"),
        kind="raises",
        sentence="Channels-first max pooling with explicit padding is not implemented on CPU.",
        reason="The kernel says so.",
        when=explicit,
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("max_pool*",),
        forms=("nn_ncx", "general_ncx"),
        aspects=("gradient", "layout"),
        kind="raises",
        sentence="Gradients of channels-first max pooling are not implemented on CPU.",
        reason="The kernel says so.",
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("avg_pool3d",),
        kind="raises",
        sentence="3-D average pooling of float16 and float64 is not implemented on CPU.",
        reason="The kernel says so.",
        when=without_onednn,
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("max_pool3d",),
        kind="raises",
        sentence="3-D max pooling of float16 and float64 is not implemented on CPU.",
        reason="The kernel says so.",
        when=without_onednn,
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("max_pool*",),
        aspects=("output", "gradient", "forms"),
        kind="differs",
        sentence="NaN is dropped by max pooling, and −inf becomes the lowest finite number.",
        reason="The CPU kernels compare with < and start from the lowest finite number.",
        when=special,
        witnesses=("output/max_pool1d-valid-special-float32-tensorflow-nn",),
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("max_pool3d",),
        aspects=("gradient", "layout"),
        kind="differs",
        sentence="The gradient of 3-D max pooling goes to every tied element in full.",
        reason="A known defect of MaxPool3DGrad on CPU; one and two dimensions take the first.",
        when=tied,
        witnesses=(
            "gradient/max_pool3d-k3-ties-float32-tensorflow-nn",
            "gradient/max_pool3d-same-normal-float32-tensorflow-nn seed 25",
        ),
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("max_pool2d",),
        forms=("argmax",),
        aspects=("empty",),
        kind="raises",
        sentence="tf.nn.max_pool_with_argmax refuses an empty batch.",
        reason="The kernel says so; max_pool2d answers.",
    ),
)
