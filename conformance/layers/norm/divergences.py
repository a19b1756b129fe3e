"""What differs in normalisation."""

from __future__ import annotations

from conformance.spec.divergence import Divergence
from conformance.spec.predicates import half

DIVERGENCES: tuple[Divergence, ...] = (
    Divergence(
        subjects=("torch",),
        # Batch norms, whose names end in their rank, add up a channel's values in float32.
        layers=("instance_norm*", "layer_norm"),
        aspects=("gradient",),
        kind="differs",
        sentence="Gradients of a norm's weights are summed over the batch in the half type, where"
        " each example is normalised by itself.",
        reason="torch adds up the examples' parts one after the other, rounded; an instance norm"
        " repeats its weights for each example to that end.",
        when=half,
        witnesses=("gradient/instance_norm3d-track-eps3-eval-tiny-bfloat16-torch-class",),
        half_sums=True,
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("batch_norm?d",),
        aspects=("empty",),
        kind="differs",
        sentence="A Keras batch norm in training gives NaN for an empty batch.",
        reason="The statistics of nothing are NaN and reach the weights' gradients.",
        when=lambda case: bool(case.config["training"] and case.config["affine"]),
        witnesses=("empty/batch_norm2d-notrack-empty-normal-float32-tensorflow-keras",),
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("batch_normalization",),
        aspects=("gradient",),
        kind="differs",
        sentence="Gradients of tf.nn.batch_normalization are summed in the half type.",
        reason="They are TensorFlow's generic reductions, rounded at every step.",
        when=half,
        witnesses=("gradient/batch_normalization-batch-normal-float16-tensorflow-nn",),
        half_sums=True,
    ),
    Divergence(
        subjects=("torch",),
        layers=("group_norm",),
        aspects=("gradient",),
        kind="raises",
        sentence="A group norm with a bias and without a weight has no way back.",
        reason="Its backward kernel makes the bias's gradient like the weight, which is not there:"
        " a RuntimeError from within. The class has no such form.",
        when=lambda case: bool(case.config["bias"] and not case.config["weight"]),
    ),
    Divergence(
        subjects=("torch",),
        layers=("instance_norm*",),
        aspects=("empty",),
        kind="raises",
        sentence="An instance norm that keeps statistics fails on an empty batch.",
        reason="An IndexError from within; without statistics it answers.",
        when=lambda case: bool(case.config["track"]),
    ),
)
