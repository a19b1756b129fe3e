"""The norms against mpmath at 50 digits, finite differences, and their own contract."""

from __future__ import annotations

import functools
import warnings

import mpmath as mp
import numpy as np
import pytest

from refimpl.ops.norm import batch_norm, blend, instance_norm, moments, normalize, unbias_variance

UNIT = {"float32": 2.0**-24, "float64": 2.0**-53}
NORMS = {"batch": batch_norm, "instance": instance_norm}
SHAPE = (2, 3, 2, 5)
EPSILON = 1e-5
# Mean and deviation: what subtracting means of squares, or a misplaced epsilon, spoils.
REGIMES = {"normal": (0.5, 1.0), "offset": (300.0, 0.1), "tiny": (0.0, 2e-3), "wide": (0.0, 1e6)}


@functools.cache
def data(regime, dtype):
    """Return input, weight, bias and cotangent."""
    mean, deviation = REGIMES[regime]
    rng = np.random.default_rng(len(regime))
    input = mean + deviation * rng.normal(size=SHAPE)
    others = (rng.normal(size=shape) for shape in (SHAPE[1], SHAPE[1], SHAPE))
    return tuple(array.astype(dtype) for array in (input, *others))


def groups(kind, array):
    """Return the array as one row of values for each pair of statistics: (G, C, values)."""
    flat = array.reshape(SHAPE[0], SHAPE[1], -1)
    if kind == "instance":
        return flat
    return flat.transpose(1, 0, 2).reshape(1, SHAPE[1], -1)


def exact_statistics(values):
    mean = mp.fsum(values) / len(values)
    return mean, mp.fsum((value - mean) ** 2 for value in values) / len(values)


def exact_outputs(values, weight, bias):
    mean, variance = exact_statistics(values)
    scale = weight / mp.sqrt(variance + mp.mpf(EPSILON))
    return [(value - mean) * scale + bias for value in values]


@functools.cache
def exact(kind, regime, dtype):
    """Return, for each group, statistics, outputs and derivatives at 50 digits.

    The derivatives are central differences with a step of 1e-15 of the deviation at 80 digits,
    not a closed form: their own error is of the order of 1e-30.
    """
    input, weight, bias, cotangent = data(regime, dtype)
    rows = groups(kind, input)
    bars = groups(kind, cotangent)
    found = []
    for g, c in np.ndindex(rows.shape[:2]):
        with mp.workdps(80):
            values = [mp.mpf(float(value)) for value in rows[g, c]]
            w, b = mp.mpf(float(weight[c])), mp.mpf(float(bias[c]))
            gs = [mp.mpf(float(value)) for value in bars[g, c]]

            def loss(values, w, gs=gs, b=b):
                return mp.fdot(gs, exact_outputs(values, w, b))

            mean, variance = exact_statistics(values)
            step = mp.sqrt(variance) * mp.mpf("1e-15")
            input_bar = []
            for i, value in enumerate(values):
                up, down = list(values), list(values)
                up[i], down[i] = value + step, value - step
                input_bar.append((loss(up, w) - loss(down, w)) / (2 * step))
            # The output is affine in weight and bias.
            weight_bar = loss(values, w + 1) - loss(values, w)
            found.append(
                (mean, variance, exact_outputs(values, w, b), input_bar, weight_bar, mp.fsum(gs))
            )
    return found


def assert_close(got, want, allowed, what):
    assert got.shape == np.shape(want)
    for index in np.ndindex(got.shape):
        off = abs(mp.mpf(float(got[index])) - np.asarray(want, object)[index])
        limit = np.broadcast_to(allowed, got.shape)[index]
        assert off <= limit, f"{what} at {index}: off by {mp.nstr(off, 3)}, allowed {limit:.3g}"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("regime", REGIMES)
