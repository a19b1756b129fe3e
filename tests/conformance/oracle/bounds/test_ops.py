"""Every op, forward and backward, in float32 and half types against itself on bounded arrays.

Layers are taken from the registry, with cases of their own, so a layer's op needs no line here.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np
import pytest

from conformance import oracle
from conformance.layers.dialects import DIALECTS, translate
from conformance.layers.registry import LAYERS, layer_cases
from conformance.oracle.bounds import Bounded, Unit, claims, distance, exact
from conformance.spec.call import Unsupported
from conformance.spec.regimes import draw
from refimpl.dtypes import float_dtype
from refimpl.ops import activation, conv, dropout, linear, loss, norm, padding, pooling

LABELS = np.array([0, 3, 1, 4, 2, 3])
POINTWISE = [
    activation.relu,
    activation.relu6,
    activation.leaky_relu,
    activation.elu,
    activation.selu,
    activation.celu,
    activation.gelu,
    activation.silu,
    activation.mish,
    activation.sigmoid,
    activation.log_sigmoid,
    activation.tanh,
    activation.softplus,
    activation.softsign,
    activation.hardtanh,
    activation.hardsigmoid,
    activation.hardswish,
]
KEEP = np.arange(30).reshape(5, 6) % 3 > 0


class Op(NamedTuple):
    """An op with its settings, the shapes of its arrays, and those that must be positive."""

    call: Callable[..., Any]
    shapes: list[tuple[int, ...]]
    positive: frozenset[int] = frozenset()


def output_of(op):
    """Take the first of an op's outputs."""

    def call(*arrays, **settings):
        outputs, vjp = op(*arrays, **settings)
        return outputs[0], vjp

    return call


def variance_of(x):
    (mean, variance), vjp = norm.moments(x, (0, 2))
    return variance, lambda bar: vjp((np.zeros_like(mean), bar))


def with_settings(op, **settings):
    return lambda *arrays: op(*arrays, **settings)


def affine(x, mean, variance, weight, bias):
    return norm.normalize(x, mean, variance, weight, bias, epsilon=1e-3)


OPS = {
    "conv1d": Op(
        with_settings(conv.conv, stride=(1,), padding=((2, 1),), dilation=(2,), groups=1),
        [(2, 3, 9), (4, 3, 3), (4,)],
    ),
    "conv2d in groups": Op(
        with_settings(
            conv.conv, stride=(2, 1), padding=((1, 1), (0, 2)), dilation=(1, 1), groups=2
        ),
        [(2, 4, 7, 6), (6, 2, 3, 2), (6,)],
    ),
    "conv3d": Op(
        with_settings(conv.conv, stride=(1,) * 3, padding=((0, 0),) * 3, dilation=(1,) * 3),
        [(1, 2, 4, 4, 4), (3, 2, 2, 2, 2)],
    ),
    "reflect": Op(with_settings(padding.pad, padding=((2, 1),), mode="reflect"), [(2, 3, 5)]),
    "circular": Op(with_settings(padding.pad, padding=((2, 1),), mode="circular"), [(2, 3, 5)]),
    "avg_pool": Op(
        with_settings(
            pooling.avg_pool,
            kernel=(3, 3),
            stride=(2, 1),
            padding=((1, 1), (1, 1)),
            count_include_pad=False,
        ),
        [(2, 3, 7, 6)],
    ),
    "max_pool": Op(
        with_settings(
            pooling.max_pool,
            kernel=(3, 3),
            stride=(2, 1),
            padding=((1, 1), (1, 1)),
            dilation=(1, 1),
        ),
        [(2, 3, 7, 6)],
    ),
    "linear": Op(linear.linear, [(3, 4, 33), (5, 33), (5,)]),
    "moments": Op(variance_of, [(4, 3, 7)]),
    "normalize": Op(affine, [(4, 3, 5), (3, 1), (3, 1), (3, 1), (3, 1)], frozenset({2})),
    "batch_norm": Op(
        with_settings(output_of(norm.batch_norm), epsilon=1e-5), [(4, 3, 5, 5), (3,), (3,)]
    ),
    "instance_norm": Op(
        with_settings(output_of(norm.instance_norm), epsilon=1e-5), [(4, 3, 5, 5), (3,), (3,)]
    ),
    "dropout": Op(lambda x: dropout.dropout(x, KEEP, rate=0.3), [(4, 5, 6)]),
    "dropout that selects": Op(
        lambda x: dropout.dropout(x, KEEP, rate=0.3, select=True), [(4, 5, 6)]
    ),
    "prelu": Op(activation.prelu, [(4, 3, 25), (3, 1)]),
    "tanh gelu": Op(with_settings(activation.gelu, approximate="tanh"), [(300,)]),
    "softplus of another slope": Op(
        with_settings(activation.softplus, beta=0.7, threshold=None), [(300,)]
    ),
    "cross_entropy": Op(lambda x: loss.cross_entropy(x, LABELS), [(6, 5)]),
    "weighted, smoothed cross_entropy": Op(
        lambda x, w: loss.cross_entropy(x, LABELS, weight=w, label_smoothing=0.1),
        [(6, 5), (5,)],
        frozenset({1}),
    ),
    "cross_entropy of probabilities": Op(
        with_settings(loss.cross_entropy, reduction="none"), [(6, 5), (6, 5)], frozenset({1})
    ),
    "nll_loss": Op(lambda x: loss.nll_loss(x, LABELS, reduction="sum"), [(6, 5)]),
    "softmax_cross_entropy": Op(loss.softmax_cross_entropy, [(6, 5), (6, 5)], frozenset({1})),
    "sparse_softmax_cross_entropy": Op(
        lambda x: loss.sparse_softmax_cross_entropy(x, LABELS), [(6, 5)]
    ),
    "probability_cross_entropy": Op(
        loss.probability_cross_entropy, [(6, 5), (6, 5)], frozenset({0, 1})
    ),
    "softmax": Op(activation.softmax, [(12, 25)]),
    "log_softmax": Op(activation.log_softmax, [(12, 25)]),
    **{op.__name__: Op(op, [(300,)]) for op in POINTWISE},
}


