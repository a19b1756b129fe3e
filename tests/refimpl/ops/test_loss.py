"""The cross-entropies against their definitions in mpmath at 50 digits, option by option."""

from __future__ import annotations

import itertools
import warnings

import ml_dtypes
import mpmath as mp
import numpy as np
import pytest

from refimpl.ops.loss import (
    cross_entropy,
    nll_loss,
    probability_cross_entropy,
    softmax_cross_entropy,
    sparse_softmax_cross_entropy,
)

INF, NAN = float("inf"), float("nan")
SHAPES = [(5,), (1, 5), (4, 5), (3, 5, 2), (2, 5, 2, 3)]
REDUCTIONS = ["mean", "sum", "none"]
# A loss is a chain of about ten operations on numbers of the size of its terms.
RELATIVE = 32 * 2.0**-53


def silent(function, *args, **kwargs):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return function(*args, **kwargs)


def log_softmax(row):
    powers = [mp.exp(x) for x in row]
    total = mp.log(mp.fsum(powers))
    return [x - total for x in row]


def class_rows(scores):
    """Yield each position's index (without the class axis) and its row of classes, exactly."""
    last = scores if scores.ndim == 1 else np.moveaxis(scores, 1, -1)
    for position in np.ndindex(last.shape[:-1]):
        yield position, [mp.mpf(float(x)) for x in last[position]]


def reduced(losses, counts, reduction, shape):
    if reduction == "none":
        return np.array([float(x) for x in losses]).reshape(shape)
    total = mp.fsum(losses)
    return float(total if reduction == "sum" else total / mp.fsum(counts))


def definition(
    scores,
    target,
    *,
    weight=None,
    ignore_index=-100,
    reduction="mean",
    label_smoothing=0.0,
    logs=log_softmax,
):
    """Cross-entropy as the sum over classes of weight * target * -log p, nothing else."""
    with mp.workdps(50):
        classes = scores.shape[0 if scores.ndim == 1 else 1]
        weights = [mp.mpf(1)] * classes if weight is None else [mp.mpf(float(w)) for w in weight]
        epsilon = mp.mpf(label_smoothing)
        soft = target.dtype.kind == "f"
        rows = dict(class_rows(target)) if soft else None
        losses, counts = [], []
        for position, row in class_rows(scores):
            if soft:
                labels, count = rows[position], mp.mpf(1)
            else:
                label = int(target[position])
                if label == ignore_index:
                    losses.append(mp.mpf(0))
                    continue
                labels = [mp.mpf(int(c == label)) for c in range(classes)]
                count = weights[label]
            mixed = [(1 - epsilon) * t + epsilon / classes for t in labels]
            terms = zip(weights, mixed, logs(row), strict=True)
            losses.append(-mp.fsum(w * t * p for w, t, p in terms))
            counts.append(count)
        shape = scores.shape[:0] if scores.ndim == 1 else (scores.shape[0], *scores.shape[2:])
        return reduced(losses, counts, reduction, shape)


def draw(shape, seed=0):
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=shape) * 3
    target = np.array(rng.integers(0, 5, () if len(shape) == 1 else (shape[0], *shape[2:])))
    probabilities = rng.uniform(0.05, 1, shape)
    weight = rng.uniform(0.2, 2, 5)
    return scores, target, probabilities, weight


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("smoothing", [0.0, 0.2, 1.0])
@pytest.mark.parametrize("weighted", [False, True])
def test_cross_entropy(shape, reduction, smoothing, weighted):
    scores, target, probabilities, weight = draw(shape)
    options = {"reduction": reduction, "weight": weight if weighted else None}
    options["label_smoothing"] = smoothing
    for labels in (target, probabilities):
        got, _ = silent(cross_entropy, scores, labels, **options)
        expected = definition(scores, labels, **options)
        np.testing.assert_allclose(got, expected, rtol=RELATIVE, strict=False)
        assert np.shape(got) == np.shape(expected)
        assert got.dtype == np.float64
    if target.size > 1:
        options["ignore_index"] = int(target.flat[1])
        got, _ = silent(cross_entropy, scores, target, **options)
        np.testing.assert_allclose(got, definition(scores, target, **options), rtol=RELATIVE)


