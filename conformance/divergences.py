"""What a subject lacks or does differently, recorded once, with a sentence and a reason.

The records are strict both ways: a deviation that is not here is a failure, and one that is here
and no longer happens is `stale`, which fails the run too. They hold for the versions that are
pinned, on x86-64 with oneDNN on, as it is by default.
"""

from __future__ import annotations

from conformance.case import Case
from conformance.divergence import Divergence

_TF_CONVS = ("conv1d", "conv2d", "conv3d")
_HALVES = ("float16", "bfloat16")


def recorded(case: Case, aspect: str, subject: str, form: str) -> Divergence | None:
    """Find the record that speaks about a claim.

    Parameters
    ----------
    case : Case
        The claim's case.
    aspect, subject, form : str
        The claim's other coordinates.

    Returns
    -------
    Divergence or None
    """
    found = (each for each in DIVERGENCES if each.covers(case, aspect, subject, form))
    return next(found, None)


def _strided(case: Case) -> bool:
    return max(case.config["stride"]) > 1


def _dilated(case: Case) -> bool:
    return max(case.config["dilation"]) > 1


def _grouped(case: Case) -> bool:
    return bool(case.config["groups"] > 1)


def _explicit(case: Case) -> bool:
    padding = case.config["padding"]
    return not isinstance(padding, str) and any(pair != (0, 0) for pair in padding)


def _without_onednn(case: Case) -> bool:
    """Whether TensorFlow's own kernels are used, for want of one in oneDNN."""
    return case.dtype in ("float16", "float64")


def _half(case: Case) -> bool:
    return case.dtype in _HALVES


def _special(case: Case) -> bool:
    return case.regime == "special"


