"""What a subject lacks or does differently, recorded once, with a sentence and a reason.

The records are strict both ways: a deviation that is not here is a failure, and one that is here
and no longer happens is `stale`, which fails the run too. They hold for the versions that are
pinned, on x86-64 with oneDNN on, as it is by default.
"""

from __future__ import annotations

import functools

from conformance.case import Case
from conformance.divergence import Divergence
from conformance.unrefused import unrefused

_TF_CONVS = ("conv1d", "conv2d", "conv3d")
_HALVES = ("float16", "bfloat16")


def recorded(case: Case, aspect: str, subject: str, form: str) -> tuple[Divergence, ...]:
    """Find the records that speak about a claim.

    Parameters
    ----------
    case : Case
        The claim's case.
    aspect, subject, form : str
        The claim's other coordinates.

    Returns
    -------
    tuple of Divergence
    """
    spoken = _speaking_of(case.layer, aspect, subject, form)
    return tuple(each for each in spoken if each.when(case))


def of_dialect(case: Case, aspect: str, dialect: str, form: str) -> tuple[Divergence, ...]:
    """Find the records that are about a dialect itself: a framework and refimpl's like deviate.

    Parameters
    ----------
    case : Case
        The claim's case.
    aspect, dialect, form : str
        The claim's other coordinates.

    Returns
    -------
    tuple of Divergence
    """
    framework = {"torch": "torch", "tf": "tensorflow"}[dialect]
    found = recorded(case, aspect, framework, form)
    return tuple(each for each in found if f"refimpl.{dialect}" in each.subjects)


@functools.cache
def _speaking_of(layer: str, aspect: str, subject: str, form: str) -> tuple[Divergence, ...]:
    """Find the records whose patterns match; asked anew for every claim, they cost seconds."""
    return tuple(each for each in DIVERGENCES if each.speaks_of(layer, aspect, subject, form))


def _strided(case: Case) -> bool:
    return any(stride > 1 for stride in case.config["stride"])


def _dilated(case: Case) -> bool:
    return any(dilation > 1 for dilation in case.config["dilation"])


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


