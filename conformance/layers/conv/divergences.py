"""What differs in convolutions."""

from __future__ import annotations

from conformance.layers.conv.oracle import LAYERS
from conformance.layers.windows import has_explicit_padding, lacks_onednn_here, padding_pairs
from conformance.spec.case import Case
from conformance.spec.divergence import Divergence
from conformance.spec.predicates import half
from conformance.spec.processor import has_bfloat16_tiles, has_float16_arithmetic
from refimpl.ops.windows import output_size

_ALL = tuple(layer.name for layer in LAYERS)


def _is_strided(case: Case) -> bool:
    return any(stride > 1 for stride in case.config["stride"])


def _is_dilated(case: Case) -> bool:
    return any(dilation > 1 for dilation in case.config["dilation"])


def _is_grouped(case: Case) -> bool:
    return bool(case.config["groups"] > 1)


def _output_width(case: Case) -> int:
    config, size = case.config, case.shapes["input"][-1]
    kernel, stride, dilation = (config[name][-1] for name in ("kernel", "stride", "dilation"))
    before, after = padding_pairs(config, case.shapes["input"][-config["rank"] :])[-1]
    return output_size(size, kernel, stride, dilation, before, after)


def _is_as_wide_as_it_has_channels(case: Case) -> bool:
    return bool(_output_width(case) == case.config["out_channels"])


def _leaves_one_column(case: Case) -> bool:
    return case.config["stride"][-1] > 1 and _output_width(case) == 1