@pytest.mark.parametrize("kind", NORMS)
def test_forward_and_vjp_against_mpmath(kind, regime, dtype):
    input, weight, bias, cotangent = data(regime, dtype)
    (output, mean, variance), vjp = NORMS[kind](input, weight, bias, epsilon=EPSILON)
    input_bar, weight_bar, bias_bar = vjp(cotangent)
    assert {a.dtype for a in (output, mean, variance, input_bar, weight_bar, bias_bar)} == {
        np.dtype(dtype)
    }
    u = UNIT[dtype]
    rows, bars = groups(kind, input).astype(float), groups(kind, cotangent).astype(float)
    outputs, input_bars = groups(kind, output), groups(kind, input_bar)
    means, variances = (a.reshape(rows.shape[:2]) for a in (mean, variance))
    weight_sum = [mp.mpf(0)] * SHAPE[1]
    bias_sum = [mp.mpf(0)] * SHAPE[1]
    parameter_error = np.zeros(SHAPE[1])
    for (g, c), reference in zip(
        np.ndindex(rows.shape[:2]), exact(kind, regime, dtype), strict=True
    ):
        m, v, y, y_bar, w_bar, b_bar = reference
        x, n = rows[g, c], rows.shape[2]
        w, b, largest = abs(float(weight[c])), abs(float(bias[c])), abs(bars[g, c]).max()
        r = 1 / np.sqrt(float(v) + EPSILON)
        centered = abs(x - float(m))
        # The worst case of each step, from the rounding of the mean on.
        off_mean = (n + 1) * u * abs(x).mean()
        off_variance = 2 * centered.mean() * off_mean + off_mean**2 + (n + 4) * u * float(v)
        off_scale = 0.5 * off_variance * r**2 + 5 * u
        off_output = w * r * (off_mean + centered * (off_scale + 3 * u)) + 2 * u * b
        assert_close(means[g, c], m, off_mean, "mean")
        assert_close(variances[g, c], v, off_variance, "variance")
        assert_close(outputs[g, c], y, off_output, "output")
        # Every term of the vjp is a product of at most four of these, or a mean of such products.
        z = (centered * r).max()
        relative = 2 * n * u + 2 * off_mean * r + 4 * off_scale
        assert_close(input_bars[g, c], y_bar, relative * w * r * largest * (1 + z) ** 2, "input")
        weight_sum[c] += w_bar
        bias_sum[c] += b_bar
        parameter_error[c] += n * relative * largest * (1 + z)
    assert_close(weight_bar, weight_sum, parameter_error, "weight")
    assert_close(bias_bar, bias_sum, parameter_error, "bias")


@pytest.mark.parametrize("error", [1e-8, -1e-8])
def test_the_tolerance_catches_an_error_in_the_eighth_digit(error):
    input, weight, bias, _ = data("normal", "float64")
    _, variance, y, *_ = exact("batch", "normal", "float64")[0]
    row = groups("batch", input)[0, 0]
    wrong = (row - row.mean()) / np.sqrt(float(variance) * (1 + error) + EPSILON)
    with pytest.raises(AssertionError, match="output at"):
        assert_close(wrong * weight[0] + bias[0], y, 1e-12, "output")


@pytest.mark.parametrize("spatial", [(), (1,), (4,), (2, 3), (2, 1, 2)])
@pytest.mark.parametrize("affine", ["both", "weight", "none"])
@pytest.mark.parametrize("kind", NORMS)
def test_norm_vjp_is_the_derivative(check_vjp, kind, affine, spatial):
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=(3, 2, *spatial))]
    arrays += [rng.normal(size=2) for _ in range({"both": 2, "weight": 1, "none": 0}[affine])]

    def op(input, weight=None, bias=None):
        (output, _, _), vjp = NORMS[kind](input, weight, bias, epsilon=0.5)
        return output, vjp

    check_vjp(op, *arrays)


def test_bias_without_weight(check_vjp):
    def op(input, bias):
        (output, _, _), vjp = batch_norm(input, None, bias, epsilon=0.5)
        bars = vjp(output)
        assert bars[1] is None
        return output, vjp

    rng = np.random.default_rng(0)
    check_vjp(op, rng.normal(size=(4, 2)), rng.normal(size=2))


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axes", [(0,), (-1,), (0, 2), (-3, 1), (0, 1, 2), (2, 0), ()])
def test_moments(check_vjp, axes, keepdims):
    input = np.random.default_rng(1).normal(size=(3, 2, 4))
    (mean, variance), _ = moments(input, axes, keepdims=keepdims)
    n = np.prod([input.shape[axis] for axis in axes])
    wide = input.astype(np.longdouble)
    want_mean = wide.mean(axes, keepdims=keepdims)
    want_variance = wide.var(axes, keepdims=keepdims)
    assert mean.shape == variance.shape == want_mean.shape
    # Sums of n terms of the order of 1.
    assert abs(mean - want_mean).max() <= 4 * n * 2.0**-53
    assert abs(variance - want_variance).max() <= 16 * n * 2.0**-53
    check_vjp(lambda x: moments(x, axes, keepdims=keepdims), input)