DIVERGENCES: tuple[Divergence, ...] = (
    # Convolution -----------------------------------------------------------------------------
    Divergence(
        subjects=("torch", "refimpl.torch"),
        layers=_TF_CONVS,
        kind="raises",
        sentence="padding='same' is refused with a stride.",
        reason="Documented: torch's 'same' does not depend on the input's size.",
        when=lambda case: case.config["padding"] == "same" and _strided(case),
    ),
    Divergence(
        subjects=("tensorflow", "refimpl.tf"),
        layers=_TF_CONVS,
        forms=("convolution*", "keras", "keras_ncx"),
        kind="raises",
        sentence="Strides together with dilation are refused; tf.nn.conv2d takes them.",
        reason="Documented for tf.nn.convolution and the Keras layers.",
        when=lambda case: _strided(case) and _dilated(case),
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("conv1d", "conv2d"),
        forms=("nn_ncx", "convolution_ncx"),
        kind="raises",
        sentence="Channels-first convolution of float16 and float64 is not implemented on CPU.",
        reason="oneDNN has the other dtypes; TensorFlow's own kernel is channels-last only.",
        when=_without_onednn,
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("conv1d", "conv2d"),
        forms=("keras_ncx",),
        kind="raises",
        sentence="Channels-first convolution of float16 and float64 is not implemented on CPU.",
        reason="Keras goes around it by compiling, but for grouped convolutions only.",
        when=lambda case: _without_onednn(case) and not _grouped(case),
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("conv2d",),
        forms=("depthwise_ncx",),
        kind="raises",
        sentence="Channels-first depthwise convolution of float16 and float64 is not implemented.",
        reason="oneDNN has the other dtypes; TensorFlow's own kernel is channels-last only.",
        when=_without_onednn,
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("conv3d",),
        forms=("nn*", "convolution*"),
        kind="raises",
        sentence="Grouped 3-D convolution is not implemented on CPU.",
        reason="The kernel wants the filter to take all channels; Keras compiles instead.",
        when=_grouped,
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("conv3d",),
        forms=("nn_ncx", "convolution_ncx"),
        kind="raises",
        sentence="Channels-first 3-D convolution of float16 and float64 is not implemented on CPU.",
        reason="oneDNN has the other dtypes; TensorFlow's own kernel is channels-last only.",
        when=_without_onednn,
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("conv3d",),
        forms=("nn",),
        kind="raises",
        sentence="Dilated 3-D convolution of float16 and float64 is not implemented on CPU.",
        reason="oneDNN has the other dtypes.",
        when=lambda case: _without_onednn(case) and _dilated(case),
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("conv1d", "conv2d"),
        forms=("nn", "convolution"),
        aspects=("gradient", "layout"),
        kind="raises",
        sentence="Gradients of grouped convolutions are not implemented without oneDNN.",
        reason="oneDNN lacks float16 and float64, and explicit padding in its gradients.",
        when=lambda case: _grouped(case) and (_without_onednn(case) or _explicit(case)),
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("conv1d", "conv2d"),
        forms=("nn",),
        aspects=("gradient", "layout"),
        kind="raises",
        sentence="Gradients of dilated convolutions are not implemented without oneDNN.",
        reason="oneDNN lacks float16 and float64, and explicit padding in its gradients.",
        when=lambda case: _dilated(case) and (_without_onednn(case) or _explicit(case)),
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("conv2d",),
        forms=("nn_ncx",),
        aspects=("gradient", "layout"),
        kind="raises",
        sentence="Gradients of channels-first convolutions with explicit padding are missing.",
        reason="Not implemented on CPU.",
        when=_explicit,
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("conv2d",),
        forms=("depthwise_ncx",),
        aspects=("gradient", "layout"),
        kind="raises",
        sentence="Gradients of channels-first convolutions with explicit padding are missing.",
        reason="Not implemented on CPU; with dilation another kernel is used.",
        when=lambda case: _explicit(case) and not _dilated(case),
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("conv2d",),
        forms=("keras_depthwise", "keras_depthwise_ncx"),
        kind="raises",
        sentence="Depthwise convolution with two different strides is not implemented.",
        reason="The kernel says so; refimpl has it.",
        when=lambda case: len(set(case.config["stride"])) > 1,
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=_TF_CONVS,
        aspects=("empty",),
        kind="either",
        sentence="A convolution of an empty batch has the input's shape, or raises.",
        reason="With oneDNN the output is handed back unshaped; wrong shapes without a warning.",
        when=lambda case: True,
    ),
    # Sums in a half type ---------------------------------------------------------------------
    Divergence(
        subjects=("torch",),
        layers=_TF_CONVS,
        aspects=("gradient",),
        kind="differs",
        sentence="Gradients of float16 convolutions are summed in float16.",
        reason="The CPU kernels scatter and accumulate in the half type.",
        when=lambda case: case.dtype == "float16",
        witness="conv2d-kmixed-stridemixed-dilation2-groups2-nobias-wide-float16",
        half_sums=True,
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=_TF_CONVS,
        forms=("keras_ncx", "keras_depthwise_ncx"),
        aspects=("output", "gradient", "forms", "layout"),
        kind="differs",
        sentence="A channels-first bias is added along the width where the output is as wide as"
        " it has channels.",
        reason="Keras 3.15.1 hands the addition to tf.nn.bias_add and takes the last axis for the"
        " channels when its length fits: wrong numbers without a warning.",
        when=lambda case: bool(case.config["bias"]) and _last_is_as_long_as_channels(case),
    ),
)


def _last_is_as_long_as_channels(case: Case) -> bool:
    from refimpl.ops.windows import output_size, same_padding

    config = case.config
    size = case.shapes["input"][-1]
    kernel, stride = config["kernel"][-1], config["stride"][-1]
    dilation, padding = config["dilation"][-1], config["padding"]
    if padding == "same":
        before, after = same_padding(size, kernel, stride, dilation)
    elif padding == "causal":
        before, after = (kernel - 1) * dilation, 0
    else:
        before, after = padding[-1]
    width = output_size(size, kernel, stride, dilation, before, after)
    return bool(width == config["out_channels"])