@pytest.mark.parametrize("shape", [(5,), (4, 5), (2, 5, 2)], ids=str)
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("weighted", [False, True])
def test_cross_entropy_vjp(check_vjp, shape, reduction, smoothing, weighted):
    scores, target, probabilities, weight = draw(shape, seed=1)
    options = {"reduction": reduction, "weight": weight if weighted else None}
    options["label_smoothing"] = smoothing
    check_vjp(lambda x: cross_entropy(x, target, **options), scores)
    check_vjp(lambda x, p: cross_entropy(x, p, **options), scores, probabilities)
    if target.size > 1:
        ignored = int(target.flat[0])
        check_vjp(lambda x: cross_entropy(x, target, ignore_index=ignored, **options), scores)
    loss, vjp = cross_entropy(scores, target, **options)
    assert vjp(np.ones_like(loss))[1] is None


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("weighted", [False, True])
def test_nll_loss(check_vjp, shape, reduction, weighted):
    scores, target, _, weight = draw(shape, seed=2)
    options = {"reduction": reduction, "weight": weight if weighted else None}
    for ignored in (-100, int(target.flat[-1]) if target.size > 1 else 7):
        options["ignore_index"] = ignored
        got, _ = silent(nll_loss, scores, target, **options)
        expected = definition(scores, target, logs=list, **options)
        size = np.abs(scores).max() if reduction == "sum" else 1.0
        np.testing.assert_allclose(got, expected, rtol=RELATIVE, atol=RELATIVE * size)
        assert np.shape(got) == np.shape(expected)
        check_vjp(lambda x: nll_loss(x, target, **options), scores)


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_softmax_cross_entropy(axis):
    """The gradient of the logits is TensorFlow's, softmax - labels, whatever the labels sum to."""
    scores, _, labels, _ = draw((3, 5, 2), seed=3)
    loss, vjp = silent(softmax_cross_entropy, scores, labels, axis=axis)
    rows = np.moveaxis(scores, axis, -1), np.moveaxis(labels, axis, -1)
    logs = np.empty(rows[0].shape)
    with mp.workdps(50):
        for at in np.ndindex(rows[0].shape[:-1]):
            logs[at] = [float(p) for p in log_softmax([mp.mpf(float(x)) for x in rows[0][at]])]
            exact = -mp.fsum(
                mp.mpf(float(t)) * p
                for t, p in zip(
                    rows[1][at], log_softmax([mp.mpf(float(x)) for x in rows[0][at]]), strict=True
                )
            )
            assert loss[at] == pytest.approx(float(exact), rel=RELATIVE)
    cotangent = np.random.default_rng(0).normal(size=loss.shape)
    scale = np.expand_dims(cotangent, axis)
    logs = np.moveaxis(logs, -1, axis)
    logits_bar, labels_bar = vjp(cotangent)
    np.testing.assert_allclose(logits_bar, (np.exp(logs) - labels) * scale, rtol=0, atol=1e-14)
    np.testing.assert_allclose(labels_bar, -logs * scale, rtol=1e-14, atol=1e-15)


def test_the_last_axis_is_the_default():
    scores, _, labels, _ = draw((3, 5, 2), seed=3)
    for op in (softmax_cross_entropy, probability_cross_entropy):
        first = labels if op is probability_cross_entropy else scores
        default, last = op(first, labels)[0], op(first, labels, axis=-1)[0]
        np.testing.assert_array_equal(default, last)
    tiny = probability_cross_entropy(np.array([0.0, 1.0]), np.array([1.0, 0.0]))[0]
    assert tiny == -np.log(1e-7)


def test_softmax_cross_entropy_differentiates_where_labels_sum_to_one(check_vjp):
    scores, _, labels, _ = draw((3, 5), seed=3)
    labels /= labels.sum(axis=1, keepdims=True)

    def of_logits(logits):
        loss, vjp = softmax_cross_entropy(logits, labels)
        return loss, lambda cotangent: vjp(cotangent)[:1]

    check_vjp(of_logits, scores)


