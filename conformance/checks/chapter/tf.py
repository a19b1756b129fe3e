"""The chapter's statements about TensorFlow, as short programs on a namespace."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from conformance.checks.chapter import words
from conformance.checks.chapter.program import check_program
from conformance.checks.finding import Array, Finding, equal, same_words, within_bound
from conformance.spec.case import Case
from conformance.spec.library import Library
from refimpl.ops.norm import blend, moments
from refimpl.ops.windows import same_padding


def _kernel(kernel: Array) -> Array:
    return np.ascontiguousarray(kernel.transpose(2, 3, 1, 0))


def _conv(lib: Library, image: Array, kernel: Array) -> Array:
    output = lib.root.nn.conv2d(
        lib.array(words.nhwc(image)), lib.array(_kernel(kernel)), [1, 1, 1, 1], "VALID"
    )
    return lib.numpy(output)


def _layer(lib: Library, image: Array, **options: Any) -> Any:
    layer = lib.root.keras.layers.Conv2D(1, (1, 1), **options)
    lib.call(layer, words.nhwc(image))
    return layer


def _forms(lib: Library, case: Case) -> Sequence[Finding]:
    image, kernel = words.image(case), words.kernel(case)
    layer = _layer(lib, image, use_bias=False)
    lib.assign(layer, "kernel", _kernel(kernel))
    expected = words.sum_of_channels(image, kernel)
    return [
        within_bound("layer", words.nchw(lib.call(layer, words.nhwc(image))), expected),
        within_bound("function", words.nchw(_conv(lib, image, kernel)), expected),
    ]


def _conv_shape(lib: Library, case: Case) -> Sequence[Finding]:
    output = _conv(lib, words.image(case), words.kernel(case))
    return [same_words("shape", output.shape, (1, 3, 3, 1))]


def _conv_parameters(lib: Library, case: Case) -> Sequence[Finding]:
    without = _layer(lib, words.image(case), use_bias=False)
    return [
        same_words("without bias", lib.owned(without), (["kernel"], [])),
        same_words("shape of kernel", tuple(without.kernel.shape), (1, 1, 5, 1)),
        same_words(
            "with bias", lib.owned(_layer(lib, words.image(case))), (["kernel", "bias"], [])
        ),
    ]


def _conv_ones(lib: Library, case: Case) -> Sequence[Finding]:
    image, ones = words.image(case), np.ones((1, 5, 1, 1), np.float32)
    layer = _layer(lib, image, use_bias=False)
    drawn = lib.numpy(layer.kernel).copy()
    lib.assign(layer, "kernel", _kernel(ones))
    output = words.nchw(lib.call(layer, words.nhwc(image)))
    return [
        same_words("its own kernel is random", np.unique(drawn).size > 1, True),
        within_bound("sum over channels", output, words.sum_of_channels(image, ones)),
    ]


def _same_numbers(lib: Library, case: Case) -> Sequence[Finding]:
    image, kernel = words.image(case), words.kernel(case)
    output = words.nchw(_conv(lib, image, kernel))
    return [within_bound("output", output, words.sum_of_channels(image, kernel))]


def _pool_parameters(lib: Library, case: Case) -> Sequence[Finding]:
    return [
        same_words("weights", lib.owned(lib.root.keras.layers.AveragePooling2D(2, 2)), ([], []))
    ]


def _pool_averages(lib: Library, case: Case) -> Sequence[Finding]:
    image = words.image(case, (1, 3, 5, 5))
    pair = same_padding(5, 2, 2, 1)
    output = lib.root.nn.avg_pool(lib.array(words.nhwc(image)), [2, 2], [2, 2], "SAME")
    expected = words.averages(image, (pair, pair))
    return [within_bound("averages", words.nchw(lib.numpy(output)), expected)]


def _linear(lib: Library, case: Case) -> Sequence[Finding]:
    layer = lib.root.keras.layers.Dense(4)
    output = lib.call(layer, case.draw_like("batch", (2, 3), "normal"))
    return [
        same_words("shape", output.shape, (2, 4)),
        same_words("weights", lib.owned(layer), (["kernel", "bias"], [])),
        same_words("shape of kernel", tuple(layer.kernel.shape), (3, 4)),
        same_words("shape of bias", tuple(layer.bias.shape), (4,)),
    ]


def _norm_layer(lib: Library, batch: Array) -> Any:
    layer = lib.root.keras.layers.BatchNormalization()
    lib.call(layer, batch, training=False)
    lib.assign(layer, "gamma", words.scales())
    lib.assign(layer, "beta", np.zeros(4, np.float32))
    return layer


def _norm_parameters(lib: Library, case: Case) -> Sequence[Finding]:
    layer = _norm_layer(lib, case.draw_like("batch", (8, 4), "normal"))
    owned = (["gamma", "beta"], ["moving_mean", "moving_variance"])
    return [same_words("weights", lib.owned(layer), owned)]


def _norm_variance(lib: Library, case: Case) -> Sequence[Finding]:
    batch = case.draw_like("batch", (8, 4), "normal")
    return words.normalised(batch, lib.call(_norm_layer(lib, batch), batch, training=True), 1e-3)


def _norm_unbiased(lib: Library, case: Case) -> Sequence[Finding]:
    batch = case.draw_like("batch", (2, 4), "normal")
    output = lib.call(_norm_layer(lib, batch), batch, training=True)
    return words.normalised(batch, output, 1e-3, correction=1)


def _running(lib: Library, case: Case) -> Sequence[Finding]:
    batch = case.draw_like("batch", (8, 4), "normal")
    layer = _norm_layer(lib, batch)
    lib.call(layer, batch, training=True)
    (mean, variance), _ = moments(words.bounded(batch), (0,))
    zeros, ones = words.bounded(np.zeros(4)), words.bounded(np.ones(4))
    return [
        within_bound("moving_mean", lib.numpy(layer.moving_mean), blend(zeros, mean, 0.01)),
        within_bound(
            "moving_variance", lib.numpy(layer.moving_variance), blend(ones, variance, 0.01)
        ),
    ]


def _dropout(lib: Library, case: Case) -> Sequence[Finding]:
    batch = case.draw_like("batch", (200, 500), "normal")
    function = lib.numpy(lib.root.nn.dropout(lib.array(batch), 0.5))
    layer = lib.call(lib.root.keras.layers.Dropout(0.5), batch, training=True)
    return [*words.halved(batch, function), *words.halved(batch, layer)]


def _dropout_evaluation(lib: Library, case: Case) -> Sequence[Finding]:
    batch = case.draw_like("batch", (20, 5), "normal")
    layer = lib.root.keras.layers.Dropout(0.5)
    return [equal("output", lib.call(layer, batch, training=False), batch)]


def _dropout_channels(lib: Library, case: Case) -> Sequence[Finding]:
    layers = lib.root.keras.layers
    findings: list[Finding] = []
    for rank, layer in (
        (1, layers.SpatialDropout1D(0.5)),
        (2, layers.SpatialDropout2D(0.5)),
        (3, layers.SpatialDropout3D(0.5)),
    ):
        batch = case.draw_like(f"batch{rank}", (8, *(3,) * rank, 16), "normal")
        output = lib.call(layer, batch, training=True)
        findings += words.whole_channels(output, tuple(range(1, rank + 1)))
    return findings


def _relu(lib: Library, case: Case) -> Sequence[Finding]:
    batch = case.draw_like("batch", (4, 5), "normal")
    clamped = np.where(batch < 0, np.float32(0), batch)
    layer = lib.call(lib.root.keras.layers.ReLU(), batch)
    return [
        equal("function", lib.numpy(lib.root.nn.relu(lib.array(batch))), clamped),
        equal("layer", layer, clamped),
    ]


def _loss(lib: Library, case: Case) -> Sequence[Finding]:
    scores, labels = case.draw_like("scores", (3, 2), "normal"), np.array([1, 0, 1])
    loss = lib.root.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    each = lib.root.nn.sparse_softmax_cross_entropy_with_logits(
        labels=lib.array(labels), logits=lib.array(scores)
    )
    value = lib.numpy(loss(lib.array(labels), lib.array(scores)))
    expected = words.mean_loss(scores, labels)
    return [
        within_bound("loss", value, expected),
        within_bound("mean of the function", np.asarray(np.mean(lib.numpy(each))), expected),
    ]


def _loss_module(lib: Library, case: Case) -> Sequence[Finding]:
    losses = lib.root.keras.losses
    loss = losses.SparseCategoricalCrossentropy(from_logits=True)
    return [same_words("is a Loss", isinstance(loss, losses.Loss), True)]


TOLD: Mapping[str, Callable[[Library, Case], Sequence[Finding]]] = {
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