def test_moments_are_exact_where_they_are_representable():
    input = np.array([[1.0, 5.0], [3.0, -3.0]])
    for offset in (0.0, 2.0**20, -(2.0**50)):
        (mean, variance), vjp = moments(input + offset, (0,))
        np.testing.assert_array_equal(mean, [2.0 + offset, 1.0 + offset])
        np.testing.assert_array_equal(variance, [1.0, 16.0])
        (bar,) = vjp((np.array([2.0, 4.0]), np.array([1.0, 0.5])))
        np.testing.assert_array_equal(bar, [[1 - 1, 2 + 2], [1 + 1, 2 - 2]])


@pytest.mark.parametrize("kind", NORMS)
def test_epsilon_stands_inside_the_root_and_the_variance_is_biased(kind):
    input = np.array([[[5.0, 7.0, 5.0, 7.0], [-1.0, 3.0, 3.0, -1.0]]])
    weight, bias = np.array([2.0, 6.0]), np.array([0.5, -1.0])
    (output, mean, variance), vjp = NORMS[kind](input, weight, bias, epsilon=0.0)
    np.testing.assert_array_equal(mean.ravel(), [6.0, 1.0])
    np.testing.assert_array_equal(variance.ravel(), [1.0, 4.0])
    np.testing.assert_array_equal(output[0, 0], [-1.5, 2.5, -1.5, 2.5])
    # 1 + 3 and 4 + 12 are squares: 1/2 and 1/4 are exact; outside the root nothing would be.
    output = NORMS[kind](input, weight, bias, epsilon=3.0)[0][0]
    np.testing.assert_array_equal(output[0, 0], [-0.5, 1.5, -0.5, 1.5])
    output, vjp = NORMS[kind](input, weight, bias, epsilon=12.0)
    np.testing.assert_array_equal(output[0][0, 1], [-4.0, 2.0, 2.0, -4.0])
    input_bar, weight_bar, bias_bar = vjp(np.array([[[0.0] * 4, [4.0, 0.0, 0.0, 0.0]]]))
    # r = 1/4, c = (-2, 2, 2, -2): 6/4 * (g - 1 - c * (-2/16)).
    np.testing.assert_array_equal(input_bar[0, 1], [4.125, -1.125, -1.125, -1.875])
    np.testing.assert_array_equal(weight_bar, [0.0, -2.0])
    np.testing.assert_array_equal(bias_bar, [0.0, 4.0])


def test_a_batch_of_one_is_an_instance():
    input, weight, bias, cotangent = data("normal", "float64")
    batch, batch_vjp = batch_norm(input[:1], weight, bias, epsilon=EPSILON)
    instance, instance_vjp = instance_norm(input[:1], weight, bias, epsilon=EPSILON)
    np.testing.assert_array_equal(batch[0], instance[0])
    np.testing.assert_array_equal(batch[1], instance[1][0])
    np.testing.assert_array_equal(batch[2], instance[2][0])
    for got, want in zip(batch_vjp(cotangent[:1]), instance_vjp(cotangent[:1]), strict=True):
        np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize("kind", NORMS)
def test_own_statistics_normalize_to_the_same_numbers(kind):
    input, weight, bias, _ = data("offset", "float32")
    (output, mean, variance), _ = NORMS[kind](input, weight, bias, epsilon=EPSILON)
    along = (-1, SHAPE[1], 1, 1)
    mean, variance, weight, bias = (
        array.reshape(along) for array in (mean, variance, weight, bias)
    )
    again = normalize(input, mean, variance, weight, bias, epsilon=EPSILON)[0]
    # The folded form cancels: its error is a few roundings of the two products it subtracts.
    scale = np.abs(weight / np.sqrt(variance + EPSILON))
    roundings = 4 * np.finfo(np.float32).eps
    allowed = roundings * (np.abs(input * scale) + np.abs(mean * scale) + np.abs(bias))
    assert np.all(np.abs(output - again) <= allowed)


STATISTICS = {
    "channel": ((1, 2, 1), (1, 2, 1), (1, 2, 1), (1, 2, 1)),
    "example": ((3, 2, 1), (3, 2, 1), (1, 2, 1), (2, 1)),
    "last": ((4,), (4,), (4,), (4,)),
    "mixed": ((1, 2, 1), (3, 1, 4), (4,), ()),
    "element": ((3, 2, 4), (3, 2, 4), (3, 2, 4), (3, 2, 4)),
}