@pytest.mark.parametrize("shape", [(5,), (4, 5), (2, 3, 5)], ids=str)
def test_sparse_softmax_cross_entropy(check_vjp, shape):
    scores = np.random.default_rng(5).normal(size=shape) * 4
    labels = np.random.default_rng(6).integers(0, 5, shape[:-1])
    got, _ = silent(sparse_softmax_cross_entropy, scores, labels)
    flat = np.atleast_2d(scores).reshape(-1, 5)
    expected = definition(flat, np.array(labels).reshape(-1), reduction="none")
    np.testing.assert_allclose(got, expected.reshape(shape[:-1]), rtol=RELATIVE)
    check_vjp(lambda x: sparse_softmax_cross_entropy(x, labels), scores)


@pytest.mark.parametrize("axis", [1, -1])
def test_probability_cross_entropy(check_vjp, axis):
    _, _, labels, _ = draw((3, 5, 2), seed=7)
    given = np.random.default_rng(8).uniform(0.2, 3, (3, 5, 2))
    got, _ = silent(probability_cross_entropy, given, labels, axis=axis)
    rows = np.moveaxis(given, axis, -1), np.moveaxis(labels, axis, -1)
    with mp.workdps(50):
        for at in np.ndindex(rows[0].shape[:-1]):
            total = mp.fsum(map(float, rows[0][at]))
            pairs = zip(rows[0][at], rows[1][at], strict=True)
            exact = -mp.fsum(mp.mpf(float(t)) * mp.log(mp.mpf(float(p)) / total) for p, t in pairs)
            assert got[at] == pytest.approx(float(exact), rel=RELATIVE)
    check_vjp(lambda p, t: probability_cross_entropy(p, t, axis=axis), given, labels)


def test_probability_cross_entropy_clips():
    """As real Keras: nothing flows through what was clipped, everything at the very end does."""
    labels, one = np.array([[0.25, 0.75]]), np.ones(1)
    given = np.array([[1e-9, 1.0]])
    loss, vjp = silent(probability_cross_entropy, given, labels)
    assert loss[0] == pytest.approx(-0.25 * np.log(1e-7) - 0.75 * np.log(1 - 1e-7), rel=1e-14)
    np.testing.assert_array_equal(vjp(one)[0], 0.0)
    loss, vjp = probability_cross_entropy(np.array([[0.25, 0.75]]), labels, epsilon=0.25)
    bar = vjp(one)[0]
    # -t/p for both, minus its mean weighted by p
    np.testing.assert_allclose(bar, [[-1.0 + 1.0, -1.0 + 1.0]], atol=1e-15)
    bar = probability_cross_entropy(np.array([[0.25, 0.75]]), labels[:, ::-1], epsilon=0.25)[1](one)
    np.testing.assert_allclose(bar[0], [[-3.0 + 1.0, -1 / 3 + 1.0]], rtol=1e-14)
    loss, vjp = silent(probability_cross_entropy, np.zeros((1, 2)), labels)
    assert np.isnan(loss).all()
    assert np.isnan(silent(vjp, one)[0]).all()


def test_without_clipping_nothing_is_clipped():
    given, labels = np.array([[0.0, 2.0, 6.0]]), np.array([[0.0, 0.5, 0.5]])
    with np.errstate(divide="ignore", invalid="ignore"):  # 0 log 0
        loss, vjp = probability_cross_entropy(given, labels, epsilon=0.0)
    assert np.isnan(loss[0])
    loss, vjp = silent(probability_cross_entropy, given[:, 1:], labels[:, 1:], epsilon=0.0)
    assert loss[0] == pytest.approx(-0.5 * np.log(0.25) - 0.5 * np.log(0.75), rel=1e-14)
    # -t/p, minus its mean weighted by p, over the sum of what was given
    expected = np.array([[-2.0 + 1.0, -2 / 3 + 1.0]]) / 8.0
    np.testing.assert_allclose(vjp(np.ones(1))[0], expected, rtol=1e-14)


