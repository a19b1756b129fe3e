"""What differs in pooling."""

from __future__ import annotations

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from conformance.layers.windows import has_explicit_padding, lacks_onednn, lacks_onednn_here
from conformance.spec.case import Case
from conformance.spec.divergence import Divergence
from conformance.spec.predicates import half, special


def has_ties(case: Case) -> bool:
    """Whether a window may hold two equal elements of the input, be they equal by chance."""
    drawn, config = case.draw("input"), case.config
    spatial = drawn.shape[-config["rank"] :]
    reach = [
        min((kernel - 1) * dilation + 1, size)
        for kernel, dilation, size in zip(
            config["kernel"], config["dilation"], spatial, strict=True
        )
    ]
    windows = sliding_window_view(drawn, reach, axis=tuple(range(-config["rank"], 0)))
    ordered = np.sort(windows.reshape(-1, math.prod(reach)))
    return bool((ordered[:, 1:] == ordered[:, :-1]).any())


DIVERGENCES: tuple[Divergence, ...] = (
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
        when=lacks_onednn,
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("max_pool1d", "max_pool2d"),
        forms=("nn_ncx", "general_ncx"),
        kind="raises",
        sentence="Channels-first pooling of float16 and float64 is not implemented on CPU.",
        reason="oneDNN has the other dtypes; TensorFlow's own kernel is channels-last only.",
        when=lacks_onednn_here,
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("max_pool2d",),
        forms=("nn_ncx", "general_ncx"),
        kind="raises",
        sentence="Channels-first max pooling with explicit padding is not implemented on CPU.",
        reason="The kernel says so.",
        when=has_explicit_padding,
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
        when=lacks_onednn,
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("max_pool3d",),
        kind="raises",
        sentence="3-D max pooling of float16 and float64 is not implemented on CPU.",
        reason="The kernel says so.",
        when=lacks_onednn,
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
        when=has_ties,
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
