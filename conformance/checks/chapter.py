"""The chapter's claims, told as short programs on a subject's own namespace."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from conformance.bounds import Bounded, Unit, exact
from conformance.case import Case
from conformance.checks.finding import Array, Finding, equal, same_words, within_bound
from conformance.checks.mask import binomial
from conformance.checks.program import check_program
from conformance.session import Trial
from conformance.subjects.library import Library
from refimpl.ops.conv import conv
from refimpl.ops.norm import blend, moments, unbiased
from refimpl.ops.pool import avg_pool
from refimpl.ops.softmax import log_softmax
from refimpl.ops.windows import same_padding
from refimpl.torch.nn.inplace import OPERATIONS

_UNIT = Unit.of("float32")
Told = Callable[[Library, Case], Sequence[Finding]]


def check_chapter(trial: Trial) -> Sequence[Finding]:
    """A statement of the chapter holds.

    Parameters
    ----------
    trial : Trial
        Its case carries the statement.

    Returns
    -------
    sequence of Finding
    """
    library = trial.session.library(trial.subject)
    statement = trial.case.config["statement"]
    return TOLD[trial.call.target][statement.number](library, trial.case)


def _image(case: Case, shape: tuple[int, ...] = (1, 5, 3, 3)) -> Array:
    return case.draw_like("image", shape, "normal")


def _kernel(case: Case) -> Array:
    return case.draw_like("kernel", (1, 5, 1, 1), "normal")


def _nhwc(array: Array) -> Array:
    return np.ascontiguousarray(array.transpose(0, 2, 3, 1))


def _nchw(array: Array) -> Array:
    return array.transpose(0, 3, 1, 2)


def _sum_of_channels(image: Array, kernel: Array) -> Bounded:
    options = {"stride": (1, 1), "padding": ((0, 0), (0, 0)), "dilation": (1, 1)}
    output, _ = conv(_bounded(image), _bounded(kernel), **options)  # type: ignore[arg-type]
    return output  # type: ignore[return-value]


def _bounded(array: Array) -> Any:
    return exact(array.astype(np.float64), _UNIT)


# PyTorch ------------------------------------------------------------------------------------


def _torch_forms(lib: Library, case: Case) -> Sequence[Finding]:
    image, kernel = _image(case), _kernel(case)
    layer = lib.root.nn.Conv2d(5, 1, (1, 1), 1, bias=False)
    lib.assign(layer, "weight", kernel)
    function = lib.root.nn.functional.conv2d(lib.array(image), lib.array(kernel))
    return [equal("class and function", lib.call(layer, image), lib.numpy(function))]


def _torch_conv_shape(lib: Library, case: Case) -> Sequence[Finding]:
    output = lib.call(lib.root.nn.Conv2d(5, 1, (1, 1), 1, bias=False), _image(case))
    return [same_words("shape", output.shape, (1, 1, 3, 3))]


def _torch_conv_parameters(lib: Library, case: Case) -> Sequence[Finding]:
    nn = lib.root.nn
    without, with_bias = nn.Conv2d(5, 1, (1, 1), 1, bias=False), nn.Conv2d(5, 1, (1, 1), 1)
    return [
        same_words("without bias", lib.owned(without), (["weight"], [])),
        same_words("shape of weight", tuple(without.weight.shape), (1, 5, 1, 1)),
        same_words("with bias", lib.owned(with_bias), (["weight", "bias"], [])),
    ]


def _torch_conv_ones(lib: Library, case: Case) -> Sequence[Finding]:
    image, ones = _image(case), np.ones((1, 5, 1, 1), np.float32)
    layer = lib.root.nn.Conv2d(5, 1, (1, 1), 1, bias=False)
    drawn = lib.numpy(layer.weight).copy()
    layer.weight.data = lib.array(ones)
    return [
        same_words("its own kernel is random", np.unique(drawn).size > 1, True),
        within_bound("sum over channels", lib.call(layer, image), _sum_of_channels(image, ones)),
    ]


def _torch_same_numbers(lib: Library, case: Case) -> Sequence[Finding]:
    image, kernel = _image(case), _kernel(case)
    layer = lib.root.nn.Conv2d(5, 1, (1, 1), 1, bias=False)
    lib.assign(layer, "weight", kernel)
    return [within_bound("output", lib.call(layer, image), _sum_of_channels(image, kernel))]


def _torch_pool_parameters(lib: Library, case: Case) -> Sequence[Finding]:
    return [same_words("parameters", list(lib.root.nn.AvgPool2d(2, 2).parameters()), [])]


def _averages(image: Array, pairs: tuple[tuple[int, int], ...]) -> Bounded:
    size = (2, 2)
    output, _ = avg_pool(
        _bounded(image), kernel=size, stride=size, padding=pairs, count_include_pad=False
    )
    return output  # type: ignore[return-value]


def _torch_pool_averages(lib: Library, case: Case) -> Sequence[Finding]:
    image = _image(case, (1, 3, 5, 5))
    # PyTorch pads both sides alike and keeps the cut window at the border by ceil_mode.
    layer = lib.root.nn.AvgPool2d(2, 2, ceil_mode=True, count_include_pad=False)
    expected = _averages(image, ((0, 1), (0, 1)))
    return [within_bound("averages", lib.call(layer, image), expected)]


def _torch_linear(lib: Library, case: Case) -> Sequence[Finding]:
    layer = lib.root.nn.Linear(3, 4)
    output = lib.call(layer, case.draw_like("batch", (2, 3), "normal"))
    return [
        same_words("shape", output.shape, (2, 4)),
        same_words("parameters", lib.owned(layer), (["weight", "bias"], [])),
        same_words("shape of weight", tuple(layer.weight.shape), (4, 3)),
        same_words("shape of bias", tuple(layer.bias.shape), (4,)),
    ]


def _torch_norm_parameters(lib: Library, case: Case) -> Sequence[Finding]:
    buffers = ["running_mean", "running_var", "num_batches_tracked"]
    owned = lib.owned(lib.root.nn.BatchNorm1d(4))
    return [same_words("parameters and buffers", owned, (["weight", "bias"], buffers))]


def _torch_norm_layer(lib: Library) -> Any:
    layer = lib.root.nn.BatchNorm1d(4)
    lib.assign(layer, "weight", np.full(4, 4.0, np.float32))
    lib.assign(layer, "bias", np.zeros(4, np.float32))
    return layer


def _torch_norm_variance(lib: Library, case: Case) -> Sequence[Finding]:
    batch = case.draw_like("batch", (8, 4), "normal")
    return _variance(batch, lib.call(_torch_norm_layer(lib), batch, training=True), 1e-5)


def _torch_norm_unbiased(lib: Library, case: Case) -> Sequence[Finding]:
    batch = case.draw_like("batch", (2, 4), "normal")
    return _unbiased(lib.call(_torch_norm_layer(lib), batch, training=True))


def _torch_running(lib: Library, case: Case) -> Sequence[Finding]:
    batch = case.draw_like("batch", (8, 4), "normal")
    layer = lib.root.nn.BatchNorm1d(4)
    lib.call(layer, batch, training=True)
    (mean, variance), _ = moments(_bounded(batch), (0,))
    zeros, ones = _bounded(np.zeros(4)), _bounded(np.ones(4))
    return [
        within_bound("running_mean", lib.numpy(layer.running_mean), blend(zeros, mean, 0.1)),
        within_bound(
            "running_var", lib.numpy(layer.running_var), blend(ones, unbiased(variance, 8), 0.1)
        ),
    ]


def _torch_dropout(lib: Library, case: Case) -> Sequence[Finding]:
    batch = case.draw_like("batch", (200, 500), "normal")
    return _halved(batch, lib.call(lib.root.nn.Dropout(0.5), batch, training=True))


def _torch_dropout_evaluation(lib: Library, case: Case) -> Sequence[Finding]:
    batch = case.draw_like("batch", (20, 5), "normal")
    return [equal("output", lib.call(lib.root.nn.Dropout(0.5), batch, training=False), batch)]


def _torch_dropout_channels(lib: Library, case: Case) -> Sequence[Finding]:
    nn = lib.root.nn
    findings: list[Finding] = []
    for rank, layer in (1, nn.Dropout1d(0.5)), (2, nn.Dropout2d(0.5)), (3, nn.Dropout3d(0.5)):
        batch = case.draw_like(f"batch{rank}", (8, 16, *(3,) * rank), "normal")
        output = lib.call(layer, batch, training=True)
        findings += _whole_channels(output, tuple(range(2, rank + 2)))
    return findings


def _torch_relu(lib: Library, case: Case) -> Sequence[Finding]:
    batch = case.draw_like("batch", (4, 5), "normal")
    clamped = lib.numpy(lib.root.clamp(lib.array(batch), min=0))
    output = lib.call(lib.root.nn.ReLU(), batch)
    return [
        equal("output", output, np.where(batch < 0, np.float32(0), batch)),
        equal("clamp(min=0)", clamped, output),
    ]


def _torch_relu_inplace(lib: Library, case: Case) -> Sequence[Finding]:
    tensor = lib.array(case.draw_like("batch", (4, 5), "normal"))
    output = lib.root.nn.ReLU(inplace=True)(tensor)
    return [
        same_words("the output is the input", output is tensor, True),
        same_words("nothing negative is left", bool(np.all(lib.numpy(tensor) >= 0)), True),
    ]


def _torch_inplace_list(lib: Library, case: Case) -> Sequence[Finding]:
    """The list is data of refimpl.torch; each row is tried on the subject itself."""
    functional = lib.root.nn.functional
    findings = []
    for row in OPERATIONS:
        tensor = lib.array(case.draw_like("batch", (3, 4), "normal"))
        try:
            written = getattr(functional, row.operation)(tensor, inplace=True) is tensor
        except (TypeError, RuntimeError):
            written = False
        findings.append(same_words(f"{row.operation}(inplace=True)", written, row.argument))
        if row.function is not None:
            owner = functional if hasattr(functional, row.function) else lib.root
            findings.append(same_words(row.function, hasattr(owner, row.function), True))
    return findings


def _torch_loss(lib: Library, case: Case) -> Sequence[Finding]:
    scores, labels = case.draw_like("scores", (3, 2), "normal"), np.array([1, 0, 1])
    value = lib.root.nn.CrossEntropyLoss()(lib.array(scores), lib.array(labels))
    return [within_bound("loss", lib.numpy(value), _mean_loss(scores, labels))]


def _torch_loss_module(lib: Library, case: Case) -> Sequence[Finding]:
    nn = lib.root.nn
    loss = nn.CrossEntropyLoss()
    return [
        same_words("is a Module", isinstance(loss, nn.Module), True),
        same_words("parameters", lib.owned(loss), ([], [])),
    ]


# TensorFlow ---------------------------------------------------------------------------------


def _tf_kernel(kernel: Array) -> Array:
    return np.ascontiguousarray(kernel.transpose(2, 3, 1, 0))


def _tf_conv(lib: Library, image: Array, kernel: Array) -> Array:
    output = lib.root.nn.conv2d(
        lib.array(_nhwc(image)), lib.array(_tf_kernel(kernel)), [1, 1, 1, 1], "VALID"
    )
    return lib.numpy(output)


def _tf_layer(lib: Library, image: Array, **options: Any) -> Any:
    layer = lib.root.keras.layers.Conv2D(1, (1, 1), **options)
    lib.call(layer, _nhwc(image))
    return layer


def _tf_forms(lib: Library, case: Case) -> Sequence[Finding]:
    image, kernel = _image(case), _kernel(case)
    layer = _tf_layer(lib, image, use_bias=False)
    lib.assign(layer, "kernel", _tf_kernel(kernel))
    expected = _sum_of_channels(image, kernel)
    return [
        within_bound("layer", _nchw(lib.call(layer, _nhwc(image))), expected),
        within_bound("function", _nchw(_tf_conv(lib, image, kernel)), expected),
    ]


def _tf_conv_shape(lib: Library, case: Case) -> Sequence[Finding]:
    output = _tf_conv(lib, _image(case), _kernel(case))
    return [same_words("shape", output.shape, (1, 3, 3, 1))]


def _tf_conv_parameters(lib: Library, case: Case) -> Sequence[Finding]:
    without = _tf_layer(lib, _image(case), use_bias=False)
    return [
        same_words("without bias", lib.owned(without), (["kernel"], [])),
        same_words("shape of kernel", tuple(without.kernel.shape), (1, 1, 5, 1)),
        same_words("with bias", lib.owned(_tf_layer(lib, _image(case))), (["kernel", "bias"], [])),
    ]


def _tf_conv_ones(lib: Library, case: Case) -> Sequence[Finding]:
    image, ones = _image(case), np.ones((1, 5, 1, 1), np.float32)
    layer = _tf_layer(lib, image, use_bias=False)
    drawn = lib.numpy(layer.kernel).copy()
    lib.assign(layer, "kernel", _tf_kernel(ones))
    output = _nchw(lib.call(layer, _nhwc(image)))
    return [
        same_words("its own kernel is random", np.unique(drawn).size > 1, True),
        within_bound("sum over channels", output, _sum_of_channels(image, ones)),
    ]


def _tf_same_numbers(lib: Library, case: Case) -> Sequence[Finding]:
    image, kernel = _image(case), _kernel(case)
    output = _nchw(_tf_conv(lib, image, kernel))
    return [within_bound("output", output, _sum_of_channels(image, kernel))]


def _tf_pool_parameters(lib: Library, case: Case) -> Sequence[Finding]:
    return [
        same_words("weights", lib.owned(lib.root.keras.layers.AveragePooling2D(2, 2)), ([], []))
    ]


def _tf_pool_averages(lib: Library, case: Case) -> Sequence[Finding]:
    image = _image(case, (1, 3, 5, 5))
    pair = same_padding(5, 2, 2, 1)
    output = lib.root.nn.avg_pool(lib.array(_nhwc(image)), [2, 2], [2, 2], "SAME")
    expected = _averages(image, (pair, pair))
    return [within_bound("averages", _nchw(lib.numpy(output)), expected)]


def _tf_linear(lib: Library, case: Case) -> Sequence[Finding]:
    layer = lib.root.keras.layers.Dense(4)
    output = lib.call(layer, case.draw_like("batch", (2, 3), "normal"))
    return [
        same_words("shape", output.shape, (2, 4)),
        same_words("weights", lib.owned(layer), (["kernel", "bias"], [])),
        same_words("shape of kernel", tuple(layer.kernel.shape), (3, 4)),
        same_words("shape of bias", tuple(layer.bias.shape), (4,)),
    ]


def _tf_norm_layer(lib: Library, batch: Array) -> Any:
    layer = lib.root.keras.layers.BatchNormalization()
    lib.call(layer, batch, training=False)
    lib.assign(layer, "gamma", np.full(4, 4.0, np.float32))
    lib.assign(layer, "beta", np.zeros(4, np.float32))
    return layer


def _tf_norm_parameters(lib: Library, case: Case) -> Sequence[Finding]:
    layer = _tf_norm_layer(lib, case.draw_like("batch", (8, 4), "normal"))
    owned = (["gamma", "beta"], ["moving_mean", "moving_variance"])
    return [same_words("weights", lib.owned(layer), owned)]


def _tf_norm_variance(lib: Library, case: Case) -> Sequence[Finding]:
    batch = case.draw_like("batch", (8, 4), "normal")
    return _variance(batch, lib.call(_tf_norm_layer(lib, batch), batch, training=True), 1e-3)


def _tf_norm_unbiased(lib: Library, case: Case) -> Sequence[Finding]:
    batch = case.draw_like("batch", (2, 4), "normal")
    return _unbiased(lib.call(_tf_norm_layer(lib, batch), batch, training=True))


def _tf_running(lib: Library, case: Case) -> Sequence[Finding]:
    batch = case.draw_like("batch", (8, 4), "normal")
    layer = _tf_norm_layer(lib, batch)
    lib.call(layer, batch, training=True)
    (mean, variance), _ = moments(_bounded(batch), (0,))
    zeros, ones = _bounded(np.zeros(4)), _bounded(np.ones(4))
    return [
        within_bound("moving_mean", lib.numpy(layer.moving_mean), blend(zeros, mean, 0.01)),
        within_bound(
            "moving_variance", lib.numpy(layer.moving_variance), blend(ones, variance, 0.01)
        ),
    ]


def _tf_dropout(lib: Library, case: Case) -> Sequence[Finding]:
    batch = case.draw_like("batch", (200, 500), "normal")
    function = lib.numpy(lib.root.nn.dropout(lib.array(batch), 0.5))
    layer = lib.call(lib.root.keras.layers.Dropout(0.5), batch, training=True)
    return [*_halved(batch, function), *_halved(batch, layer)]


def _tf_dropout_evaluation(lib: Library, case: Case) -> Sequence[Finding]:
    batch = case.draw_like("batch", (20, 5), "normal")
    layer = lib.root.keras.layers.Dropout(0.5)
    return [equal("output", lib.call(layer, batch, training=False), batch)]


def _tf_dropout_channels(lib: Library, case: Case) -> Sequence[Finding]:
    layers = lib.root.keras.layers
    findings: list[Finding] = []
    for rank, layer in (
        (1, layers.SpatialDropout1D(0.5)),
        (2, layers.SpatialDropout2D(0.5)),
        (3, layers.SpatialDropout3D(0.5)),
    ):
        batch = case.draw_like(f"batch{rank}", (8, *(3,) * rank, 16), "normal")
        output = lib.call(layer, batch, training=True)
        findings += _whole_channels(output, tuple(range(1, rank + 1)))
    return findings


def _tf_relu(lib: Library, case: Case) -> Sequence[Finding]:
    batch = case.draw_like("batch", (4, 5), "normal")
    clamped = np.where(batch < 0, np.float32(0), batch)
    layer = lib.call(lib.root.keras.layers.ReLU(), batch)
    return [
        equal("function", lib.numpy(lib.root.nn.relu(lib.array(batch))), clamped),
        equal("layer", layer, clamped),
    ]


def _tf_loss(lib: Library, case: Case) -> Sequence[Finding]:
    scores, labels = case.draw_like("scores", (3, 2), "normal"), np.array([1, 0, 1])
    loss = lib.root.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    each = lib.root.nn.sparse_softmax_cross_entropy_with_logits(
        labels=lib.array(labels), logits=lib.array(scores)
    )
    value = lib.numpy(loss(lib.array(labels), lib.array(scores)))
    expected = _mean_loss(scores, labels)
    return [
        within_bound("loss", value, expected),
        within_bound("mean of the function", np.asarray(np.mean(lib.numpy(each))), expected),
    ]


def _tf_loss_module(lib: Library, case: Case) -> Sequence[Finding]:
    losses = lib.root.keras.losses
    loss = losses.SparseCategoricalCrossentropy(from_logits=True)
    return [same_words("is a Loss", isinstance(loss, losses.Loss), True)]


# What both say ------------------------------------------------------------------------------


def _mean_loss(scores: Array, labels: Array) -> Any:
    logs, _ = log_softmax(_bounded(scores), axis=1)
    return -np.mean(logs[np.arange(len(labels)), labels])


def _variance(batch: Array, output: Array, epsilon: float) -> Sequence[Finding]:
    """Mean 0 and biased variance 16·v/(v+eps), within what rounding the output leaves open."""
    (_, v), _ = moments(_bounded(batch), (0,))
    want = 16.0 * v / (v + epsilon)
    (mean, variance), _ = moments(_bounded(output), (0,))
    # The output is rounded: each element within its own bound, passed on to mean and variance.
    slack = _UNIT.rounding * 64
    zero = Bounded(np.zeros(4), mean.bound + slack, _UNIT)
    near = Bounded(want.value, want.bound + variance.bound + 16 * slack, _UNIT)
    return [
        within_bound("mean", mean.value, zero),
        within_bound("biased variance", variance.value, near),
    ]


def _unbiased(output: Array) -> Sequence[Finding]:
    wide = output.astype(np.float64)
    n = len(wide)
    biased = _bounded(wide.var(axis=0))
    return [within_bound("unbiased variance", wide.var(axis=0, ddof=1), biased * (n / (n - 1)))]


def _halved(batch: Array, output: Array) -> Sequence[Finding]:
    survived = output != 0
    return [
        binomial("survivors", int(survived.sum()), survived.size, 0.5),
        equal("survivors are doubled", output[survived], 2 * batch[survived]),
    ]


def _whole_channels(output: Array, spatial: tuple[int, ...]) -> Sequence[Finding]:
    survived = output != 0
    return [
        equal("channels drop as a whole", survived.any(axis=spatial), survived.all(axis=spatial)),
        same_words("some channel was dropped", bool(survived.all()), False),
        same_words("some channel was kept", bool(survived.any()), True),
    ]


TOLD: Mapping[str, Mapping[str, Told]] = {
    "torch": {
        "0.1": _torch_forms,
        "1.1": _torch_conv_shape,
        "1.2": _torch_conv_parameters,
        "1.3": _torch_conv_ones,
        "1.4": _torch_same_numbers,
        "2.1": _torch_pool_parameters,
        "2.2": _torch_pool_averages,
        "3.1": _torch_linear,
        "4.1": _torch_norm_parameters,
        "4.2": _torch_norm_variance,
        "4.3": _torch_norm_unbiased,
        "4.4": _torch_running,
        "5.1": _torch_dropout,
        "5.2": _torch_dropout_evaluation,
        "5.3": _torch_dropout_channels,
        "6.1": _torch_relu,
        "6.2": _torch_relu_inplace,
        "6.3": _torch_inplace_list,
        "7.1": _torch_loss,
        "7.2": _torch_loss_module,
        "8.1": check_program("torch"),
    },
    "tf": {
        "0.1": _tf_forms,
        "1.1": _tf_conv_shape,
        "1.2": _tf_conv_parameters,
        "1.3": _tf_conv_ones,
        "1.4": _tf_same_numbers,
        "2.1": _tf_pool_parameters,
        "2.2": _tf_pool_averages,
        "3.1": _tf_linear,
        "4.1": _tf_norm_parameters,
        "4.2": _tf_norm_variance,
        "4.3": _tf_norm_unbiased,
        "4.4": _tf_running,
        "5.1": _tf_dropout,
        "5.2": _tf_dropout_evaluation,
        "5.3": _tf_dropout_channels,
        "6.1": _tf_relu,
        "7.1": _tf_loss,
        "7.2": _tf_loss_module,
        "8.1": check_program("tf"),
    },
}