@pytest.mark.parametrize(
    "loss_of",
    [
        lambda scores: cross_entropy(scores, np.zeros(3, int), reduction="none"),
        lambda scores: cross_entropy(scores, np.ones((3, 1)), reduction="none"),
        lambda scores: softmax_cross_entropy(scores, np.ones((3, 1))),
        lambda scores: sparse_softmax_cross_entropy(scores, np.zeros(3, int)),
        lambda scores: nll_loss(scores * 0.0, np.zeros(3, int), reduction="none"),
    ],
)
def test_a_single_class_is_certain(loss_of):
    loss, vjp = loss_of(np.array([[7.0], [-700.0], [0.5]]))
    np.testing.assert_array_equal(np.abs(loss), np.zeros(3))
    bar = vjp(np.ones(3))[0]
    assert bar.shape == (3, 1)
    assert set(np.unique(bar)) <= {0.0, -1.0}  # -1: log-probabilities are picked, not normalised


def test_large_scores_neither_overflow_nor_clip():
    scores = np.array([[1000.0, 0.0, -1000.0]])
    for label, expected in enumerate([0.0, 1000.0, 2000.0]):
        loss, vjp = silent(cross_entropy, scores, np.array([label]))
        assert loss == expected
        hot = np.eye(3)[label]
        np.testing.assert_array_equal(silent(vjp, np.float64(1.0))[0][0], [1.0, 0.0, 0.0] - hot)
    offset = np.array([[1e6, 1e6 + 1.0]])
    np.testing.assert_allclose(
        cross_entropy(offset, np.array([0]))[0], np.log1p(np.exp(1.0)), rtol=RELATIVE
    )


def test_impossible_classes():
    scores = np.array([[0.0, -INF, 1.0]])
    rest = cross_entropy(scores[:, [0, 2]], np.array([1]))[0]
    loss, vjp = silent(cross_entropy, scores, np.array([2]))
    assert loss == pytest.approx(rest, rel=RELATIVE)
    assert np.isfinite(silent(vjp, np.float64(1.0))[0]).all()
    loss, vjp = silent(cross_entropy, scores, np.array([1]))
    assert loss == INF
    bar = silent(vjp, np.float64(1.0))[0]
    np.testing.assert_allclose(bar, [[1 / (1 + np.e), -1.0, np.e / (1 + np.e)]], rtol=RELATIVE)
    assert silent(cross_entropy, scores, np.array([2]), label_smoothing=0.1)[0] == INF
    for labels in (np.array([1]), np.array([[0.5, 0.0, 0.5]])):
        assert np.isnan(silent(cross_entropy, np.full((1, 3), -INF), labels)[0])
    # Zero times minus infinity: both frameworks answer NaN.
    assert np.isnan(silent(cross_entropy, scores, np.array([[0.5, 0.0, 0.5]]))[0])
    assert np.isnan(silent(softmax_cross_entropy, scores, np.array([[0.5, 0.0, 0.5]]))[0])


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_nothing_to_average(weighted, smoothing):
    scores, _, _, weight = draw((2, 5))
    options = {"weight": weight if weighted else None}
    for op in (cross_entropy, nll_loss):
        if op is cross_entropy:
            options["label_smoothing"] = smoothing
        else:
            options.pop("label_smoothing", None)
        ignored = np.array([-100, -100])
        loss, vjp = silent(op, scores, ignored, **options)
        assert np.isnan(loss)
        np.testing.assert_array_equal(silent(vjp, np.float64(1.0))[0], 0.0)
        assert silent(op, scores, ignored, reduction="sum", **options)[0] == 0.0
        np.testing.assert_array_equal(
            silent(op, scores, ignored, reduction="none", **options)[0], 0
        )
        empty = np.empty((0, 5)), np.empty(0, np.int64)
        loss, vjp = silent(op, *empty, **options)
        assert np.isnan(loss)
        assert silent(vjp, np.float64(1.0))[0].shape == (0, 5)
        assert silent(op, *empty, reduction="sum", **options)[0] == 0.0
    soft = silent(cross_entropy, np.empty((0, 5)), np.empty((0, 5)))[0]
    assert np.isnan(soft)