@pytest.mark.parametrize("affine", ["both", "weight", "bias", "none"])
@pytest.mark.parametrize("shapes", STATISTICS.values(), ids=STATISTICS)
def test_normalize(check_vjp, shapes, affine):
    rng = np.random.default_rng(2)
    input = rng.normal(size=(3, 2, 4))
    mean, variance, weight, bias = (np.asarray(rng.normal(size=shape)) for shape in shapes)
    variance = variance**2
    weighted, biased = affine in ("both", "weight"), affine in ("both", "bias")
    arrays = [input, mean, variance] + [weight] * weighted + [bias] * biased

    def op(input, mean, variance, *rest):
        rest = list(rest)
        weight = rest.pop(0) if weighted else None
        bias = rest.pop(0) if biased else None
        return normalize(input, mean, variance, weight, bias, epsilon=0.5)

    check_vjp(op, *arrays)
    wide = [array.astype(np.longdouble) for array in (input, mean, variance, weight, bias)]
    want = (wide[0] - wide[1]) / np.sqrt(wide[2] + 0.5)
    want = want * (wide[3] if weighted else 1) + (wide[4] if biased else 0)
    magnitude = (abs(input) + abs(mean)) * (abs(weight) + 1) / np.sqrt(0.5) + abs(bias)
    assert (abs(op(*arrays)[0] - want) <= 8 * 2.0**-53 * magnitude).all()


def test_unbiased():
    np.testing.assert_array_equal(unbias_variance(np.array([3.0, 0.75]), 4), [4.0, 1.0])
    assert unbias_variance(np.ones(1, np.float32), 3).dtype == np.float32
    np.testing.assert_array_equal(unbias_variance(np.array([1.0], np.float16), 3), np.float16(1.5))
    for count in (1, 0):
        with pytest.raises(ValueError, match="count must be at least 2; got"):
            unbias_variance(np.ones(2), count)


def test_blend():
    old, new = np.array([4.0, -8.0]), np.array([8.0, 0.0])
    np.testing.assert_array_equal(blend(old, new, 0.25), [5.0, -6.0])
    np.testing.assert_array_equal(blend(old, new, 0.0), old)
    np.testing.assert_array_equal(blend(old, new, 1.0), new)
    half = blend(np.array([1.0], np.float16), np.array([2.0], np.float16), np.float64(0.1))
    assert half.dtype == np.float16
    np.testing.assert_array_equal(half, np.float16(1.1))
    wide = blend(old.astype(np.float32), new.astype(np.float32), np.float64(0.1))
    assert wide.dtype == np.float32


@pytest.mark.parametrize("kind", NORMS)
@pytest.mark.parametrize("shape", [(0, 3), (0, 3, 4), (2, 3, 0), (0, 3, 0), (2, 0, 4)])
def test_nothing_to_average_gives_nan_statistics_and_no_warning(kind, shape):
    channels = shape[1]
    weight = np.ones(channels)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (output, mean, variance), vjp = NORMS[kind](
            np.zeros(shape), weight, weight, epsilon=EPSILON
        )
        input_bar, weight_bar, bias_bar = vjp(np.zeros(shape))
        (moment, _), moment_vjp = moments(np.zeros(shape), (0,))
        assert moment_vjp((moment, moment))[0].shape == shape
    assert output.shape == input_bar.shape == shape
    assert mean.shape == variance.shape == ((channels,) if kind == "batch" else shape[:2])
    assert np.isnan(mean).all()
    assert np.isnan(variance).all()
    np.testing.assert_array_equal(weight_bar, np.zeros(channels))
    np.testing.assert_array_equal(bias_bar, np.zeros(channels))


@pytest.mark.parametrize("kind", NORMS)
def test_equal_values_come_out_as_the_bias(kind):
    input = np.full((2, 3, 4), 7.0)
    bias = np.array([1.0, 2.0, 3.0])
    (output, _, variance), vjp = NORMS[kind](input, np.ones(3), bias, epsilon=EPSILON)
    np.testing.assert_array_equal(output, np.broadcast_to(bias[:, None], input.shape))
    np.testing.assert_array_equal(variance, np.zeros_like(variance))
    np.testing.assert_array_equal(vjp(np.ones_like(input))[0], np.zeros_like(input))


