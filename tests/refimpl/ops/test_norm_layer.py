"""Layer, group and root-mean-square norms: mpmath at 50 digits, differences, their contract."""

from __future__ import annotations

import functools
import math
import warnings

import mpmath as mp
import numpy as np
import pytest

from refimpl.ops.norm import instance_norm
from refimpl.ops.norm_layer import group_norm, layer_norm, rms_norm

UNIT = {"float32": 2.0**-24, "float64": 2.0**-53}
SHAPE = (2, 4, 3, 2)
EPSILON = 1e-5
# Mean and deviation: what subtracting means of squares, or a misplaced epsilon, spoils.
REGIMES = {"normal": (0.5, 1.0), "offset": (300.0, 0.1), "tiny": (0.0, 2e-3), "wide": (0.0, 1e6)}


class Norm:
    """An op with its settings, and which elements and parameters of SHAPE belong together."""

    def __init__(self, op, setting, inner, *, split=None):
        self.op, self.setting = op, setting
        self.centered = op is not rms_norm
        # Parameters run along `inner`; all of SHAPE outside of it are groups of their own, and a
        # group norm has its channels in `split` groups.
        self.inner, self.split = inner, split
        self.places = tuple(SHAPE[axis] for axis in inner)

    def __call__(self, input, weight=None, bias=None, *, epsilon=EPSILON):
        parameters = (weight, bias) if self.centered else (weight,)
        return self.op(input, *parameters, epsilon=epsilon, **self.setting)

    def members(self):
        """Return the group's key of each element, and the index of its parameters."""
        for index in np.ndindex(SHAPE):
            place = tuple(index[axis] for axis in self.inner)
            if self.split is None:
                group = tuple(i for axis, i in enumerate(index) if axis not in self.inner)
            else:
                group = (index[0], index[1] // (SHAPE[1] // self.split))
            yield index, group, place


NORMS = {
    "layer": Norm(layer_norm, {"axes": (-1,)}, (3,)),
    "layer of two axes": Norm(layer_norm, {"axes": (2, 3)}, (2, 3)),
    "layer of outer axes": Norm(layer_norm, {"axes": (-2, 0)}, (0, 2)),
    # The axes then change places in pairs: there and back is the same order.
    "layer of the last axis but one": Norm(layer_norm, {"axes": (2,)}, (2,)),
    "rms": Norm(rms_norm, {"axes": (2, -1)}, (2, 3)),
    "rms of an inner axis": Norm(rms_norm, {"axes": (1,)}, (1,)),
    "one group": Norm(group_norm, {"groups": 1}, (1,), split=1),
    "two groups": Norm(group_norm, {"groups": 2}, (1,), split=2),
    "four groups": Norm(group_norm, {"groups": 4}, (1,), split=4),
}


@functools.cache
def data(name, regime, dtype):
    """Return input, weight, bias and cotangent."""
    mean, deviation = REGIMES[regime]
    rng = np.random.default_rng(len(regime))
    input = mean + deviation * rng.normal(size=SHAPE)
    places = NORMS[name].places
    others = (rng.normal(size=shape) for shape in (places, places, SHAPE))
    return tuple(array.astype(dtype) for array in (input, *others))


def exact_outputs(values, weights, biases, centered):
    """Normalise one group by the definition; all are lists of mpmath's numbers."""
    mean = mp.fsum(values) / len(values) if centered else mp.mpf(0)
    variance = mp.fsum((value - mean) ** 2 for value in values) / len(values)
    root = mp.sqrt(variance + mp.mpf(EPSILON))
    return [
        (value - mean) / root * weight + bias
        for value, weight, bias in zip(values, weights, biases, strict=True)
    ]


@functools.cache
def exact(name, regime, dtype):
    """Return output, cotangents of input, weight and bias, each with the error that it may have.

    The derivatives are central differences with a step of 1e-15 of the deviation at 80 digits,
    not a closed form: their own error is of the order of 1e-30.
    """
    norm = NORMS[name]
    input, weight, bias, cotangent = data(name, regime, dtype)
    if not norm.centered:
        bias = np.zeros_like(bias)
    u = UNIT[dtype]
    groups: dict = {}
    for index, group, place in norm.members():
        groups.setdefault(group, []).append((index, place))
    output, input_bar = (np.zeros(SHAPE, object) for _ in range(2))
    weight_bar, bias_bar = (np.full(norm.places, mp.mpf(0), object) for _ in range(2))
    output_error, input_error = np.zeros(SHAPE), np.zeros(SHAPE)
    parameter_error = np.zeros(norm.places)
    for members in groups.values():
        n = len(members)
        with mp.workdps(80):
            values = [mp.mpf(float(input[index])) for index, _ in members]
            weights = [mp.mpf(float(weight[place])) for _, place in members]
            biases = [mp.mpf(float(bias[place])) for _, place in members]
            gs = [mp.mpf(float(cotangent[index])) for index, _ in members]
            outputs = exact_outputs(values, weights, biases, norm.centered)
            ones, zeros = [mp.mpf(1)] * n, [mp.mpf(0)] * n
            normalized = exact_outputs(values, ones, zeros, norm.centered)
            deviation = mp.sqrt(mp.fsum(value**2 for value in values) / n)
            step = deviation * mp.mpf("1e-15") * min(1, mp.mpf(REGIMES[regime][1]) / deviation)
            for i, (index, place) in enumerate(members):
                moved = []
                for sign in (1, -1):
                    others = list(values)
                    others[i] += sign * step
                    moved.append(mp.fdot(gs, exact_outputs(others, weights, biases, norm.centered)))
                output[index] = outputs[i]
                input_bar[index] = (moved[0] - moved[1]) / (2 * step)
                weight_bar[place] += gs[i] * normalized[i]
                bias_bar[place] += gs[i]
        x = np.array([float(value) for value in values])
        w, b = (np.abs(np.array(each, float)) for each in (weights, biases))
        g = np.abs(np.array(gs, float)).max()
        mean = x.mean() if norm.centered else 0.0
        variance = np.square(x - mean).mean()
        r = 1 / np.sqrt(variance + EPSILON)
        # The worst case of each step, from the rounding of the mean on.
        off_mean = (n + 1) * u * abs(x).mean() if norm.centered else 0.0
        off_variance = 2 * abs(x - mean).mean() * off_mean + off_mean**2 + (n + 4) * u * variance
        off_scale = 0.5 * off_variance * r**2 + 5 * u
        # Every term of the vjp is a product of at most five of these, or a mean of such products.
        z = (abs(x - mean) * r).max()
        relative = 2 * n * u + 2 * off_mean * r + 4 * off_scale
        for i, (index, place) in enumerate(members):
            off = off_mean + abs(x[i] - mean) * (off_scale + 3 * u)
            output_error[index] = w[i] * r * off + 2 * u * b[i]
            input_error[index] = relative * w.max() * r * g * (1 + z) ** 2
            parameter_error[place] += relative * len(groups) * g * (1 + z)
    return (
        (output, output_error),
        (input_bar, input_error),
        (weight_bar, parameter_error),
        (bias_bar, parameter_error),
    )


def assert_close(got, want, allowed, what):
    assert got.shape == want.shape
    for index in np.ndindex(got.shape):
        off = abs(mp.mpf(float(got[index])) - want[index])
        assert off <= allowed[index], f"{what} at {index}: off by {mp.nstr(off, 3)}"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("regime", REGIMES)
@pytest.mark.parametrize("name", NORMS)
def test_forward_and_vjp_against_mpmath(name, regime, dtype):
    input, weight, bias, cotangent = data(name, regime, dtype)
    output, vjp = NORMS[name](input, weight, bias)
    results = (output, *vjp(cotangent))
    for what, result, (want, allowed) in zip(
        ("output", "input", "weight", "bias"), results, exact(name, regime, dtype), strict=False
    ):
        assert result.dtype == dtype
        assert_close(result, want, allowed, what)
    assert len(results) == 3 + NORMS[name].centered


@pytest.mark.parametrize("affine", ["both", "weight", "none"])
@pytest.mark.parametrize("name", NORMS)
def test_vjp_is_the_derivative(check_vjp, name, affine):
    rng = np.random.default_rng(0)
    norm = NORMS[name]
    wanted = min({"both": 2, "weight": 1, "none": 0}[affine], 1 + norm.centered)
    arrays = [rng.normal(size=SHAPE), *(rng.normal(size=norm.places) for _ in range(wanted))]
    check_vjp(functools.partial(norm, epsilon=0.5), *arrays)


@pytest.mark.parametrize("spatial", [(), (1,), (3,), (2, 1, 2)])
@pytest.mark.parametrize("groups", [1, 2, 4])
def test_group_norm_of_any_rank(check_vjp, groups, spatial):
    rng = np.random.default_rng(1)

    def op(input, bias):
        output, vjp = group_norm(input, None, bias, groups=groups, epsilon=0.5)
        assert vjp(output)[1] is None
        return output, vjp

    check_vjp(op, rng.normal(size=(3, 4, *spatial)), rng.normal(size=4))


def test_layer_norm_of_one_axis_and_of_none(check_vjp):
    rng = np.random.default_rng(2)
    vector, bias = rng.normal(size=(2, 5))

    def op(input, bias):
        output, vjp = layer_norm(input, None, bias, axes=(0,), epsilon=0.5)
        assert vjp(output)[1] is None
        return output, vjp

    check_vjp(op, vector, bias)
    # The mean over no axis is the value itself, and the mean square its square.
    scale, shift = np.asarray(3.0), np.asarray(7.0)
    output, vjp = layer_norm(vector, scale, shift, axes=(), epsilon=1.0)
    np.testing.assert_array_equal(output, np.full(5, 7.0))
    bars = vjp(np.ones(5))
    np.testing.assert_array_equal(bars[0], np.zeros(5))
    assert bars[1:] == (0.0, 5.0)
    output, vjp = rms_norm(np.array([0.0, 3.0]), np.asarray(8.0), axes=(), epsilon=7.0)
    np.testing.assert_array_equal(output, [0.0, 6.0])


def test_epsilon_stands_inside_the_root_and_the_variance_is_biased():
    input = np.array([[5.0, 7.0, 5.0, 7.0], [-1.0, 3.0, 3.0, -1.0]])
    weight, bias = np.array([2.0, 6.0, 2.0, 6.0]), np.array([0.5, -1.0, 1.0, 0.0])
    # Variances 1 and 4: with 12, roots of 13 and 16; with 0, of 1 and 4.
    output, vjp = layer_norm(input, weight, bias, axes=(1,), epsilon=12.0)
    np.testing.assert_array_equal(output[1], [-0.5, 2.0, 2.0, -3.0])
    output, vjp = layer_norm(input, weight, bias, axes=(1,), epsilon=0.0)
    np.testing.assert_array_equal(output[0], [-1.5, 5.0, -1.0, 6.0])
    cotangent = np.array([[0.0] * 4, [4.0, 0.0, 0.0, 0.0]])
    input_bar, weight_bar, bias_bar = vjp(cotangent)
    # r = 1/2, c = (-2, 2, 2, -2), h = (8, 0, 0, 0): (h - 2 - c * (-4) / 4) / 2.
    np.testing.assert_array_equal(input_bar, [[0.0] * 4, [2.0, 0.0, 0.0, -2.0]])
    np.testing.assert_array_equal(weight_bar, [-4.0, 0.0, 0.0, 0.0])
    np.testing.assert_array_equal(bias_bar, [4.0, 0.0, 0.0, 0.0])

    # Two channels of two positions in one group, and the same numbers in two.
    both = input.reshape(2, 2, 2)
    output, vjp = group_norm(both, np.array([2.0, 6.0]), bias[:2], groups=1, epsilon=12.0)
    np.testing.assert_array_equal(output[1], [[-0.5, 1.5], [2.0, -4.0]])
    output = group_norm(both, None, None, groups=2, epsilon=3.0)[0]
    np.testing.assert_array_equal(output[0], [[-0.5, 0.5], [-0.5, 0.5]])

    # A mean square of 9.
    output, vjp = rms_norm(np.array([3.0, -3.0]), np.array([2.0, 5.0]), axes=(0,), epsilon=7.0)
    np.testing.assert_array_equal(output, np.array([1.5, -3.75]))
    input, weight = np.array([2.0, 0.0, 0.0, 0.0]), np.array([2.0, 1.0, 1.0, 1.0])
    output, vjp = rms_norm(input, weight, axes=(-1,), epsilon=3.0)
    np.testing.assert_array_equal(output, [2.0, 0.0, 0.0, 0.0])
    input_bar, weight_bar = vjp(np.array([8.0, 4.0, 0.0, 0.0]))
    # r = 1/2, h = (16, 4, 0, 0): (h - x / 4 * 8) / 2.
    np.testing.assert_array_equal(input_bar, [6.0, 2.0, 0.0, 0.0])
    np.testing.assert_array_equal(weight_bar, [8.0, 0.0, 0.0, 0.0])


def test_large_offsets_are_exact_where_they_are_representable():
    input = np.array([[1.0, 5.0, 1.0, 5.0], [3.0, -3.0, -3.0, 3.0]])
    want = input - input.mean(axis=1, keepdims=True)
    for offset in (0.0, 2.0**20, -(2.0**48)):
        output = layer_norm(input + offset, None, None, axes=(1,), epsilon=0.0)[0]
        np.testing.assert_array_equal(output, want / [[2.0], [3.0]])
        grouped = group_norm(input[:, None] + offset, None, None, groups=1, epsilon=0.0)[0]
        np.testing.assert_array_equal(grouped, output[:, None])


def test_as_many_groups_as_channels_are_instances():
    input, weight, bias, cotangent = data("four groups", "normal", "float64")
    output, vjp = group_norm(input, weight, bias, groups=4, epsilon=EPSILON)
    (instance, _, _), instance_vjp = instance_norm(input, weight, bias, epsilon=EPSILON)
    results = zip((output, *vjp(cotangent)), (instance, *instance_vjp(cotangent)), strict=True)
    for got, want in results:
        # Sums of 48 terms of the order of 10.
        np.testing.assert_allclose(got, want, rtol=0, atol=48 * 10 * 2.0**-53)


def test_one_group_without_parameters_is_a_layer_norm_of_the_example():
    input, _, _, cotangent = data("one group", "normal", "float64")
    output, vjp = group_norm(input, None, None, groups=1, epsilon=EPSILON)
    layer, layer_vjp = layer_norm(input, None, None, axes=(1, 2, 3), epsilon=EPSILON)
    np.testing.assert_allclose(output, layer, rtol=0, atol=24 * 2.0**-53)
    bars = vjp(cotangent)[0], layer_vjp(cotangent)[0]
    np.testing.assert_allclose(*bars, rtol=0, atol=24 * 10 * 2.0**-53)


def test_rms_norm_of_centred_values_is_a_layer_norm():
    input = data("rms", "normal", "float64")[0]
    input = input - input.mean(axis=-1, keepdims=True)
    layer = layer_norm(input, None, None, axes=(-1,), epsilon=EPSILON)[0]
    rms = rms_norm(input, None, axes=(-1,), epsilon=EPSILON)[0]
    np.testing.assert_allclose(rms, layer, rtol=0, atol=16 * 2.0**-53)


@pytest.mark.parametrize("name", [name for name in NORMS if name.startswith("layer")])
def test_axes_may_be_given_in_any_order_and_counted_from_the_end(name):
    input, weight, bias, cotangent = data(name, "normal", "float64")
    output, vjp = NORMS[name](input, weight, bias)
    for axes in (NORMS[name].inner[::-1], tuple(axis - 4 for axis in NORMS[name].inner)):
        again, again_vjp = layer_norm(input, weight, bias, axes=axes, epsilon=EPSILON)
        pairs = zip((output, *vjp(cotangent)), (again, *again_vjp(cotangent)), strict=True)
        for got, want in pairs:
            np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize("scale", [2.0**-20, 0.25, 2.0**40])
@pytest.mark.parametrize("name", NORMS)
def test_without_epsilon_scale_cancels(name, scale):
    input, weight, bias, cotangent = data(name, "normal", "float64")
    output, vjp = NORMS[name](input, weight, bias, epsilon=0.0)
    scaled, scaled_vjp = NORMS[name](input * scale, weight, bias, epsilon=0.0)
    np.testing.assert_array_equal(output, scaled)
    bar, *bars = vjp(cotangent)
    scaled_bar, *scaled_bars = scaled_vjp(cotangent)
    np.testing.assert_array_equal(bar, scaled_bar * scale)
    for got, want in zip(bars, scaled_bars, strict=True):
        np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize(
    ("op", "setting", "shape", "places"),
    [
        (layer_norm, {"axes": (1,)}, (0, 3), (3,)),
        (layer_norm, {"axes": (1,)}, (3, 0), (0,)),
        (layer_norm, {"axes": (1, 2)}, (2, 0, 3), (0, 3)),
        (layer_norm, {"axes": (0,)}, (0,), (0,)),
        (rms_norm, {"axes": (1,)}, (0, 3), (3,)),
        (rms_norm, {"axes": (1,)}, (3, 0), (0,)),
        (group_norm, {"groups": 2}, (0, 4), (4,)),
        (group_norm, {"groups": 2}, (0, 4, 3), (4,)),
        (group_norm, {"groups": 2}, (3, 4, 0), (4,)),
        (group_norm, {"groups": 1}, (3, 0, 2), (0,)),
        (group_norm, {"groups": 2}, (3, 0, 2), (0,)),
    ],
)
def test_nothing_to_average_gives_zero_gradients_and_no_warning(op, setting, shape, places):
    parameters = (np.ones(places),) * (1 if op is rms_norm else 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        output, vjp = op(np.zeros(shape), *parameters, epsilon=EPSILON, **setting)
        input_bar, *bars = vjp(np.zeros(shape))
    assert output.shape == input_bar.shape == shape
    for bar in bars:
        np.testing.assert_array_equal(bar, np.zeros(places))


@pytest.mark.parametrize("name", [name for name in NORMS if NORMS[name].centered])
def test_equal_values_come_out_as_the_bias(name):
    _, weight, bias, cotangent = data(name, "normal", "float64")
    norm = NORMS[name]
    output, vjp = norm(np.full(SHAPE, 7.0), weight, bias)
    along = [size if axis in norm.inner else 1 for axis, size in enumerate(SHAPE)]
    np.testing.assert_array_equal(output, np.broadcast_to(bias.reshape(along), SHAPE))
    np.testing.assert_array_equal(vjp(cotangent)[1], np.zeros(norm.places))


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("name", NORMS)
def test_a_special_value_stays_in_its_group(name, value):
    norm = NORMS[name]
    input = np.random.default_rng(3).normal(size=SHAPE)
    input[0, 1, 2, 1] = value
    with np.errstate(invalid="ignore"):
        output = norm(input)[0]
    clean = norm(np.where(np.isfinite(input), input, 0.0))[0]
    group = {index: group for index, group, _ in norm.members()}
    for index in np.ndindex(SHAPE):
        if group[index] != group[0, 1, 2, 1]:
            assert output[index] == clean[index]
        else:
            # The root is infinite, and divides what is finite to zero; there is no mean then.
            zero = value == np.inf and not norm.centered and index != (0, 1, 2, 1)
            assert output[index] == 0.0 if zero else math.isnan(output[index])


@pytest.mark.parametrize("name", NORMS)
def test_non_contiguous_arrays_give_what_their_copies_give(name):
    input, weight, bias, cotangent = data(name, "normal", "float64")
    norm = NORMS[name]
    output, vjp = norm(input, weight, bias)
    strided = np.zeros((2, 4, 3, 4)).transpose(3, 2, 1, 0)[::2, ::-1].transpose(0, 2, 1, 3)
    strided[:] = input
    wide_weight, wide_bias = (np.repeat(array, 2, -1)[..., ::2] for array in (weight, bias))
    again, again_vjp = norm(strided, wide_weight, wide_bias)
    turned = np.asfortranarray(cotangent)
    for got, want in zip((output, *vjp(cotangent)), (again, *again_vjp(turned)), strict=True):
        np.testing.assert_allclose(got, want, rtol=0, atol=24 * 10 * 2.0**-53)


@pytest.mark.parametrize("name", NORMS)
def test_arguments_are_left_alone_and_results_are_new(name):
    arrays = [array.copy() for array in data(name, "normal", "float64")]
    for array in arrays:
        array.flags.writeable = False
    output, vjp = NORMS[name](*arrays[:3])
    for result in (output, *vjp(arrays[3])):
        assert not any(np.shares_memory(result, array) for array in arrays)
    for parameters in ((arrays[1],), ()):
        output, vjp = NORMS[name](arrays[0], *parameters)
        assert not any(np.shares_memory(output, array) for array in arrays)
        for bar in vjp(arrays[3]):
            assert bar is None or not any(np.shares_memory(bar, array) for array in arrays)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("name", NORMS)
def test_half_types_compute_in_float32_and_round_once(name, dtype):
    half_dtype = np.dtype(
        dtype if dtype == "float16" else pytest.importorskip("ml_dtypes").bfloat16
    )
    half = [array.astype(half_dtype) for array in data(name, "normal", "float64")]
    wide = [array.astype(np.float32) for array in half]
    output, vjp = NORMS[name](*half[:3])
    wide_output, wide_vjp = NORMS[name](*wide[:3])
    pairs = zip((output, *vjp(half[3])), (wide_output, *wide_vjp(wide[3])), strict=True)
    for got, want in pairs:
        assert got.dtype == half_dtype
        np.testing.assert_array_equal(got, want.astype(half_dtype))


def test_a_half_type_does_not_overflow_inside():
    # The squares are up to 1.6e9, beyond float16.
    input = np.array([[10000.0, -20000.0, 30000.0, 40000.0]], np.float16)
    for output in (
        layer_norm(input, None, None, axes=(1,), epsilon=EPSILON)[0],
        rms_norm(input, None, axes=(1,), epsilon=EPSILON)[0],
        group_norm(input, None, None, groups=1, epsilon=EPSILON)[0],
    ):
        assert np.isfinite(output).all()
        assert (output != 0).all()


@pytest.mark.parametrize("name", NORMS)
def test_a_numpy_epsilon_does_not_promote(name):
    arrays = data(name, "normal", "float32")
    output, vjp = NORMS[name](*arrays[:3], epsilon=np.float64(1e-3))
    assert {array.dtype for array in (output, *vjp(arrays[3]))} == {np.dtype("float32")}


ONE = np.ones(4)


@pytest.mark.parametrize(
    ("arguments", "setting", "message"),
    [
        ((ONE, None, None), {"groups": 2}, r"input must be of shape \(N, C, ...\); got \(4,\)"),
        ((np.ones((2, 4)), ONE[:2], None), {"groups": 2}, r"weight must have shape \(4,\)"),
        ((np.ones((2, 4)), ONE, ONE[None]), {"groups": 2}, r"bias must have shape \(4,\)"),
        ((np.ones((2, 4)), None, None), {"groups": 3}, "groups must be a divisor of the 4 chan"),
        ((np.ones((2, 4)), None, None), {"groups": 8}, "groups must be a divisor of the 4 chan"),
        ((np.ones((2, 4)), None, None), {"groups": 0}, "groups must be at least 1; got 0"),
        ((np.ones((2, 4)), None, None), {"groups": -2}, "groups must be at least 1; got -2"),
        ((np.ones((2, 3)), ONE, None), {"axes": (1,)}, r"weight must have shape \(3,\)"),
        ((np.ones((2, 4)), ONE, ONE[:1]), {"axes": (1,)}, r"bias must have shape \(4,\)"),
        ((np.ones((2, 4)), ONE, None), {"axes": (0, 1)}, r"weight must have shape \(2, 4\)"),
        ((np.ones((2, 4)), None, None), {"axes": (2,)}, r"axes must be in \[-2, 2\)"),
        ((np.ones((2, 4)), None, None), {"axes": (-3,)}, r"axes must be in \[-2, 2\)"),
        ((np.ones((2, 4)), None, None), {"axes": (1, -1)}, "axes must be different from each"),
    ],
)
def test_arguments_that_do_not_fit(arguments, setting, message):
    op = group_norm if "groups" in setting else layer_norm
    with pytest.raises(ValueError, match=message):
        op(*arguments, epsilon=0.1, **setting)
    if op is layer_norm and arguments[2] is None:
        with pytest.raises(ValueError, match=message):
            rms_norm(*arguments[:2], epsilon=0.1, **setting)


@pytest.mark.parametrize("name", NORMS)
def test_an_epsilon_below_zero_and_dtypes_that_do_not_fit(name):
    norm = NORMS[name]
    input, weight, bias, _ = data(name, "normal", "float32")
    for epsilon in (-1e-9, float("nan")):
        with pytest.raises(ValueError, match="epsilon must be at least 0; got"):
            norm(input, epsilon=epsilon)
    with pytest.raises(TypeError, match="input must be an array of floats; got dtype int64"):
        norm(input.astype(np.int64))
    with pytest.raises(TypeError, match="input must be an array of floats; got list"):
        norm(input.tolist())
    with pytest.raises(TypeError, match="weight must have the dtype of input"):
        norm(input, weight.astype(float))
    if norm.centered:
        with pytest.raises(TypeError, match="bias must have the dtype of input"):
            norm(input, weight, bias.astype(float))


@pytest.mark.parametrize("name", NORMS)
def test_cotangents_of_another_shape(name):
    vjp = NORMS[name](np.ones(SHAPE))[1]
    with pytest.raises(ValueError, match=r"cotangent must have shape \(2, 4, 3, 2\)"):
        vjp(np.ones(SHAPE[::-1]))
