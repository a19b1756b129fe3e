"""What differs in dropout."""

from __future__ import annotations

from conformance.spec.case import Case
from conformance.spec.divergence import Divergence
from conformance.spec.predicates import CONVOLUTIONS

DROPOUT: tuple[Divergence, ...] = (
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
        layers=CONVOLUTIONS,
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