def compare(name, regime, dtype):
    """Yield K and the share of claims of the output and of every gradient."""
    op, unit, storage = OPS[name], Unit.of(dtype), float_dtype(dtype)
    arrays = []
    for position, shape in enumerate(op.shapes):
        role = regime if position == 0 else "normal"
        role = "positive" if position in op.positive else role
        arrays.append(draw(f"{name}-{position}", shape, role, storage, {}))
    expected, expected_vjp = op.call(*(exact(array, unit) for array in arrays))
    cotangent = draw(f"{name}-cotangent", expected.shape, "normal", storage, {})
    with np.errstate(all="ignore"):
        got, vjp = op.call(*arrays)
        found_all = (got, *vjp(cotangent))
    expected_all = (expected, *expected_vjp(exact(cotangent, unit)))
    for found, bounded in zip(found_all, expected_all, strict=True):
        if bounded is not None:
            assert isinstance(bounded, Bounded)
            assert np.asarray(found).dtype == storage
            yield (
                distance(np.asarray(found), bounded).max(initial=0.0),
                claims(bounded) / (bounded.size),
            )


@pytest.mark.parametrize(
    "regime", ["normal", "offset", "tiny", "wide", "extreme", "ties", "special"]
)
@pytest.mark.parametrize("name", OPS)
def test_an_op_in_float32_stays_within_its_own_bound(name, regime):
    for k, share in compare(name, regime, "float32"):
        # Sums may exceed one unit of their probabilistic growth; two is what is seen at most.
        assert k <= 2.0
        assert share == 1.0


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
@pytest.mark.parametrize("regime", ["normal", "tiny", "extreme"])
@pytest.mark.parametrize("name", OPS)
def test_an_op_in_another_dtype_stays_within_its_own_bound(name, regime, dtype):
    for k, share in compare(name, regime, dtype):
        assert k <= 2.0
        assert share >= 0.9


def cases_by_layer():
    """Give one case of each regime in each dtype, of every layer that is answered by op alone."""
    cases = {}
    for case in layer_cases():
        layer = LAYERS[case.layer]
        # A mask must be observed first; of a loss' classes the oracle makes rows in float64.
        if not layer.random and not layer.loss:
            cases.setdefault(case.layer, {}).setdefault((case.regime, case.dtype), case)
    return cases


def conventions_of(case):
    """Give the conventions of the first form that says a case."""
    for name, dialect in DIALECTS.items():
        for form in dialect.forms[case.layer]:
            with suppress(Unsupported):
                return translate(case, name, form).conventions
    raise AssertionError(case.id)


BY_LAYER = cases_by_layer()


@pytest.mark.parametrize("layer", BY_LAYER)
def test_an_op_of_a_layer_stays_within_its_own_bound(layer):
    for case in BY_LAYER[layer].values():
        conventions = conventions_of(case)
        expected = oracle.expected(case, conventions)
        with np.errstate(all="ignore"):
            answer = oracle.answer_of(case, conventions, oracle.arrays_of(case))
            gradients = answer.vjp(expected.cotangents)
        for name, bounded in (*expected.outputs.items(), *expected.gradients.items()):
            got = answer.outputs[name] if name in expected.outputs else gradients[name]
            if isinstance(bounded, Bounded):
                assert np.asarray(got).dtype == float_dtype(case.dtype)
                assert distance(np.asarray(got), bounded).max(initial=0.0) <= 2.0, case.id
                assert claims(bounded) >= 0.9 * bounded.size, case.id
