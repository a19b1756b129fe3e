"""The chapter's statements about PyTorch, as short programs on a namespace."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from conformance.checks.chapter import common
from conformance.checks.chapter.in_place import OPERATIONS
from conformance.checks.chapter.program import check_program
from conformance.checks.finding import Finding, compare_arrays, compare_values, compare_within_bound
from conformance.spec.library import Library
from conformance.spec.program import Program
from refimpl.ops.norm import blend, moments, unbias_variance


def _forms(lib: Library, program: Program) -> Sequence[Finding]:
    image, kernel = common.image(program), common.kernel(program)
    layer = lib.root.nn.Conv2d(5, 1, (1, 1), 1, bias=False)
    lib.assign(layer, "weight", kernel)
    function = lib.root.nn.functional.conv2d(lib.array(image), lib.array(kernel))
    return [compare_arrays("class and function", lib.call(layer, image), lib.numpy(function))]


def _conv_shape(lib: Library, program: Program) -> Sequence[Finding]:
    output = lib.call(lib.root.nn.Conv2d(5, 1, (1, 1), 1, bias=False), common.image(program))
    return [compare_values("shape", output.shape, (1, 1, 3, 3))]


def _conv_parameters(lib: Library, program: Program) -> Sequence[Finding]:
    nn = lib.root.nn
    without, with_bias = nn.Conv2d(5, 1, (1, 1), 1, bias=False), nn.Conv2d(5, 1, (1, 1), 1)
    return [
        compare_values("without bias", lib.list_owned(without), (["weight"], [])),
        compare_values("shape of weight", tuple(without.weight.shape), (1, 5, 1, 1)),
        compare_values("with bias", lib.list_owned(with_bias), (["weight", "bias"], [])),
    ]


def _conv_ones(lib: Library, program: Program) -> Sequence[Finding]:
    image, ones = common.image(program), np.ones((1, 5, 1, 1), np.float32)
    layer = lib.root.nn.Conv2d(5, 1, (1, 1), 1, bias=False)
    drawn = lib.numpy(layer.weight).copy()
    layer.weight.data = lib.array(ones)
    return [
        compare_values("its own kernel is random", np.unique(drawn).size > 1, True),
        compare_within_bound(
            "sum over channels", lib.call(layer, image), common.sum_of_channels(image, ones)
        ),
    ]


def _same_numbers(lib: Library, program: Program) -> Sequence[Finding]:
    image, kernel = common.image(program), common.kernel(program)
    layer = lib.root.nn.Conv2d(5, 1, (1, 1), 1, bias=False)
    lib.assign(layer, "weight", kernel)
    return [
        compare_within_bound(
            "output", lib.call(layer, image), common.sum_of_channels(image, kernel)
        )
    ]


def _pool_parameters(lib: Library, program: Program) -> Sequence[Finding]:
    return [compare_values("parameters", list(lib.root.nn.AvgPool2d(2, 2).parameters()), [])]


def _pool_averages(lib: Library, program: Program) -> Sequence[Finding]:
    image = common.image(program, (1, 3, 5, 5))
    # PyTorch pads both sides alike and keeps the cut window at the border by ceil_mode.
    layer = lib.root.nn.AvgPool2d(2, 2, ceil_mode=True, count_include_pad=False)
    expected = common.averages(image, ((0, 1), (0, 1)))
    return [compare_within_bound("averages", lib.call(layer, image), expected)]


def _linear(lib: Library, program: Program) -> Sequence[Finding]:
    layer = lib.root.nn.Linear(3, 4)
    output = lib.call(layer, program.draw_like("batch", (2, 3)))
    return [
        compare_values("shape", output.shape, (2, 4)),
        compare_values("parameters", lib.list_owned(layer), (["weight", "bias"], [])),
        compare_values("shape of weight", tuple(layer.weight.shape), (4, 3)),
        compare_values("shape of bias", tuple(layer.bias.shape), (4,)),
    ]


def _norm_parameters(lib: Library, program: Program) -> Sequence[Finding]:
    buffers = ["running_mean", "running_var", "num_batches_tracked"]
    owned = lib.list_owned(lib.root.nn.BatchNorm1d(4))
    return [compare_values("parameters and buffers", owned, (["weight", "bias"], buffers))]


def _norm_layer(lib: Library) -> Any:
    layer = lib.root.nn.BatchNorm1d(4)
    lib.assign(layer, "weight", common.scales())
    lib.assign(layer, "bias", np.zeros(4, np.float32))
    return layer


def _norm_variance(lib: Library, program: Program) -> Sequence[Finding]:
    batch = program.draw_like("batch", (8, 4))
    return common.check_normalisation(batch, lib.call(_norm_layer(lib), batch, training=True), 1e-5)


def _norm_unbiased(lib: Library, program: Program) -> Sequence[Finding]:
    batch = program.draw_like("batch", (2, 4))
    output = lib.call(_norm_layer(lib), batch, training=True)
    return common.check_normalisation(batch, output, 1e-5, correction=1)


def _running(lib: Library, program: Program) -> Sequence[Finding]:
    batch = program.draw_like("batch", (8, 4))
    layer = lib.root.nn.BatchNorm1d(4)
    lib.call(layer, batch, training=True)
    (mean, variance), _ = moments(common.to_bounded(batch), (0,))
    zeros, ones = common.to_bounded(np.zeros(4)), common.to_bounded(np.ones(4))
    return [
        compare_within_bound(
            "running_mean", lib.numpy(layer.running_mean), blend(zeros, mean, 0.1)
        ),
        compare_within_bound(
            "running_var",
            lib.numpy(layer.running_var),
            blend(ones, unbias_variance(variance, 8), 0.1),
        ),
    ]


def _dropout(lib: Library, program: Program) -> Sequence[Finding]:
    batch = program.draw_like("batch", (200, 500))
    return common.check_half_is_dropped(
        batch, lib.call(lib.root.nn.Dropout(0.5), batch, training=True)
    )


def _dropout_evaluation(lib: Library, program: Program) -> Sequence[Finding]:
    batch = program.draw_like("batch", (20, 5))
    return [
        compare_arrays("output", lib.call(lib.root.nn.Dropout(0.5), batch, training=False), batch)
    ]


def _dropout_channels(lib: Library, program: Program) -> Sequence[Finding]:
    nn = lib.root.nn
    findings: list[Finding] = []
    for rank, layer in (1, nn.Dropout1d(0.5)), (2, nn.Dropout2d(0.5)), (3, nn.Dropout3d(0.5)):
        batch = program.draw_like(f"batch{rank}", (8, 16, *(3,) * rank))
        output = lib.call(layer, batch, training=True)
        findings += common.whole_channels(output, tuple(range(2, rank + 2)))
    return findings


def _relu(lib: Library, program: Program) -> Sequence[Finding]:
    batch = program.draw_like("batch", (4, 5))
    clamped = lib.numpy(lib.root.clamp(lib.array(batch), min=0))
    output = lib.call(lib.root.nn.ReLU(), batch)
    return [
        compare_arrays("output", output, np.where(batch < 0, np.float32(0), batch)),
        compare_arrays("clamp(min=0)", clamped, output),
    ]


def _relu_inplace(lib: Library, program: Program) -> Sequence[Finding]:
    tensor = lib.array(program.draw_like("batch", (4, 5)))
    output = lib.root.nn.ReLU(inplace=True)(tensor)
    return [
        compare_values("the output is the input", output is tensor, True),
        compare_values("nothing negative is left", bool(np.all(lib.numpy(tensor) >= 0)), True),
    ]


def _inplace_list(lib: Library, program: Program) -> Sequence[Finding]:
    """Each row of the list is tried on the subject itself."""
    functional = lib.root.nn.functional
    findings = []
    for row in OPERATIONS:
        tensor = lib.array(program.draw_like("batch", (3, 4)))
        try:
            written = getattr(functional, row.operation)(tensor, inplace=True) is tensor
        except (TypeError, RuntimeError):
            written = False
        findings.append(compare_values(f"{row.operation}(inplace=True)", written, row.argument))
        if row.function is not None:
            owner = functional if hasattr(functional, row.function) else lib.root
            findings.append(compare_values(row.function, hasattr(owner, row.function), True))
    return findings


def _loss(lib: Library, program: Program) -> Sequence[Finding]:
    scores, labels = program.draw_like("scores", (3, 2)), np.array([1, 0, 1])
    value = lib.root.nn.CrossEntropyLoss()(lib.array(scores), lib.array(labels))
    return [compare_within_bound("loss", lib.numpy(value), common.mean_loss(scores, labels))]


def _loss_module(lib: Library, program: Program) -> Sequence[Finding]:
    nn = lib.root.nn
    loss = nn.CrossEntropyLoss()
    return [
        compare_values("is a Module", isinstance(loss, nn.Module), True),
        compare_values("parameters", lib.list_owned(loss), ([], [])),
    ]


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
    "6.2": _relu_inplace,
    "6.3": _inplace_list,
    "7.1": _loss,
    "7.2": _loss_module,
    "8.1": check_program("torch"),
}
