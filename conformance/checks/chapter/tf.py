"""The chapter's statements about TensorFlow, as short programs on a namespace."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from conformance.checks.chapter import common
from conformance.checks.chapter.program import check_program
from conformance.checks.finding import (
    Array,
    Finding,
    compare_arrays,
    compare_values,
    compare_within_bound,
)
from conformance.spec.library import Library
from conformance.spec.program import Program
from refimpl.ops.norm import blend, moments
from refimpl.ops.windows import same_padding


def _kernel(kernel: Array) -> Array:
    return np.ascontiguousarray(kernel.transpose(2, 3, 1, 0))


def _conv(lib: Library, image: Array, kernel: Array) -> Array:
    output = lib.root.nn.conv2d(
        lib.array(common.nhwc(image)), lib.array(_kernel(kernel)), [1, 1, 1, 1], "VALID"
    )
    return lib.numpy(output)


def _layer(lib: Library, image: Array, **options: Any) -> Any:
    layer = lib.root.keras.layers.Conv2D(1, (1, 1), **options)
    lib.call(layer, common.nhwc(image))
    return layer


def _forms(lib: Library, program: Program) -> Sequence[Finding]:
    image, kernel = common.image(program), common.kernel(program)
    layer = _layer(lib, image, use_bias=False)
    lib.assign(layer, "kernel", _kernel(kernel))
    expected = common.sum_of_channels(image, kernel)
    return [
        compare_within_bound("layer", common.nchw(lib.call(layer, common.nhwc(image))), expected),
        compare_within_bound("function", common.nchw(_conv(lib, image, kernel)), expected),
    ]


def _conv_shape(lib: Library, program: Program) -> Sequence[Finding]:
    output = _conv(lib, common.image(program), common.kernel(program))
    return [compare_values("shape", output.shape, (1, 3, 3, 1))]


def _conv_parameters(lib: Library, program: Program) -> Sequence[Finding]:
    without = _layer(lib, common.image(program), use_bias=False)
    return [
        compare_values("without bias", lib.list_owned(without), (["kernel"], [])),
        compare_values("shape of kernel", tuple(without.kernel.shape), (1, 1, 5, 1)),
        compare_values(
            "with bias",
            lib.list_owned(_layer(lib, common.image(program))),
            (["kernel", "bias"], []),
        ),
    ]


def _conv_ones(lib: Library, program: Program) -> Sequence[Finding]:
    image, ones = common.image(program), np.ones((1, 5, 1, 1), np.float32)
    layer = _layer(lib, image, use_bias=False)
    drawn = lib.numpy(layer.kernel).copy()
    lib.assign(layer, "kernel", _kernel(ones))
    output = common.nchw(lib.call(layer, common.nhwc(image)))
    return [
        compare_values("its own kernel is random", np.unique(drawn).size > 1, True),
        compare_within_bound("sum over channels", output, common.sum_of_channels(image, ones)),
    ]


def _same_numbers(lib: Library, program: Program) -> Sequence[Finding]:
    image, kernel = common.image(program), common.kernel(program)
    output = common.nchw(_conv(lib, image, kernel))
    return [compare_within_bound("output", output, common.sum_of_channels(image, kernel))]


def _pool_parameters(lib: Library, program: Program) -> Sequence[Finding]:
    return [
        compare_values(
            "weights", lib.list_owned(lib.root.keras.layers.AveragePooling2D(2, 2)), ([], [])
        )
    ]


def _pool_averages(lib: Library, program: Program) -> Sequence[Finding]:
    image = common.image(program, (1, 3, 5, 5))
    pair = same_padding(5, 2, 2, 1)
    output = lib.root.nn.avg_pool(lib.array(common.nhwc(image)), [2, 2], [2, 2], "SAME")
    expected = common.averages(image, (pair, pair))
    return [compare_within_bound("averages", common.nchw(lib.numpy(output)), expected)]


def _linear(lib: Library, program: Program) -> Sequence[Finding]:
    layer = lib.root.keras.layers.Dense(4)
    output = lib.call(layer, program.draw_like("batch", (2, 3)))
    return [
        compare_values("shape", output.shape, (2, 4)),
        compare_values("weights", lib.list_owned(layer), (["kernel", "bias"], [])),
        compare_values("shape of kernel", tuple(layer.kernel.shape), (3, 4)),
        compare_values("shape of bias", tuple(layer.bias.shape), (4,)),
    ]


def _norm_layer(lib: Library, batch: Array) -> Any:
    layer = lib.root.keras.layers.BatchNormalization()
    lib.call(layer, batch, training=False)
    lib.assign(layer, "gamma", common.scales())
    lib.assign(layer, "beta", np.zeros(4, np.float32))
    return layer


def _norm_parameters(lib: Library, program: Program) -> Sequence[Finding]:
    layer = _norm_layer(lib, program.draw_like("batch", (8, 4)))
    owned = (["gamma", "beta"], ["moving_mean", "moving_variance"])
    return [compare_values("weights", lib.list_owned(layer), owned)]


def _norm_variance(lib: Library, program: Program) -> Sequence[Finding]:
    batch = program.draw_like("batch", (8, 4))
    return common.check_normalisation(
        batch, lib.call(_norm_layer(lib, batch), batch, training=True), 1e-3
    )


def _norm_unbiased(lib: Library, program: Program) -> Sequence[Finding]:
    batch = program.draw_like("batch", (2, 4))
    output = lib.call(_norm_layer(lib, batch), batch, training=True)
    return common.check_normalisation(batch, output, 1e-3, correction=1)


def _running(lib: Library, program: Program) -> Sequence[Finding]:
    batch = program.draw_like("batch", (8, 4))
    layer = _norm_layer(lib, batch)
    lib.call(layer, batch, training=True)
    (mean, variance), _ = moments(common.to_bounded(batch), (0,))
    zeros, ones = common.to_bounded(np.zeros(4)), common.to_bounded(np.ones(4))
    return [
        compare_within_bound("moving_mean", lib.numpy(layer.moving_mean), blend(zeros, mean, 0.01)),
        compare_within_bound(
            "moving_variance", lib.numpy(layer.moving_variance), blend(ones, variance, 0.01)
        ),
    ]


def _dropout(lib: Library, program: Program) -> Sequence[Finding]:
    batch = program.draw_like("batch", (200, 500))
    function = lib.numpy(lib.root.nn.dropout(lib.array(batch), 0.5))
    layer = lib.call(lib.root.keras.layers.Dropout(0.5), batch, training=True)
    return [
        *common.check_half_is_dropped(batch, function),
        *common.check_half_is_dropped(batch, layer),
    ]


def _dropout_evaluation(lib: Library, program: Program) -> Sequence[Finding]:
    batch = program.draw_like("batch", (20, 5))
    layer = lib.root.keras.layers.Dropout(0.5)
    return [compare_arrays("output", lib.call(layer, batch, training=False), batch)]


def _dropout_channels(lib: Library, program: Program) -> Sequence[Finding]:
    layers = lib.root.keras.layers
    findings: list[Finding] = []
    for rank, layer in (
        (1, layers.SpatialDropout1D(0.5)),
        (2, layers.SpatialDropout2D(0.5)),
        (3, layers.SpatialDropout3D(0.5)),
    ):
        batch = program.draw_like(f"batch{rank}", (8, *(3,) * rank, 16))
        output = lib.call(layer, batch, training=True)
        findings += common.whole_channels(output, tuple(range(1, rank + 1)))
    return findings


def _relu(lib: Library, program: Program) -> Sequence[Finding]:
    batch = program.draw_like("batch", (4, 5))
    clamped = np.where(batch < 0, np.float32(0), batch)
    layer = lib.call(lib.root.keras.layers.ReLU(), batch)
    return [
        compare_arrays("function", lib.numpy(lib.root.nn.relu(lib.array(batch))), clamped),
        compare_arrays("layer", layer, clamped),
    ]


def _loss(lib: Library, program: Program) -> Sequence[Finding]:
    scores, labels = program.draw_like("scores", (3, 2)), np.array([1, 0, 1])
    loss = lib.root.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    each = lib.root.nn.sparse_softmax_cross_entropy_with_logits(
        labels=lib.array(labels), logits=lib.array(scores)
    )
    value = lib.numpy(loss(lib.array(labels), lib.array(scores)))
    expected = common.mean_loss(scores, labels)
    return [
        compare_within_bound("loss", value, expected),
        compare_within_bound(
            "mean of the function", np.asarray(np.mean(lib.numpy(each))), expected
        ),
    ]


def _loss_module(lib: Library, program: Program) -> Sequence[Finding]:
    losses = lib.root.keras.losses
    loss = losses.SparseCategoricalCrossentropy(from_logits=True)
    return [compare_values("is a Loss", isinstance(loss, losses.Loss), True)]


CHECKS: Mapping[str, Callable[[Library, Program], Sequence[Finding]]] = {
    "0.1": _forms,
    "1.1": _conv_shape,
    "1.2": _conv_parameters,
    "1.3": _conv_ones,
    "1.4": _same_numbers,
    "2.1": _pool_parameters,
    "2.2": _pool_averages,
    "3.1": _linear,
    "4.1": _norm_parameters,
    "4.2": _norm_variance,
    "4.3": _norm_unbiased,
    "4.4": _running,
    "5.1": _dropout,
    "5.2": _dropout_evaluation,
    "5.3": _dropout_channels,
    "6.1": _relu,
    "7.1": _loss,
    "7.2": _loss_module,
    "8.1": check_program("tf"),
}
