"""What differs in activations."""

from __future__ import annotations

from conformance.spec.case import Case
from conformance.spec.divergence import Divergence
from conformance.spec.predicates import every_number, few, half, special
from conformance.spec.processor import has_float16_arithmetic


def _dtypes_of_onednn() -> tuple[str, ...]:
    return ("float32", "bfloat16", *(["float16"] if has_float16_arithmetic() else []))


def _is_erf_form(case: Case) -> bool:
    """Whether GELU is the exact one, which has no `approximate`."""
    return bool(case.config.get("approximate", "none") == "none")


def _has_subnormal_numbers(case: Case) -> bool:
    """Whether there are numbers that are subnormal in float32 too."""
    return case.dtype != "float16" and (special(case) or every_number(case))


_FLUSHED = (
    "The kernels flush subnormal numbers before they compare. The numbers of float16"
    " that are subnormal there are normal in float32."
)

DIVERGENCES: tuple[Divergence, ...] = (
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
    Divergence(
        subjects=("tensorflow",),
        layers=("prelu",),
        aspects=("gradient",),
        kind="differs",
        sentence="The gradient of PReLU's slopes is summed in the half type.",
        reason="The CPU kernel accumulates in the half type.",
        when=half,
        witnesses=("gradient/prelu-ties-float16-tensorflow-layer seed 63",),
        half_sums=True,
    ),
    Divergence(
        subjects=("torch",),
        layers=("gelu",),
        aspects=("output", "gradient"),
        kind="differs",
        sentence="The exact GELU loses all digits in its lower tail, and is 0 below about -5.5 in"
        " float32 and -8.3 in float64.",
        reason="It is computed as x/2·(1 + erf(x/√2)), which cancels there; erfc does not.",
        when=lambda case: (
            _is_erf_form(case)
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
        aspects=("layout",),
        kind="differs",
        sentence="The exact GELU loses digits in its lower tail, in one memory order more than in"
        " another.",
        reason="Contiguous memory goes to a vectorised kernel, with another error function.",
        when=lambda case: _is_erf_form(case) and case.dtype in ("float32", "float64"),
        witnesses=("layout/gelu-normal-float32-torch-function seed 29",),
    ),
    Divergence(
        subjects=("torch",),
        layers=("gelu",),
        aspects=("output",),
        kind="differs",
        sentence="The exact GELU of infinity is NaN; of one element alone it is infinity.",
        reason="The vectorised kernel of float32 and bfloat16 multiplies infinity by zero; so does"
        " oneDNN's of float16, where the processor has float16 arithmetic.",
        when=lambda case: (
            _is_erf_form(case)
            and case.dtype in _dtypes_of_onednn()
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
        when=lambda case: case.dtype == "float64" and not few(case),
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
        subjects=("torch",),
        layers=("relu6", "hardtanh", "hardswish", "elu", "selu", "celu"),
        aspects=("gradient",),
        kind="differs",
        sentence="Among too few elements for a vector the slope at NaN is that of the straight"
        " part; within a vector it is 0 or NaN.",
        reason="What does not fill a vector goes to a scalar kernel, which compares the other way"
        " round: NaN is neither below one limit nor above the other.",
        when=few,
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("gelu",),
        aspects=("output", "gradient"),
        kind="differs",
        sentence="GELU in float64 has the digits of float32.",
        reason="The constants √2 and 0.044715 are cast by way of float32; near zero the latter has"
        " no weight.",
        when=lambda case: (
            case.dtype == "float64"
            and not few(case)
            and (_is_erf_form(case) or case.regime != "tiny")
        ),
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("leaky_relu",),
        aspects=("output", "gradient"),
        kind="differs",
        sentence="The slope of leaky_relu is rounded to float32, in float64 too.",
        reason="It is an attribute of the kernel, and those are float32.",
        when=lambda case: case.dtype == "float64" and case.leaves_open("negative_slope"),
        surely=lambda case: not few(case),
        witnesses=("gradient/leaky_relu-few-special-float64-tensorflow-nn",),
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("elu", "selu"),
        aspects=("output", "layout"),
        kind="differs",
        sentence="ELU and SELU lose their digits close below zero.",
        reason="They subtract 1 from an exponential, where expm1 would not cancel.",
        when=lambda case: case.regime in ("tiny", "all", "normal", "special", "extreme"),
        surely=lambda case: case.regime in ("tiny", "all"),
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
        when=lambda case: half(case) or special(case),
        surely=lambda case: special(case) or case.regime in ("tiny", "all"),
        witnesses=("gradient/selu-normal-float16-tensorflow-activation seed 39",),
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("relu", "relu6", "leaky_relu", "celu", "prelu"),
        aspects=("gradient",),
        kind="differs",
        sentence="At subnormal inputs slopes are those at exactly zero.",
        reason=_FLUSHED,
        when=_has_subnormal_numbers,
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("elu",),
        aspects=("gradient",),
        kind="differs",
        sentence="At subnormal inputs slopes are those at exactly zero.",
        reason=_FLUSHED,
        # With alpha 1 there is one slope on both sides.
        when=lambda case: not case.leaves_open("alpha") and _has_subnormal_numbers(case),
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("gelu", "hardswish", "mish"),
        aspects=("gradient",),
        kind="differs",
        sentence="Gradients at the largest numbers of a half type are NaN.",
        reason="The product of cotangent and input overflows before it meets a slope of zero.",
        when=lambda case: half(case) and case.regime == "all" and _is_erf_form(case),
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("gelu", "mish"),
        aspects=("gradient",),
        kind="differs",
        sentence="Gradients close above the smallest normal number lose one of their terms.",
        reason="The term is subnormal, and TensorFlow's kernels flush what is so small to zero.",
        when=lambda case: case.dtype in ("float32", "bfloat16") and case.regime == "extreme",
        witnesses=(
            "gradient/gelu-extreme-float32-tensorflow-nn seed 91",
            "gradient/mish-extreme-float32-tensorflow-activation seed 99",
        ),
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("hardsigmoid",),
        aspects=("gradient",),
        kind="differs",
        sentence="In half types the flat part of hardsigmoid begins just below 3.",
        reason="input + 3 is rounded to the half type, to 6, before it is compared with 6.",
        when=lambda case: half(case) and case.regime != "tiny",
        surely=every_number,
        witnesses=("gradient/hardsigmoid-normal-bfloat16-tensorflow-activation seed 38",),
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("hardswish",),
        aspects=("gradient",),
        kind="differs",
        sentence="The gradient of hardswish in half types loses its digits near -1.5, where it is"
        " zero.",
        reason="Its two terms are rounded to the half type before they are added, and cancel.",
        when=lambda case: half(case) and case.regime not in ("tiny", "all"),
        witnesses=("gradient/hardswish-extreme-bfloat16-tensorflow-activation seed 4",),
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
        when=lambda case: case.dtype == "bfloat16" and case.regime != "tiny",
        surely=every_number,
        witnesses=(
            "output/softplus-special-bfloat16-tensorflow-activation seed 12",
            "output/log_sigmoid-extreme-bfloat16-tensorflow-activation seed 14",
        ),
    ),
    Divergence(
        subjects=("tensorflow",),
        layers=("softmax",),
        aspects=("output",),
        kind="differs",
        sentence="Where a row holds infinity or NaN, its other entries are 0, not NaN.",
        reason="oneDNN's kernel; with TF_ENABLE_ONEDNN_OPTS=0 the whole row is NaN, as in PyTorch.",
        when=lambda case: special(case) and case.dtype in _dtypes_of_onednn(),
    ),
)