def _erf_form(case: Case) -> bool:
    return bool(case.config.get("approximate", "none") == "none")


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
        sentence="Depthwise convolution with two different strides is not implemented for float16"
        " and float64.",
        reason="oneDNN has the other dtypes; refimpl has all.",
        when=lambda case: (
            _without_onednn(case) and not _dilated(case) and len(set(case.config["stride"])) > 1
        ),
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=_TF_CONVS,
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
        when=lambda case: not _grouped(case),
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("conv3d",),
        forms=("keras",),
        aspects=("empty",),
        kind="either",
        sentence="A convolution of an empty batch has the input's shape, or raises.",
        reason="As tf.nn.convolution; Keras compiles grouped and channels-first ones.",
        when=lambda case: not _grouped(case),
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
        witnesses=("gradient/conv2d-kmixed-groups2-wide-float16-torch-class",),
        half_sums=True,
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=_TF_CONVS,
        aspects=("gradient", "output", "forms"),
        kind="differs",
        sentence="Convolutions of half types are summed in the half type, most of all backward.",
        reason="TensorFlow's own kernels accumulate in the type they are given.",
        when=_half,
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
        when=_half,
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
        when=_half,
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
        when=_half,
        witnesses=("gradient/instance_norm3d-track-eps3-eval-tiny-bfloat16-torch-class",),
        half_sums=True,
    ),
    # Pooling ---------------------------------------------------------------------------------
    Divergence(
        subjects=("torch",),
        layers=("avg_pool3d",),
        kind="raises",
        sentence="AvgPool3d is not implemented for half types on CPU.",
        reason="The kernel says so.",
        when=_half,
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("avg_pool1d", "avg_pool2d"),
        forms=("nn_ncx", "general_ncx"),
        kind="raises",
        sentence="Channels-first pooling of float16 and float64 is not implemented on CPU.",
        reason="oneDNN has the other dtypes; TensorFlow's own kernel is channels-last only.",
        when=_without_onednn,
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("max_pool1d", "max_pool2d"),
        forms=("nn_ncx", "general_ncx"),
        kind="raises",
        sentence="Channels-first pooling of float16 and float64 is not implemented on CPU.",
        reason="oneDNN has the other dtypes; TensorFlow's own kernel is channels-last only.",
        when=_without_onednn,
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("max_pool2d",),
        forms=("nn_ncx", "general_ncx"),
        kind="raises",
        sentence="Channels-first max pooling with explicit padding is not implemented on CPU.",
        reason="The kernel says so.",
        when=_explicit,
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
        when=_without_onednn,
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("max_pool3d",),
        kind="raises",
        sentence="3-D max pooling of float16 and float64 is not implemented on CPU.",
        reason="The kernel says so.",
        when=_without_onednn,
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("max_pool*",),
        aspects=("output", "gradient", "forms"),
        kind="differs",
        sentence="NaN is dropped by max pooling, and −inf becomes the lowest finite number.",
        reason="The CPU kernels compare with < and start from the lowest finite number.",
        when=_special,
        witnesses=("output/max_pool1d-valid-special-float32-tensorflow-nn",),
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("max_pool3d",),
        aspects=("gradient", "layout"),
        kind="differs",
        sentence="The gradient of 3-D max pooling goes to every tied element in full.",
        reason="A known defect of MaxPool3DGrad on CPU; one and two dimensions take the first.",
        when=lambda case: case.regime in ("exact", "ties") or _half(case),
        witnesses=("gradient/max_pool3d-k3-ties-float32-tensorflow-nn",),
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
    # Normalisation ---------------------------------------------------------------------------
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
        when=_half,
        witnesses=("gradient/batch_normalization-batch-normal-float16-tensorflow-nn",),
        half_sums=True,
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
    # Dropout ---------------------------------------------------------------------------------
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
    # Losses ----------------------------------------------------------------------------------
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
        when=_half,
        witnesses=("loss/nll_loss-sum-extreme-bfloat16-torch-class",),
        half_sums=True,
    ),
    # Activations -----------------------------------------------------------------------------
    Divergence(
        subjects=("torch",),
        layers=("gelu",),
        aspects=("output", "gradient"),
        kind="differs",
        sentence="The exact GELU loses all digits in its lower tail, and is 0 below about -5.5 in"
        " float32 and -8.3 in float64.",
        reason="It is computed as x/2·(1 + erf(x/√2)), which cancels there; erfc does not.",
        when=lambda case: (
            _erf_form(case)
            and case.dtype in ("float32", "float64")
            and case.regime in ("extreme", "normal", "ties")
        ),
        witnesses=(
            "output/gelu-extreme-float32-torch-function",
            "output/gelu-extreme-float64-torch-function",
            "output/gelu-ties-float32-torch-function",
            "gradient/gelu-extreme-float32-torch-function",
            "gradient/gelu-extreme-float64-torch-function",
        ),
    ),
    Divergence(
        subjects=("torch",),
        layers=("gelu",),
        aspects=("output",),
        kind="differs",
        sentence="The exact GELU of infinity is NaN; of one element alone it is infinity.",
        reason="The vectorised kernel of float32 and bfloat16 multiplies infinity by zero.",
        when=lambda case: (
            _erf_form(case)
            and case.dtype in ("float32", "bfloat16")
            and case.regime in ("special", "all")
        ),
    ),
    Divergence(
        subjects=("torch",),
        layers=("hardsigmoid",),
        aspects=("gradient",),
        kind="differs",
        sentence="The gradient of hardsigmoid in float64 has the digits of float32.",
        reason="The backward kernel holds 1/6 in float32.",
        when=lambda case: case.dtype == "float64",
    ),
    Divergence(
        subjects=("torch",),
        layers=("hardswish",),
        aspects=("output",),
        kind="differs",
        sentence="hardswish overflows in bfloat16 from a sixth of the largest number on.",
        reason="It multiplies by 6 before it divides by 6, in float32, whose range is the same.",
        when=lambda case: case.dtype == "bfloat16" and case.regime == "all",
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("gelu",),
        aspects=("output", "gradient"),
        kind="differs",
        sentence="GELU in float64 has the digits of float32.",
        reason="The constants √2 and 0.044715 are cast by way of float32; near zero the latter has"
        " no weight.",
        when=lambda case: case.dtype == "float64" and (_erf_form(case) or case.regime != "tiny"),
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("leaky_relu",),
        aspects=("output", "gradient"),
        kind="differs",
        sentence="The slope of leaky_relu is rounded to float32, in float64 too.",
        reason="It is an attribute of the kernel, and those are float32.",
        when=lambda case: case.dtype == "float64" and "negative_slope" not in case.config,
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("elu", "selu"),
        aspects=("output",),
        kind="differs",
        sentence="ELU and SELU lose their digits close below zero.",
        reason="They subtract 1 from an exponential, where expm1 would not cancel.",
        when=lambda case: case.regime in ("tiny", "all"),
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("elu", "selu"),
        aspects=("output", "layout"),
        kind="differs",
        sentence="ELU and SELU lose their digits close below zero.",
        reason="They subtract 1 from an exponential; it shows where an element is small enough.",
        when=lambda case: case.regime in ("normal", "special", "extreme"),
        witnesses=(
            "output/elu-alpha2-normal-float32-tensorflow-activation",
            "output/elu-alpha2-normal-float64-tensorflow-layer",
            "output/selu-special-float32-tensorflow-nn",
        ),
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("selu",),
        aspects=("gradient",),
        kind="differs",
        sentence="SELU has the slope of its right side close below zero too.",
        reason="The slope is chosen by the sign of the output, and that has been rounded to zero.",
        when=lambda case: (
            case.regime == "special" or (_half(case) and case.regime in ("tiny", "all"))
        ),
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("relu", "relu6", "leaky_relu", "elu", "celu", "prelu"),
        aspects=("gradient",),
        kind="differs",
        sentence="At subnormal inputs slopes are those at exactly zero.",
        reason="The kernels flush subnormal numbers before they compare. The numbers of float16"
        " that are subnormal there are normal in float32.",
        when=lambda case: (
            case.dtype != "float16"
            and case.regime in ("special", "all")
            # With alpha 1, elu has one slope on both sides.
            and (case.layer != "elu" or "alpha" in case.config)
        ),
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("gelu", "hardswish", "mish"),
        aspects=("gradient",),
        kind="differs",
        sentence="Gradients at the largest numbers of a half type are NaN.",
        reason="The product of cotangent and input overflows before it meets a slope of zero.",
        when=lambda case: _half(case) and case.regime == "all" and _erf_form(case),
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("hardsigmoid",),
        aspects=("gradient",),
        kind="differs",
        sentence="In half types the flat part of hardsigmoid begins just below 3.",
        reason="input + 3 is rounded to the half type, to 6, before it is compared with 6.",
        when=lambda case: _half(case) and case.regime == "all",
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("softsign",),
        aspects=("gradient",),
        kind="differs",
        sentence="The gradient of softsign in float16 is 0 from 255 on.",
        reason="The square of 1 + |x| overflows in float16.",
        when=lambda case: case.dtype == "float16" and case.regime == "all",
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("softplus", "log_sigmoid"),
        aspects=("output",),
        kind="differs",
        sentence="softplus(x) is x itself from 2.86 on in bfloat16, 2 % too little.",
        reason="The kernel takes the short cut above −log(eps) − 2, which is 2.85 there.",
        when=lambda case: case.dtype == "bfloat16" and case.regime == "all",
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("softmax",),
        aspects=("output",),
        kind="differs",
        sentence="Where a row holds infinity or NaN, its other entries are 0, not NaN.",
        reason="oneDNN's kernel; with TF_ENABLE_ONEDNN_OPTS=0 the whole row is NaN, as in PyTorch.",
        when=lambda case: _special(case) and case.dtype in ("float32", "bfloat16"),
    ),
    # Seeded draws ----------------------------------------------------------------------------
    Divergence(
        subjects=("torch", "tensorflow"),
        layers=("seeded",),
        kind="differs",
        sentence="Orthogonal initialisation is refimpl's up to rounding, not to the bit.",
        reason=(
            "The draws are the same, but LAPACK rounds the QR decomposition, each build in its own"
            " order; the tests hold both to a derived bound instead."
        ),
        when=lambda case: _draw(case) == "orthogonal",
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("seeded",),
        kind="raises",
        sentence="Threefry cannot be asked for in eager mode on a CPU.",
        reason="TensorFlow's CPU kernels have Philox alone; refimpl refuses it, too.",
        when=lambda case: _draw(case) == "threefry",
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
        when=lambda case: _draw(case) == "compiled-normal",
    ),
    *unrefused(),
)


def _draw(case: Case) -> str:
    return str(case.config["draw"].name)


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