def test_zero_weights():
    scores, weight = np.array([[0.0, 1.0], [2.0, 0.0]]), np.array([1.0, 0.0])
    for op in (cross_entropy, nll_loss):
        loss, vjp = silent(op, scores, np.array([1, 1]), weight=weight)
        assert np.isnan(loss)
        assert np.isnan(silent(vjp, np.float64(1.0))[0]).any()
    assert np.isnan(silent(nll_loss, np.array([[0.0, -INF]]), np.array([1]), weight=weight)[0])


def test_nan_in_an_ignored_row_leaves_the_loss_alone():
    scores = np.array([[0.0, 1.0], [NAN, 1.0]])
    for smoothing in (0.0, 0.1):
        loss, _ = silent(cross_entropy, scores, np.array([1, -100]), label_smoothing=smoothing)
        alone, _ = cross_entropy(scores[:1], np.array([1]), label_smoothing=smoothing)
        assert loss == alone


def test_index_types_and_class_indices_that_are_ignored():
    scores, target, _, _ = draw((4, 5))
    expected = cross_entropy(scores, target)[0]
    for kind in (np.int32, np.uint8, np.int64):
        assert cross_entropy(scores, target.astype(kind))[0] == expected
        got = sparse_softmax_cross_entropy(scores, target.astype(kind))[0]
        assert got.mean() == pytest.approx(expected, rel=RELATIVE)


def test_large_batches_are_cut_in_blocks_that_change_nothing():
    rng = np.random.default_rng(9)
    scores = rng.normal(size=(600, 500)) * 3
    target = rng.integers(0, 500, 600)
    loss, vjp = cross_entropy(scores, target, reduction="none")
    cotangent = rng.normal(size=600)
    bar = vjp(cotangent)[0]
    for start in (0, 250, 590):
        rows = slice(start, start + 10)
        part, part_vjp = cross_entropy(scores[rows], target[rows], reduction="none")
        np.testing.assert_allclose(loss[rows], part, rtol=1e-13)
        np.testing.assert_allclose(bar[rows], part_vjp(cotangent[rows])[0], rtol=1e-9, atol=1e-16)


@pytest.mark.parametrize("dtype", [np.float32, np.float16, ml_dtypes.bfloat16])
def test_dtypes(dtype):
    scores, target, probabilities, weight = (
        a if a.dtype.kind == "i" else a.astype(dtype) for a in draw((4, 5))
    )
    cases = [
        (cross_entropy, (scores, target), {"weight": weight, "label_smoothing": 0.1}),
        (cross_entropy, (scores, probabilities), {"weight": weight}),
        (cross_entropy, (scores, target), {"reduction": "none"}),
        (nll_loss, (scores, target), {"weight": weight}),
        (softmax_cross_entropy, (scores, probabilities), {}),
        (sparse_softmax_cross_entropy, (scores, target), {}),
        (probability_cross_entropy, (probabilities, probabilities), {}),
    ]
    for op, arrays, options in cases:
        loss, vjp = op(*arrays, **options)
        assert loss.dtype == dtype
        bars = vjp(np.ones(np.shape(loss), dtype))
        assert len(bars) == (1 if op in (nll_loss, sparse_softmax_cross_entropy) else 2)
        assert all(bar is None or bar.dtype == dtype for bar in bars)
        wide = [a.astype(np.float64) if a.dtype == dtype else a for a in arrays]
        options = {k: v.astype(np.float64) if k == "weight" else v for k, v in options.items()}
        u = 2.0**-8 if dtype == ml_dtypes.bfloat16 else float(np.finfo(dtype).eps) / 2
        exact = op(*wide, **options)[0]
        np.testing.assert_allclose(loss.astype(np.float64), exact, rtol=2 * u + 64 * 2.0**-24)