@pytest.mark.parametrize("kind", NORMS)
def test_a_nan_stays_in_its_group(kind):
    input = np.random.default_rng(3).normal(size=(2, 3, 4))
    input[0, 1, 2] = np.nan
    output = NORMS[kind](input, None, None, epsilon=EPSILON)[0][0]
    spoiled = np.zeros((2, 3, 4), bool)
    spoiled[:, 1] = True
    if kind == "instance":
        spoiled[1, 1] = False
    np.testing.assert_array_equal(np.isnan(output), spoiled)


@pytest.mark.parametrize("kind", NORMS)
def test_non_contiguous_arrays_give_what_their_copies_give(kind):
    rng = np.random.default_rng(4)
    # Means of 6, variances of 1, means of 8 or 16 integers: every step is exact in any order.
    values = rng.permuted(np.tile([5.0, 7.0], (2, 3, 4)), axis=-1).reshape(2, 3, 2, 4)
    input = np.zeros((4, 6, 2, 2)).transpose(2, 1, 3, 0)[:, ::-2]
    input[:] = values
    cotangent = rng.integers(-8, 9, (2, 2, 4, 3)).astype(float).transpose(0, 3, 1, 2)
    weight = rng.integers(-8, 9, 6).astype(float)[::2]
    outputs, vjp = NORMS[kind](input, weight, weight, epsilon=3.0)
    copies, copies_vjp = NORMS[kind](values, weight.copy(), weight.copy(), epsilon=3.0)
    for got, want in zip(
        (*outputs, *vjp(cotangent)), (*copies, *copies_vjp(cotangent.copy())), strict=True
    ):
        np.testing.assert_array_equal(got, want)


def test_arguments_are_left_alone_and_results_are_new():
    arrays = [array.copy() for array in data("normal", "float64")]
    statistics = [np.ones((1, 3, 1, 1)), np.ones((1, 3, 1, 1))]
    full = np.ones(SHAPE)
    for array in (*arrays, *statistics, full):
        array.flags.writeable = False
    input, weight, bias, cotangent = arrays
    results = []
    for op in NORMS.values():
        outputs, vjp = op(input, weight, bias, epsilon=EPSILON)
        results += [*outputs, *vjp(cotangent)]
    output, vjp = normalize(input, *statistics, full, full, epsilon=EPSILON)
    results += [output, *vjp(cotangent)]
    (mean, variance), vjp = moments(input, (0, 2, 3))
    results += [mean, variance, *vjp((mean, variance))]
    for result in results:
        for array in (*arrays, *statistics, full):
            assert not np.shares_memory(result, array)


@pytest.mark.parametrize("name", ["float16", "bfloat16"])
def test_half_types_compute_in_float32_and_round_once(name):
    dtype = np.dtype(name if name == "float16" else pytest.importorskip("ml_dtypes").bfloat16)
    half = [array.astype(dtype) for array in data("normal", "float64")]
    wide = [array.astype(np.float32) for array in half]

    def results(input, weight, bias, cotangent):
        for op in NORMS.values():
            outputs, vjp = op(input, weight, bias, epsilon=EPSILON)
            yield from (*outputs, *vjp(cotangent))
        (mean, variance), vjp = moments(input, (0,))
        yield from (mean, variance, *vjp((cotangent[0], cotangent[0])))
        last = input[0, 0, 0]
        output, vjp = normalize(input, last, last * last, last, last, epsilon=EPSILON)
        yield from (output,)

    pairs = list(zip(results(*half), results(*wide), strict=True))
    for got, want in pairs[:15]:
        assert got.dtype == dtype
        np.testing.assert_array_equal(got, want.astype(dtype))


@pytest.mark.parametrize("kind", NORMS)
def test_a_numpy_epsilon_does_not_promote(kind):
    input, weight, bias, _ = data("normal", "float32")
    outputs, _ = NORMS[kind](input, weight, bias, epsilon=np.float64(1e-3))
    assert {array.dtype for array in outputs} == {np.dtype("float32")}
    assert normalize(input, bias[0], weight[0] ** 2, None, None, epsilon=np.float64(1e-3))[
        0
    ].dtype == np.dtype("float32")


def test_running_statistics_in_half_types_round_once():
    rng = np.random.default_rng(5)
    old, new = rng.random((2, 100)).astype(np.float16)
    wide_old, wide_new = old.astype(np.float32), new.astype(np.float32)
    want = blend(wide_old, wide_new, 0.1).astype(np.float16)
    np.testing.assert_array_equal(blend(old, new, 0.1), want)
    np.testing.assert_array_equal(
        unbias_variance(old, 11), unbias_variance(wide_old, 11).astype(np.float16)
    )


