"""What both dialects' programs of the chapter are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from conformance.checks.finding import (
    Array,
    Finding,
    compare_arrays,
    compare_values,
    compare_within_bound,
)
from conformance.checks.mask import binomial
from conformance.oracle.bounds import Bounded, Unit, exact
from conformance.spec.program import Program
from refimpl.ops.conv import conv
from refimpl.ops.norm import batch_norm, moments
from refimpl.ops.pooling import avg_pool
from refimpl.ops.softmax import log_softmax

UNIT = Unit.of("float32")


def image(program: Program, shape: tuple[int, ...] = (1, 5, 3, 3)) -> Array:
    """Draw the image of a program."""
    return program.draw_like("image", shape)


def kernel(program: Program) -> Array:
    """Draw the 1 x 1 kernel of a program."""
    return program.draw_like("kernel", (1, 5, 1, 1))


def scales() -> Array:
    """Give the scale of each channel of a norm."""
    return np.full(4, 4.0, np.float32)


def nhwc(array: Array) -> Array:
    """Move the channels to the end."""
    return np.ascontiguousarray(array.transpose(0, 2, 3, 1))


def nchw(array: Array) -> Array:
    """Move the channels back to the front."""
    return array.transpose(0, 3, 1, 2)


def sum_of_channels(image: Array, kernel: Array) -> Bounded:
    """What a 1 x 1 kernel gives."""
    options = {"stride": (1, 1), "padding": ((0, 0), (0, 0)), "dilation": (1, 1)}
    output, _ = conv(to_bounded(image), to_bounded(kernel), **options)  # type: ignore[arg-type]
    return output  # type: ignore[return-value]


def to_bounded(array: Array) -> Any:
    """Take an array as the exact input of a bounded computation."""
    return exact(array.astype(np.float64), UNIT)


def averages(image: Array, pairs: tuple[tuple[int, int], ...]) -> Bounded:
    """Averages over 2 x 2 windows, padding left out."""
    size = (2, 2)
    output, _ = avg_pool(
        to_bounded(image), kernel=size, stride=size, padding=pairs, count_include_pad=False
    )
    return output  # type: ignore[return-value]


def mean_loss(scores: Array, labels: Array) -> Any:
    """Mean cross-entropy of scores and labels."""
    logs, _ = log_softmax(to_bounded(scores), axis=1)
    return -np.mean(logs[np.arange(len(labels)), labels])


def check_normalisation(
    batch: Array, output: Array, epsilon: float, correction: int = 0
) -> Sequence[Finding]:
    """A batch scaled by s has mean 0 and the variance s²·v/(v+eps)·n/(n - correction)."""
    (_, v), _ = moments(to_bounded(batch), (0,))
    n = len(batch)
    unbiased = n / (n - correction)
    want = to_bounded(scales()) ** 2 * v / (v + epsilon) * unbiased
    # The output is rounded: each element within its bound, passed on to mean and variance.
    (answer, _, _), _ = batch_norm(
        to_bounded(batch), to_bounded(scales()), to_bounded(np.zeros(4)), epsilon=epsilon
    )
    (mean, variance), _ = moments(answer, (0,))
    near = want.bound + variance.bound * unbiased
    wide = output.astype(np.float64)
    return [
        compare_within_bound("mean", wide.mean(axis=0), Bounded(np.zeros(4), mean.bound, UNIT)),
        compare_within_bound(
            "variance", wide.var(axis=0, ddof=correction), Bounded(want.value, near, UNIT)
        ),
    ]


def check_half_is_dropped(batch: Array, output: Array) -> Sequence[Finding]:
    """Half of a batch is dropped, and what survives is doubled."""
    survived = output != 0
    return [
        binomial("survivors", int(survived.sum()), survived.size, 0.5),
        compare_arrays("survivors are doubled", output[survived], 2 * batch[survived]),
    ]


def whole_channels(output: Array, spatial: tuple[int, ...]) -> Sequence[Finding]:
    """A channel drops as a whole or not at all, and both happen."""
    survived = output != 0
    return [
        compare_arrays(
            "channels drop as a whole", survived.any(axis=spatial), survived.all(axis=spatial)
        ),
        compare_values("some channel was dropped", bool(survived.all()), False),
        compare_values("some channel was kept", bool(survived.any()), True),
    ]