DIVERGENCES: tuple[Divergence, ...] = (
    Divergence(
        subjects=("torch", "refimpl.torch"),
        layers=_ALL,
        kind="raises",
        sentence="padding='same' is refused with a stride.",
        reason="Documented: torch's 'same' does not depend on the input's size.",
        when=lambda case: case.config["padding"] == "same" and _is_strided(case),
    ),
    Divergence(
        subjects=("tensorflow", "refimpl.tf"),
        layers=_ALL,
        forms=("convolution*", "keras", "keras_ncx"),
        kind="raises",
        sentence="Strides together with dilation are refused; tf.nn.conv2d takes them.",
        reason="Documented for tf.nn.convolution and the Keras layers.",
        when=lambda case: _is_strided(case) and _is_dilated(case),
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("conv1d", "conv2d"),
        forms=("nn_ncx", "convolution_ncx"),
        kind="raises",
        sentence="Channels-first convolution of float16 and float64 is not implemented on CPU.",
        reason="oneDNN has the other dtypes; TensorFlow's own kernel is channels-last only.",
        when=lacks_onednn_here,
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("conv1d", "conv2d"),
        forms=("keras_ncx",),
        kind="raises",
        sentence="Channels-first convolution of float16 and float64 is not implemented on CPU.",
        reason="Keras goes around it by compiling, but for grouped convolutions only.",
        when=lambda case: lacks_onednn_here(case) and not _is_grouped(case),
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("conv2d",),
        forms=("depthwise_ncx",),
        kind="raises",
        sentence="Channels-first depthwise convolution of float16 and float64 is not implemented.",
        reason="oneDNN has the other dtypes; TensorFlow's own kernel is channels-last only.",
        when=lacks_onednn_here,
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("conv3d",),
        forms=("nn*", "convolution*"),
        kind="raises",
        sentence="Grouped 3-D convolution is not implemented on CPU.",
        reason="The kernel wants the filter to take all channels; Keras compiles instead.",
        when=_is_grouped,
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("conv3d",),
        forms=("nn_ncx", "convolution_ncx"),
        kind="raises",
        sentence="Channels-first 3-D convolution of float16 and float64 is not implemented on CPU.",
        reason="oneDNN has the other dtypes; TensorFlow's own kernel is channels-last only.",
        when=lacks_onednn_here,
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("conv3d",),
        forms=("nn",),
        kind="raises",
        sentence="Dilated 3-D convolution of float16 and float64 is not implemented on CPU.",
        reason="oneDNN has the other dtypes.",
        when=lambda case: lacks_onednn_here(case) and _is_dilated(case),
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("conv1d", "conv2d"),
        forms=("nn", "convolution"),
        aspects=("gradient", "layout"),
        kind="raises",
        sentence="Gradients of grouped convolutions are not implemented without oneDNN.",
        reason="oneDNN lacks float16 and float64, and explicit padding in its gradients.",
        when=lambda case: (
            _is_grouped(case) and (lacks_onednn_here(case) or has_explicit_padding(case))
        ),
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("conv1d", "conv2d"),
        forms=("nn",),
        aspects=("gradient", "layout"),
        kind="raises",
        sentence="Gradients of dilated convolutions are not implemented without oneDNN.",
        reason="oneDNN lacks float16 and float64, and explicit padding in its gradients.",
        when=lambda case: (
            _is_dilated(case) and (lacks_onednn_here(case) or has_explicit_padding(case))
        ),
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("conv2d",),
        forms=("nn_ncx",),
        aspects=("gradient", "layout"),
        kind="raises",
        sentence="Gradients of channels-first convolutions with explicit padding are missing.",
        reason="Not implemented on CPU.",
        when=has_explicit_padding,
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("conv2d",),
        forms=("depthwise_ncx",),
        aspects=("gradient", "layout"),
        kind="raises",
        sentence="Gradients of channels-first convolutions with explicit padding are missing.",
        reason="Not implemented on CPU; with dilation another kernel is used.",
        when=lambda case: has_explicit_padding(case) and not _is_dilated(case),
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("conv2d",),
        forms=("keras_depthwise", "keras_depthwise_ncx"),
        kind="raises",
        sentence="Depthwise convolution with two different strides is not implemented for float16"
        " and float64.",
        reason="oneDNN has the other dtypes; refimpl has all.",
        when=lambda case: (
            lacks_onednn_here(case)
            and not _is_dilated(case)
            and len(set(case.config["stride"])) > 1
        ),
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=_ALL,
        forms=("nn*", "convolution*", "depthwise*", "keras_depthwise*"),
        aspects=("empty",),
        kind="either",
        sentence="A convolution of an empty batch has the input's shape, or raises.",
        reason="With oneDNN the output is handed back unshaped; wrong shapes without a warning.",
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("conv1d", "conv2d"),
        forms=("keras", "keras_ncx"),
        aspects=("empty",),
        kind="either",
        sentence="A convolution of an empty batch has the input's shape, or raises.",
        reason="As tf.nn.convolution; Keras compiles grouped ones, and then they are right.",
        when=lambda case: not _is_grouped(case),
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("conv3d",),
        forms=("keras",),
        aspects=("empty",),
        kind="either",
        sentence="A convolution of an empty batch has the input's shape, or raises.",
        reason="As tf.nn.convolution; Keras compiles grouped and channels-first ones.",
        when=lambda case: not _is_grouped(case),
    ),
    Divergence(
        subjects=("torch",),
        layers=("conv3d",),
        aspects=("output", "forms", "layout"),
        kind="differs",
        sentence="A 3-D convolution of bfloat16 with one column of output, strided along it, is"
        " computed from memory that was never written.",
        reason="oneDNN's kernel for AMX; which numbers lie there is chance, so it may not show.",
        when=lambda case: (
            case.dtype == "bfloat16" and has_bfloat16_tiles() and _leaves_one_column(case)
        ),
        surely=lambda case: False,
    ),
    Divergence(
        subjects=("torch",),
        layers=_ALL,
        aspects=("gradient",),
        kind="differs",
        sentence="Gradients of float16 convolutions are summed in float16.",
        reason="The CPU kernels scatter and accumulate in the half type; where the processor has"
        " float16 arithmetic, oneDNN's are used, which do not.",
        when=lambda case: case.dtype == "float16" and not has_float16_arithmetic(),
        witnesses=("gradient/conv2d-kmixed-groups2-wide-float16-torch-class",),
        half_sums=True,
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=_ALL,
        aspects=("gradient", "output", "forms"),
        kind="differs",
        sentence="Convolutions of half types are summed in the half type, most of all backward.",
        reason="TensorFlow's own kernels accumulate in the type they are given.",
        when=half,
        witnesses=(
            "gradient/conv2d-kmixed-stride2-depthwise-nobias-pad1-wide-bfloat16-tensorflow"
            "-depthwise",
        ),
        half_sums=True,
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=_ALL,
        forms=("keras_ncx", "keras_depthwise_ncx"),
        aspects=("output", "gradient", "layout"),
        kind="differs",
        sentence="A channels-first bias is added along the width where the output is as wide as"
        " it has channels.",
        reason="Keras 3.15.1 hands the addition to tf.nn.bias_add and takes the last axis for the"
        " channels when its length fits: wrong numbers without a warning.",
        when=lambda case: bool(case.config["bias"]) and _is_as_wide_as_it_has_channels(case),
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=_ALL,
        forms=("keras_ncx", "keras_depthwise_ncx"),
        aspects=("forms",),
        kind="differs",
        sentence="A channels-first bias is added along the width where the output is as wide as"
        " it has channels.",
        reason="Keras 3.15.1 hands the addition to tf.nn.bias_add and takes the last axis for the"
        " channels when its length fits: wrong numbers without a warning.",
        when=lambda case: bool(case.config["bias"]) and _is_as_wide_as_it_has_channels(case),
        surely=lambda case: False,  # two forms that do so agree
    ),
)