ONE = np.ones(3)


@pytest.mark.parametrize("kind", NORMS)
@pytest.mark.parametrize(
    ("arguments", "epsilon", "message"),
    [
        ((np.ones(3), None, None), 0.1, r"input must be of shape \(N, C, ...\); got \(3,\)"),
        ((np.ones((2, 4)), ONE, None), 0.1, r"weight must have shape \(4,\); got \(3,\)"),
        ((np.ones((2, 3)), ONE[None], None), 0.1, r"weight must have shape \(3,\)"),
        ((np.ones((2, 3)), ONE, ONE[:1]), 0.1, r"bias must have shape \(3,\); got \(1,\)"),
        ((np.ones((2, 3)), ONE, ONE), -1e-9, "epsilon must be at least 0; got -1e-09"),
        ((np.ones((2, 3)), ONE, ONE), float("nan"), "epsilon must be at least 0; got nan"),
    ],
)
def test_shapes_that_do_not_fit(kind, arguments, epsilon, message):
    with pytest.raises(ValueError, match=message):
        NORMS[kind](*arguments, epsilon=epsilon)


@pytest.mark.parametrize("kind", NORMS)
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.ones((2, 3), int), None, None), "input must be an array of floats; got dtype int64"),
        (([[1.0]], None, None), "input must be an array of floats; got list"),
        ((np.ones((2, 3)), ONE.astype("f4"), None), "weight must have the dtype of input"),
        ((np.ones((2, 3)), None, ONE.astype("f4")), "bias must have the dtype of input"),
        ((np.ones((2, 3)), [1.0] * 3, None), "weight must be an array of floats"),
    ],
)
def test_dtypes_that_do_not_fit(kind, arguments, message):
    with pytest.raises(TypeError, match=message):
        NORMS[kind](*arguments, epsilon=0.1)


@pytest.mark.parametrize(
    ("axes", "message"),
    [
        ((2,), r"axes must be in \[-2, 2\), an axis of 2; got 2"),
        ((-3,), r"axes must be in \[-2, 2\)"),
        ((0, 0), "axes must be different from each other"),
        ((1, -1), "axes must be different from each other"),
    ],
)
def test_axes_that_do_not_fit(axes, message):
    with pytest.raises(ValueError, match=message):
        moments(np.ones((2, 3)), axes)


@pytest.mark.parametrize("position", range(4))
def test_statistics_that_do_not_fit(position):
    name = ("mean", "variance", "weight", "bias")[position]
    arguments = [ONE, ONE, ONE, ONE]
    arguments[position] = np.ones(2)
    with pytest.raises(ValueError, match=rf"{name} must be of a shape that broadcasts to \(2, 3\)"):
        normalize(np.ones((2, 3)), *arguments, epsilon=0.1)
    arguments[position] = np.ones((1, 1, 3))
    with pytest.raises(ValueError, match=f"{name} must be of a shape that broadcasts"):
        normalize(np.ones((2, 3)), *arguments, epsilon=0.1)
    arguments[position] = ONE.astype(np.float32)
    with pytest.raises(TypeError, match=f"{name} must have the dtype of input"):
        normalize(np.ones((2, 3)), *arguments, epsilon=0.1)


def test_normalize_refuses_a_negative_epsilon_and_integers():
    with pytest.raises(ValueError, match="epsilon must be at least 0"):
        normalize(ONE, ONE, ONE, None, None, epsilon=-1.0)
    with pytest.raises(TypeError, match="input must be an array of floats"):
        normalize(np.ones(3, int), ONE, ONE, None, None, epsilon=1.0)


def test_cotangents_of_another_shape():
    input = np.ones((2, 3, 4))
    for op in NORMS.values():
        with pytest.raises(ValueError, match=r"cotangent must have shape \(2, 3, 4\)"):
            op(input, None, None, epsilon=0.1)[1](np.ones((2, 4, 3)))
    with pytest.raises(ValueError, match=r"cotangent must have shape \(3,\)"):
        normalize(ONE, ONE, ONE, None, None, epsilon=1.0)[1](np.ones((1, 3)))
    vjp = moments(input, (0,))[1]
    with pytest.raises(ValueError, match="the cotangent of mean must have shape"):
        vjp((np.ones(3), np.ones((3, 4))))
    with pytest.raises(ValueError, match="the cotangent of variance must have shape"):
        vjp((np.ones((3, 4)), np.ones(3)))
