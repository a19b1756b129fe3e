"""The oracle's answers to real cases, against the layers' definitions written out in loops.

Nothing of refimpl is used on this side: plain Python over exact fractions where a layer only adds
and multiplies, plain float64 from the formula where it does not.
"""

from __future__ import annotations

import functools
import itertools
import math
from dataclasses import FrozenInstanceError, replace
from fractions import Fraction

import numpy as np
import pytest

from conformance import oracle
from conformance.layers.registry import LAYERS, layer_cases
from conformance.oracle.bounds import Bounded, claims
from conformance.spec.answer import single

# A few units in the last place of float64 for what the loops here round themselves.
ULPS = 2.0**-46


def cases_of(layer, count=6, **wanted):
    found = [
        case
        for case in layer_cases()
        if case.layer == layer
        and case.dtype == "float64"
        and case.regime in ("normal", "exact", "wide", "offset", "extreme")
        and all(case.config.get(name) == value for name, value in wanted.items())
    ]
    return found[:: max(len(found) // count, 1)][:count]


def parametrized(*layers, count=6):
    chosen = [case for layer in layers for case in cases_of(layer, count)]
    return pytest.mark.parametrize("case", chosen, ids=lambda case: case.id)


def drawn(case):
    return {name: case.draw(name) for name in case.shapes}


def answered(case, name="output", conventions=()):
    return oracle.expected(case, dict(conventions)).outputs[name]


def assert_close(got, wanted, scale=None):
    value = got.value if isinstance(got, Bounded) else got
    wanted = np.asarray(wanted, float)
    assert value.shape == wanted.shape
    magnitude = np.abs(wanted).max() if scale is None else scale
    np.testing.assert_array_less(np.abs(value - wanted), ULPS * magnitude + 1e-300)


def padding_of(case, spatial):
    """Spell the padding out: TensorFlow's SAME from its documentation's formula."""
    config = case.config
    dilation = config.get("dilation", (1,) * len(spatial))
    effective = [(k - 1) * d + 1 for k, d in zip(config["kernel"], dilation, strict=True)]
    if config["padding"] == "causal":
        return [(size - 1, 0) for size in effective]
    if config["padding"] != "same":
        return list(config["padding"])
    pairs = []
    for size, k, s in zip(spatial, effective, config["stride"], strict=True):
        total = max((math.ceil(size / s) - 1) * s + k - size, 0)
        pairs.append((total // 2, total - total // 2))
    return pairs


def place(index, size, mode):
    """Where a padded index lies in the input; None for a zero."""
    if 0 <= index < size:
        return index
    if mode == "zeros":
        return None
    if mode == "replicate":
        return min(max(index, 0), size - 1)
    if mode == "circular":
        return index % size
    return -index if index < 0 else 2 * (size - 1) - index


@parametrized("conv1d", "conv2d", "conv3d")
def test_convolution_is_its_definition_in_fractions(case):
    config, arrays = case.config, drawn(case)
    batch = arrays["input"] if config["batched"] else arrays["input"][None]
    x, w, b = batch[:1], arrays["weight"], arrays.get("bias")
    spatial, pairs = x.shape[2:], padding_of(case, x.shape[2:])
    geometry = list(
        zip(spatial, config["kernel"], config["stride"], config["dilation"], pairs, strict=True)
    )
    shape = [(n + lo + hi - d * (k - 1) - 1) // s + 1 for n, k, s, d, (lo, hi) in geometry]
    per_group, inputs = len(w) // config["groups"], w.shape[1]
    wanted = np.empty((len(w), *shape))
    for out, *position in itertools.product(*map(range, wanted.shape)):
        total = Fraction(0 if b is None else float(b[out]))
        for channel in range(inputs):
            source = out // per_group * inputs + channel
            for tap in itertools.product(*map(range, config["kernel"])):
                where = [
                    place(p * s - lo + t * d, n, config["padding_mode"])
                    for p, t, (n, _, s, d, (lo, _)) in zip(position, tap, geometry, strict=True)
                ]
                if None not in where:
                    total += Fraction(float(x[(0, source, *where)])) * Fraction(
                        float(w[(out, channel, *tap)])
                    )
        wanted[(out, *position)] = float(total)
    got = answered(case)
    first = got.value[0] if config["batched"] else got.value
    scale = np.abs(x).max() * np.abs(w).max() * w[0].size
    assert_close(first, wanted, scale)
    assert (np.abs(first - wanted) <= (got.bound[0] if config["batched"] else got.bound)).all()


def windows(case, x):
    config = case.config
    spatial, pairs = x.shape[1:], padding_of(case, x.shape[1:])
    dilation = config.get("dilation", (1,) * len(spatial))
    shape = []
    for n, k, s, d, (lo, hi) in zip(
        spatial, config["kernel"], config["stride"], dilation, pairs, strict=True
    ):
        room = n + lo + hi - d * (k - 1) - 1
        count = (math.ceil(room / s) if config["ceil_mode"] else room // s) + 1
        if config["ceil_mode"] and (count - 1) * s >= n + lo:
            count -= 1
        shape.append(count)
    for position in itertools.product(*map(range, shape)):
        inside, padded = [], 0
        for tap in itertools.product(*map(range, config["kernel"])):
            where = [
                p * s - lo + t * d
                for p, s, t, d, (lo, _) in zip(
                    position, config["stride"], tap, dilation, pairs, strict=True
                )
            ]
            if all(0 <= i < n for i, n in zip(where, spatial, strict=True)):
                inside.append(tuple(where))
            padded += all(
                -lo <= i < n + hi for i, n, (lo, hi) in zip(where, spatial, pairs, strict=True)
            )
        yield position, shape, inside, padded


@parametrized("avg_pool1d", "avg_pool2d", "avg_pool3d")
def test_average_pooling_is_its_definition(case):
    config, x = case.config, drawn(case)["input"]
    image = x[0] if config["batched"] else x
    got = answered(case).value
    got = got[0] if config["batched"] else got
    for position, shape, inside, padded in windows(case, image):
        divisor = config["divisor_override"] or (
            padded if config["count_include_pad"] else len(inside)
        )
        for channel in range(len(image)):
            terms = [float(image[(channel, *where)]) for where in inside]
            assert got.shape[1:] == tuple(shape)
            assert_close(
                got[(channel, *position)], math.fsum(terms) / divisor, math.fsum(map(abs, terms))
            )


@parametrized("max_pool1d", "max_pool2d", "max_pool3d")
def test_max_pooling_is_its_definition(case):
    config, x = case.config, drawn(case)["input"]
    image = x[0] if config["batched"] else x
    found = oracle.expected(case, {}).outputs
    got = found["output"].value
    got = got[0] if config["batched"] else got
    for position, shape, inside, _ in windows(case, image):
        assert got.shape[1:] == tuple(shape)
        for channel in range(len(image)):
            best = max(inside, key=lambda where, c=channel: float(image[(c, *where)]))
            assert got[(channel, *position)] == image[(channel, *best)]
            if config["return_indices"]:
                flat = np.ravel_multi_index(best, image.shape[1:])
                indices = found["indices"]
                indices = indices[0] if config["batched"] else indices
                assert indices[(channel, *position)] == flat


@parametrized("linear")
def test_linear_is_its_definition(case):
    arrays = drawn(case)
    x, w = (arrays[name].astype(object) for name in ("input", "weight"))
    exact = np.vectorize(Fraction, otypes=[object])
    wanted = exact(x) @ exact(w).T
    if "bias" in arrays:
        wanted = wanted + exact(arrays["bias"].astype(object))
    scale = np.abs(arrays["input"]).max() * np.abs(arrays["weight"]).sum()
    assert_close(answered(case), wanted.astype(float), scale)


@parametrized("batch_norm1d", "batch_norm2d", "batch_norm3d", "instance_norm2d", count=5)
def test_norms_are_their_definition(case):
    config, arrays = case.config, drawn(case)
    x = arrays["input"]
    axes = tuple(range(2, x.ndim)) if case.layer.startswith("inst") else (0, *range(2, x.ndim))
    across = (1, -1) + (1,) * (x.ndim - 2)
    exact = np.vectorize(Fraction, otypes=[object])(x.astype(object))
    count = math.prod(x.shape[axis] for axis in axes)
    mean = exact.sum(axes, keepdims=True) / count
    variance = ((exact - mean) ** 2).sum(axes, keepdims=True) / count
    if config["track"] and not config["training"]:
        mean = arrays["running_mean"].reshape(across)
        variance = arrays["running_var"].reshape(across)
    wanted = (exact - mean).astype(float) / np.sqrt(variance.astype(float) + config["epsilon"])
    if config["affine"]:
        wanted = wanted * arrays["weight"].reshape(across) + arrays["bias"].reshape(across)
    got = answered(case)
    # The two-pass mean of the oracle loses what cancellation leaves, which its bound holds.
    assert (np.abs(got.value - wanted) <= got.bound + ULPS * np.abs(wanted).max()).all()


@functools.cache
def tracked():
    return [
        case
        for layer in ("batch_norm1d", "batch_norm2d", "instance_norm2d")
        for case in cases_of(layer, 4, track=True, training=True)
    ]


@pytest.mark.parametrize("moving", ["unbiased", "biased"])
@pytest.mark.parametrize("steps", [1, 3])
def test_running_statistics_follow_their_rule(moving, steps):
    assert tracked()
    for case in tracked():
        mean, var = case.draw("running_mean"), case.draw("running_var")
        instance = case.layer.startswith("instance")
        for step in range(steps):
            x = case.draw("input", step)
            axes = tuple(range(2, x.ndim)) if instance else (0, *range(2, x.ndim))
            ddof = 1 if moving == "unbiased" else 0
            m, v = x.mean(axes), x.var(axes, ddof=ddof)
            if instance:
                m, v = m.mean(0), v.mean(0)
            momentum = case.config["momentum"]
            momentum = 1 / (step + 1) if momentum is None else momentum
            mean = (1 - momentum) * mean + momentum * m
            var = (1 - momentum) * var + momentum * v
        got = oracle.expected_state(case, {"moving_variance": moving}, steps)
        for name, wanted in (("running_mean", mean), ("running_var", var)):
            error = np.abs(got[name].value - wanted)
            assert (error <= got[name].bound + ULPS * np.abs(wanted).max()).all(), case.id


def softmax(x, axis):
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


@parametrized("softmax", "log_softmax", count=4)
def test_softmax_is_its_definition(case):
    x, axis = drawn(case)["input"], case.config["axis"]
    shifted = x - x.max(axis, keepdims=True)
    wanted = (
        softmax(x, axis)
        if case.layer == "softmax"
        else shifted - np.log(np.exp(shifted).sum(axis, keepdims=True))
    )
    assert_close(answered(case), wanted)


def reduced(each, weights, reduction):
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.sum() / weights.sum()


@parametrized("cross_entropy", "nll_loss", count=8)
def test_cross_entropy_is_its_definition(case):
    config, arrays = case.config, drawn(case)
    x, target = arrays["input"], arrays["target"]
    single = x.ndim == 1  # scores without a batch are a batch of one
    if single:
        x, target = x[None], target[None]
    logs = x if case.layer == "nll_loss" else np.log(softmax(x, 1))
    if case.regime == "extreme" and case.layer != "nll_loss":
        shifted = x - x.max(1, keepdims=True)
        logs = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
    classes, smoothing = config["classes"], config["label_smoothing"]
    class_weights = arrays.get("weight", np.ones(classes))
    across = (1, -1) + (1,) * (x.ndim - 2)
    if config["soft"]:
        soft, counted = target, np.ones((len(x), *x.shape[2:]))
        weights = counted
    else:
        counted = (target != config["ignore_index"]).astype(float)
        index = np.where(counted > 0, target, 0)
        soft = np.moveaxis(np.eye(classes)[index], -1, 1)
        weights = class_weights[index] * counted
    soft = soft * (1 - smoothing) + smoothing / classes
    each = -(soft * class_weights.reshape(across) * logs).sum(1) * counted
    with np.errstate(invalid="ignore"):
        wanted = reduced(each, weights, config["reduction"])
    if single and config["reduction"] == "none":
        wanted = wanted[0]
    if not np.isfinite(wanted).all():
        assert np.isnan(answered(case).value).all()
        return
    assert_close(answered(case), wanted, np.abs(logs).max() * classes * len(x) * 6)


def test_every_output_has_a_cotangent_of_its_own():
    case = cases_of("linear")[0]
    found = oracle.expected(case, {})
    assert set(found.cotangents) == {"output"}
    np.testing.assert_array_equal(
        found.cotangents["output"],
        case.draw_like("cotangent of output", found.outputs["output"].shape, "exact")
        if case.regime == "exact"
        else case.draw_like("cotangent of output", found.outputs["output"].shape, "normal"),
    )


def test_integers_carry_no_bound():
    indices = np.arange(3)
    assert oracle.to_bounded(indices, None) is indices


def test_a_later_step_has_another_input_and_the_same_parameters():
    case = cases_of("linear")[0]
    first, second = oracle.arrays_of(case), oracle.arrays_of(case, 1)
    assert first.keys() == second.keys() == case.shapes.keys()
    same = {name for name in first if np.array_equal(first[name], second[name])}
    assert same == first.keys() - {"input"}


def test_an_entry_names_every_array_that_has_a_gradient():
    def back(bar):
        return bar, 2 * bar, None

    bars = single(1.0, back, "input", "weight", "bias").vjp({"output": 3.0})
    assert bars == {"input": 3.0, "weight": 6.0}
    with pytest.raises(ValueError, match="zip"):
        single(1.0, back, "input", "weight").vjp({"output": 3.0})


def test_sums_are_wide_unless_more_is_said():
    case = next(
        each
        for each in layer_cases()
        if each.layer == "linear" and each.dtype == "float16" and each.regime == "normal"
    )
    wide, narrow = (
        oracle.expected(case, {}, **words).outputs["output"].bound
        for words in ({}, {"half_sums": True})
    )
    assert (wide < narrow).all()


def test_what_is_expected_is_shared_and_cannot_be_written_over():
    found = oracle.expected(cases_of("linear")[0], {})
    with pytest.raises(FrozenInstanceError):
        found.outputs = {}


def test_one_value_keeps_its_variance():
    arrays = {"input": np.full((1, 2, 1, 1), 3.0), "weight": np.ones(2), "bias": np.zeros(2)}
    outputs = (
        LAYERS["fused_batch_norm"].evaluate({"training": True, "epsilon": 1e-3}, arrays).outputs
    )
    np.testing.assert_array_equal(outputs["variance"], np.zeros(2))


@pytest.mark.parametrize(
    ("probability", "flows"), [(1e-7, True), (1 - 1e-7, True), (0.9e-7, False), (1.0, False)]
)
def test_a_probability_at_the_edge_of_the_clipping_has_a_gradient(probability, flows):
    config = {
        "classes": 2,
        "soft": False,
        "from_logits": False,
        "reduction": "none",
        "label_smoothing": 0.0,
        "ignore_index": None,
    }
    arrays = {"input": np.array([[probability, 0.5]]), "target": np.array([0])}
    answer = LAYERS["sparse_categorical_crossentropy"].evaluate(config, arrays)
    assert (answer.vjp({"output": np.ones(1)})["input"][0, 0] != 0) == flows


@pytest.mark.parametrize(
    "name",
    [
        "batch_norm1d-flat-noaffine-cumulative-notrack-eps3-offset-bfloat16",
        "instance_norm1d-momentum3-offset-bfloat16",
    ],
)
def test_a_norm_at_an_offset_is_judged_under_every_seed(name):
    """The mean may be rounded to bfloat16: a smaller variance than that would not be known."""
    case = next(case for case in layer_cases() if case.id == name)
    for seed in range(100):
        found = oracle.expected(replace(case, seed=seed), {"epsilon": 1e-3})
        for bounded in (*found.outputs.values(), *found.gradients.values()):
            assert claims(bounded) > bounded.value.size / 2