def test_arguments_stay_as_they_were():
    scores, target, probabilities, weight = draw((3, 5, 2))
    before = [a.copy() for a in (scores, target, probabilities, weight)]
    for labels, smoothing in itertools.product((target, probabilities), (0.0, 0.1)):
        _, vjp = cross_entropy(scores, labels, weight=weight, label_smoothing=smoothing)
        vjp(np.float64(1.0))
    nll_loss(scores, target, weight=weight)[1](np.float64(1.0))
    for array, kept in zip((scores, target, probabilities, weight), before, strict=True):
        np.testing.assert_array_equal(array, kept)


X, Y = np.zeros((2, 5)), np.array([0, 4])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: cross_entropy(X, Y + 1), ValueError, r"target must be in \[0, 5\).*-100; got 5"),
        (lambda: cross_entropy(X, Y - 1), ValueError, r"target must be in \[0, 5\).*got -1"),
        (lambda: cross_entropy(X, Y[:1]), ValueError, r"target must .*\(2,\).*\(1,\)"),
        (lambda: cross_entropy(X, X[:1]), ValueError, r"target must .*\(2, 5\).*\(1, 5\)"),
        (lambda: cross_entropy(X, Y > 1), TypeError, r"target must .*integers.*bool"),
        (lambda: cross_entropy(X, X.astype(np.float32)), TypeError, r"target must .*float32"),
        (lambda: cross_entropy(Y, Y), TypeError, r"logits must .*int64"),
        (lambda: cross_entropy(np.array(1.0), Y), ValueError, r"logits must .*\(N, C, \*S\)"),
        (lambda: cross_entropy(np.zeros((2, 0)), Y), ValueError, r"logits must .*one class"),
        (lambda: cross_entropy(X, Y, weight=X[0, :4]), ValueError, r"weight must .*\(5,\).*\(4,\)"),
        (
            lambda: cross_entropy(X, Y, weight=np.ones(5, np.float32)),
            TypeError,
            r"weight must .*float64.*float32",
        ),
        (lambda: cross_entropy(X, Y, reduction="max"), ValueError, r"reduction must .*got 'max'"),
        (lambda: cross_entropy(X, Y, label_smoothing=1.5), ValueError, r"label_smoothing .*1\.5"),
        (lambda: cross_entropy(X, X, ignore_index=1), ValueError, r"ignore_index must be negative"),
        (lambda: cross_entropy(X, Y)[1](np.zeros(2)), ValueError, r"cotangent must .*\(\).*\(2,\)"),
        (lambda: cross_entropy(X, X, ignore_index=0), ValueError, r"ignore_index must be negative"),
        (lambda: sparse_softmax_cross_entropy(X[0, 0], Y), ValueError, r"logits must .*one dim"),
        (lambda: nll_loss(X, Y + 1), ValueError, r"target must be in \[0, 5\)"),
        (lambda: nll_loss(X, X), TypeError, r"target must .*integers"),
        (lambda: nll_loss(X, Y, reduction=""), ValueError, r"reduction must"),
        (lambda: nll_loss(X, Y, weight=X[0, :4]), ValueError, r"weight must"),
        (lambda: softmax_cross_entropy(X, X[:1]), ValueError, r"labels must .*\(2, 5\)"),
        (lambda: softmax_cross_entropy(X, Y), TypeError, r"labels must"),
        (lambda: softmax_cross_entropy(X, X, axis=2), ValueError, r"axis must .*got 2"),
        (lambda: softmax_cross_entropy(X[:, :0], X[:, :0]), ValueError, r"logits must"),
        (
            lambda: sparse_softmax_cross_entropy(X, Y + 1),
            ValueError,
            r"labels must be in \[0, 5\); got 5",
        ),
        (lambda: sparse_softmax_cross_entropy(X, Y[:1]), ValueError, r"labels must .*\(2,\)"),
        (lambda: sparse_softmax_cross_entropy(X[:, :0], Y), ValueError, r"logits must"),
        (lambda: probability_cross_entropy(X, X[:1]), ValueError, r"labels must"),
        (lambda: probability_cross_entropy(X, X, axis=5), ValueError, r"axis must"),
        (lambda: probability_cross_entropy(X, X, epsilon=0.5), ValueError, r"epsilon must"),
    ],
)
def test_errors_name_the_argument(call, error, message):
    with pytest.raises(error, match=message):
        call()
