"""`refimpl.tf.nn` forward and backward in float64 against the real `tf.nn`."""

from __future__ import annotations

import numpy as np
import pytest

import refimpl.tf as tf

RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def _the_same_numbers_in_any_order():
    global RNG
    RNG = np.random.default_rng(0)


def draw(*shape):
    return RNG.normal(size=shape)


# name, shapes, arguments
CONVOLUTIONS = [
    ("conv1d", (2, 7, 4), (3, 4, 3), {"stride": 2, "padding": "SAME"}),
    ("conv1d", (2, 8, 4), (3, 2, 6), {"stride": [1], "padding": "VALID", "dilations": 2}),
    ("conv1d", (2, 3, 7, 4), (3, 4, 2), {"stride": [1, 3, 1], "padding": "SAME"}),
    ("conv1d", (2, 4, 9), (2, 4, 3), {"stride": 2, "padding": "SAME", "data_format": "NCW"}),
    ("conv2d", (2, 7, 6, 4), (3, 2, 4, 3), {"strides": 1, "padding": "VALID"}),
    ("conv2d", (2, 8, 6, 4), (3, 3, 2, 6), {"strides": [2, 1], "padding": "SAME"}),
    ("conv2d", (2, 8, 9, 4), (2, 3, 4, 3), {"strides": [1, 2, 3, 1], "padding": "SAME"}),
    (
        "conv2d",
        (2, 8, 9, 4),
        (2, 3, 4, 3),
        {"strides": 2, "padding": [[0, 0], [2, 0], [0, 1], [0, 0]]},
    ),
    (
        "conv2d",
        (2, 4, 8, 9),
        (2, 3, 4, 3),
        {"strides": 1, "padding": [[0, 0], [0, 0], [2, 0], [0, 1]], "data_format": "NCHW"},
    ),
    ("conv2d", (2, 9, 9, 4), (3, 3, 4, 3), {"strides": 2, "padding": "SAME", "dilations": [2, 1]}),
    ("conv2d", (2, 3, 5, 5, 4), (3, 3, 4, 3), {"strides": 1, "padding": "SAME"}),
    ("conv3d", (2, 5, 6, 4, 4), (3, 2, 2, 4, 3), {"strides": [1, 2, 1, 2, 1], "padding": "SAME"}),
    (
        "conv3d",
        (1, 4, 5, 6, 4),
        (2, 2, 2, 4, 2),
        {"strides": [1] * 5, "padding": "VALID", "data_format": "NCDHW"},
    ),
    ("convolution", (2, 7, 4), (3, 4, 3), {}),
    ("convolution", (2, 7, 6, 4), (3, 2, 4, 3), {"strides": 2, "padding": "SAME"}),
    ("convolution", (2, 7, 6, 4), (3, 2, 4, 3), {"dilations": 2, "padding": "SAME"}),
    ("convolution", (2, 4, 7, 6), (3, 2, 4, 3), {"data_format": "NCHW", "strides": [1, 2]}),
    (
        "convolution",
        (1, 4, 5, 6, 2),
        (2, 2, 2, 2, 2),
        {"strides": [1, 2, 1], "data_format": "NDHWC"},
    ),
    ("depthwise_conv2d", (2, 7, 6, 3), (3, 2, 3, 2), {"strides": [1] * 4, "padding": "SAME"}),
    ("depthwise_conv2d", (2, 7, 6, 3), (3, 2, 3, 1), {"strides": [1, 2, 2, 1], "padding": "VALID"}),
    (
        "depthwise_conv2d",
        (2, 7, 6, 3),
        (3, 2, 3, 2),
        {"strides": [1] * 4, "padding": "SAME", "dilations": [2, 2]},
    ),
    (
        "depthwise_conv2d",
        (2, 7, 6, 3),
        (3, 3, 3, 2),
        {"strides": [1] * 4, "padding": [[0, 0], [1, 0], [0, 2], [0, 0]]},
    ),
]


@pytest.mark.parametrize(("name", "input_shape", "filters_shape", "arguments"), CONVOLUTIONS)
def test_convolutions(tensorflow, agree, name, input_shape, filters_shape, arguments):
    data_format = arguments.get("data_format", "")

    def real(x, w):
        # NCHW has no float64 kernel of its own on CPU; the same numbers come by way of NHWC.
        if not data_format.startswith("NC"):
            return getattr(tensorflow.nn, name)(x, w, **arguments)
        n = len(filters_shape) - 2
        last = [0, *range(2, n + 2), 1]
        first = [0, n + 1, *range(1, n + 1)]
        moved = dict(arguments, data_format=None)
        if name in ("conv1d", "conv2d", "conv3d"):
            moved["data_format"] = {1: "NWC", 2: "NHWC", 3: "NDHWC"}[n]
        if isinstance(arguments.get("padding"), list):
            moved["padding"] = [arguments["padding"][i] for i in last]
        y = getattr(tensorflow.nn, name)(tensorflow.transpose(x, last), w, **moved)
        return tensorflow.transpose(y, first)

    ours = getattr(tf.nn, name).with_vjp
    arrays = [draw(*input_shape), draw(*filters_shape)]
    channels = input_shape[1] if data_format.startswith("NC") else input_shape[-1]
    if "dilations" in arguments or filters_shape[-2] != channels:
        # On CPU only the float32 kernels have gradients with dilations or groups.
        arrays = [array.astype(np.float32) for array in arrays]
    agree(lambda x, w: ours(x, w, **arguments), real, arrays)


POOLS = [
    ("1d", (2, 7, 3), {"ksize": 3, "strides": 2, "padding": "SAME"}),
    ("1d", (2, 7, 3), {"ksize": [1, 2, 1], "strides": [1, 2, 1], "padding": "VALID"}),
    ("2d", (2, 7, 6, 3), {"ksize": 2, "strides": 2, "padding": "VALID"}),
    ("2d", (2, 8, 6, 3), {"ksize": [3, 2], "strides": [2, 3], "padding": "SAME"}),
    ("2d", (2, 8, 6, 3), {"ksize": [1, 4, 3, 1], "strides": [1, 1, 2, 1], "padding": "SAME"}),
    ("3d", (2, 5, 4, 6, 2), {"ksize": 2, "strides": [1, 2, 1], "padding": "SAME"}),
    ("", (2, 7, 3), {"ksize": 3, "strides": 2, "padding": "SAME"}),
    ("", (2, 7, 6, 3), {"ksize": 3, "strides": 2, "padding": "SAME"}),
    # Without a data_format the real gradient fails, three dimensions alone.
    (
        "",
        (2, 5, 4, 6, 2),
        {"ksize": 2, "strides": 2, "padding": "VALID", "data_format": "NDHWC"},
    ),
]


@pytest.mark.parametrize("kind", ["avg", "max"])
@pytest.mark.parametrize(("suffix", "shape", "arguments"), POOLS)
def test_pools(tensorflow, agree, kind, suffix, shape, arguments):
    name = f"{kind}_pool{suffix}"
    ours, real = getattr(tf.nn, name), getattr(tensorflow.nn, name)
    x = draw(*shape).astype(np.float32 if len(shape) == 5 else np.float64)
    agree(lambda x: ours.with_vjp(x, **arguments), lambda x: real(x, **arguments), [x])


@pytest.mark.parametrize("name", ["avg_pool2d", "max_pool2d"])
def test_pools_with_channels_first(name):
    x = draw(2, 3, 7, 6)
    pool = getattr(tf.nn, name)
    last = pool(x.transpose(0, 2, 3, 1), 3, 2, "SAME")
    first, vjp = pool.with_vjp(x, [1, 1, 3, 3], [1, 1, 2, 2], "SAME", data_format="NCHW")
    np.testing.assert_array_equal(first, last.transpose(0, 3, 1, 2))
    assert vjp(first)[0].shape == x.shape


EXPLICIT = [
    ("max_pool1d", (2, 7, 3), [[0, 0], [1, 0], [0, 0]]),
    ("max_pool2d", (2, 7, 6, 3), [[0, 0], [1, 0], [0, 1], [0, 0]]),
    ("max_pool", (2, 7, 6, 3), [[0, 0], [1, 1], [0, 1], [0, 0]]),
]


@pytest.mark.parametrize(("name", "shape", "padding"), EXPLICIT)
def test_max_pools_with_explicit_padding(tensorflow, agree, name, shape, padding):
    ours, real = getattr(tf.nn, name), getattr(tensorflow.nn, name)
    # All negative, so that a padding of zeros would win.
    x = -np.abs(draw(*shape)) - 1
    agree(lambda x: ours.with_vjp(x, 2, 2, padding), lambda x: real(x, 2, 2, padding), [x])


@pytest.mark.parametrize("kind", ["AVG", "MAX"])
@pytest.mark.parametrize(
    ("shape", "arguments"),
    [
        ((2, 7, 6, 3), {"window_shape": [2, 3]}),
        ((2, 7, 6, 3), {"window_shape": [2, 2], "strides": [2, 1], "padding": "SAME"}),
        ((2, 7, 6, 3), {"window_shape": [2, 2], "dilations": [2, 3]}),
        ((2, 9, 3), {"window_shape": [3], "dilations": [2]}),
    ],
)
def test_pool(tensorflow, agree, kind, shape, arguments):
    agree(
        lambda x: tf.nn.pool.with_vjp(x, pooling_type=kind, **arguments),
        lambda x: tensorflow.nn.pool(x, pooling_type=kind, **arguments),
        [draw(*shape)],
    )


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize("include", [False, True])
def test_max_pool_with_argmax(tensorflow, agree, padding, include):
    arguments = {"ksize": [2, 3], "strides": 2, "padding": padding}
    arguments["include_batch_in_index"] = include
    agree(
        lambda x: tf.nn.max_pool_with_argmax.with_vjp(x, **arguments),
        lambda x: tensorflow.nn.max_pool_with_argmax(x, **arguments),
        [draw(2, 7, 6, 3)],
    )


def test_max_pool_with_argmax_in_int32():
    _, argmax = tf.nn.max_pool_with_argmax(draw(1, 4, 4, 2), 2, 2, "VALID", output_dtype=np.int32)
    assert argmax.dtype == np.int32


@pytest.mark.parametrize("axes", [[0], [0, 1, 2], [-1], 1, None])
@pytest.mark.parametrize("keepdims", [False, True])
def test_moments(tensorflow, agree, axes, keepdims):
    def variance_first(pair):
        return pair[1], pair[0]

    x = draw(3, 4, 5)
    agree(
        lambda x: _mean_only(tf.nn.moments.with_vjp(x, axes, keepdims=keepdims)),
        lambda x: tensorflow.nn.moments(x, axes, keepdims=keepdims),
        [x],
    )
    agree(
        lambda x: _variance_only(tf.nn.moments.with_vjp(x, axes, keepdims=keepdims)),
        lambda x: variance_first(tensorflow.nn.moments(x, axes, keepdims=keepdims)),
        [x],
    )


def _mean_only(result):
    (mean, variance), vjp = result
    return (mean, variance), lambda bar: vjp((bar, np.zeros_like(variance)))


def _variance_only(result):
    (mean, variance), vjp = result
    return (variance, mean), lambda bar: vjp((np.zeros_like(mean), bar))


def test_batch_normalization(tensorflow, agree):
    arrays = [draw(3, 4, 5), draw(5), np.abs(draw(4, 1)) + 0.5, draw(5), draw(5)]
    agree(
        lambda *a: tf.nn.batch_normalization.with_vjp(*a, 1e-3),
        lambda *a: tensorflow.nn.batch_normalization(*a, 1e-3),
        arrays,
    )
    agree(
        lambda *a: tf.nn.batch_normalization.with_vjp(*a, None, None, 1e-3),
        lambda *a: tensorflow.nn.batch_normalization(*a, None, None, 1e-3),
        arrays[:3],
    )


FUSED = [
    {},
    {"is_training": False},
    {"exponential_avg_factor": 0.3},
    {"epsilon": 1e-5},
]


@pytest.mark.parametrize("arguments", FUSED)
@pytest.mark.parametrize("rank", [4, 5])
def test_fused_batch_norm(tensorflow, arguments, rank):
    data_format = {4: "NHWC", 5: "NDHWC"}[rank]
    arrays = [draw(*(3, 2, 4, 5, 2)[:rank]), *(draw((5, 2)[rank - 4]) for _ in range(3))]
    arrays.append(np.abs(draw(arrays[1].size)) + 1)
    if not arguments or "epsilon" in arguments:
        arrays = arrays[:3]
    arrays = [array.astype(np.float32) for array in arrays]
    fused = tensorflow.compat.v1.nn.fused_batch_norm
    constants = [tensorflow.constant(array) for array in arrays]
    with tensorflow.GradientTape() as tape:
        tape.watch(constants)
        theirs = fused(*constants, data_format=data_format, **arguments)
        loss = tensorflow.reduce_sum(theirs[0] ** 3)
    gradients = tape.gradient(loss, constants)
    ours, vjp = tf.compat.v1.nn.fused_batch_norm.with_vjp(
        *arrays, data_format=data_format, **arguments
    )
    # The real one has float32 alone; a few dozen terms of order one, raised to the third power.
    tolerance = {"rtol": 1e-4, "atol": 1e-4}
    for got, expected in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(got, expected.numpy(), rtol=2e-6, atol=2e-6)
        assert got.dtype == np.float32
    bars = vjp(3 * ours[0] ** 2)
    for bar, expected in zip(bars, gradients, strict=False):
        if expected is None:
            assert bar is None
        else:
            np.testing.assert_allclose(bar, expected.numpy(), **tolerance)


def test_fused_batch_norm_with_channels_first_is_the_same_moved():
    x, scale, offset = draw(3, 2, 4, 5), draw(2), draw(2)
    first = tf.compat.v1.nn.fused_batch_norm(x, scale, offset, data_format="NCHW")
    last = tf.compat.v1.nn.fused_batch_norm(x.transpose(0, 2, 3, 1), scale, offset)
    np.testing.assert_allclose(first[0], last[0].transpose(0, 3, 1, 2), rtol=1e-12)
    np.testing.assert_allclose(first[2], last[2], rtol=1e-12)
    np.testing.assert_allclose(first[2], x.var((0, 2, 3), ddof=1), rtol=1e-12)


KINKS = np.array([-9.0, -6.0, -3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0, 6.0, 9.0])
ACTIVATIONS = [
    ("relu", {}),
    ("relu6", {}),
    ("leaky_relu", {}),
    ("leaky_relu", {"alpha": 0.7}),
    ("elu", {}),
    ("selu", {}),
    ("gelu", {}),
    ("gelu", {"approximate": True}),
    ("silu", {}),
    ("silu", {"beta": 1.5}),
    ("swish", {}),
    ("sigmoid", {}),
    ("tanh", {}),
    ("softplus", {}),
    ("softsign", {}),
    ("softmax", {}),
    ("log_softmax", {}),
]


@pytest.mark.parametrize(("name", "arguments"), ACTIVATIONS)
def test_activations(tensorflow, agree, name, arguments):
    ours, real = getattr(tf.nn, name), getattr(tensorflow.nn, name)
    # TensorFlow reads a Python float as float32 first: 0.2 and 0.7 are not what they seem.
    given = {k: float(np.float32(v)) if k == "alpha" else v for k, v in arguments.items()}
    if name == "leaky_relu" and not given:
        given = {"alpha": float(np.float32(0.2))}
    # In gelu even the constants are float32, which a float64 input shows at the ninth digit.
    dtype = np.float32 if name == "gelu" else np.float64
    for x in (KINKS.astype(dtype), draw(3, 4).astype(dtype)):
        agree(lambda x: ours.with_vjp(x, **given), lambda x: real(x, **arguments), [x])


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_softmax_over_an_axis(tensorflow, agree, name, axis):
    ours, real = getattr(tf.nn, name), getattr(tensorflow.nn, name)
    agree(lambda x: ours.with_vjp(x, axis=axis), lambda x: real(x, axis=axis), [draw(3, 4, 2)])


@pytest.mark.parametrize(
    ("shape", "channels", "data_format"),
    [((2, 3), 3, None), ((2, 4, 5, 3), 3, "NHWC"), ((2, 3, 4), 3, "NC..")],
)
def test_bias_add(tensorflow, agree, shape, channels, data_format):
    agree(
        lambda x, b: tf.nn.bias_add.with_vjp(x, b, data_format),
        lambda x, b: tensorflow.nn.bias_add(x, b, data_format),
        [draw(*shape), draw(channels)],
    )


def test_cross_entropies(tensorflow, agree):
    labels = np.array([[1, 0, 3], [2, 2, 1]])
    nn = tensorflow.nn
    agree(
        lambda z: _second(tf.nn.sparse_softmax_cross_entropy_with_logits.with_vjp(labels, z)),
        lambda z: nn.sparse_softmax_cross_entropy_with_logits(labels, z),
        [draw(2, 3, 4)],
    )
    for axis in (-1, 0):
        agree(
            lambda p, z, axis=axis: tf.nn.softmax_cross_entropy_with_logits.with_vjp(p, z, axis),
            lambda p, z, axis=axis: nn.softmax_cross_entropy_with_logits(p, z, axis),
            [np.abs(draw(3, 4)), draw(3, 4)],
        )


def _second(result):
    output, vjp = result
    return output, lambda bar: vjp(bar)[1:]


@pytest.mark.parametrize(
    ("left", "right", "arguments"),
    [
        ((3, 4), (4, 2), {}),
        ((4, 3), (4, 2), {"transpose_a": True}),
        ((3, 4), (2, 4), {"adjoint_b": True}),
        ((5, 1, 3, 4), (2, 4, 6), {}),
    ],
)
def test_matmul(tensorflow, agree, left, right, arguments):
    agree(
        lambda a, b: tf.linalg.matmul.with_vjp(a, b, **arguments),
        lambda a, b: tensorflow.linalg.matmul(a, b, **arguments),
        [draw(*left), draw(*right)],
    )


@pytest.mark.parametrize("shape", [(3, 4), (4,), (3, 1), ()])
def test_maximum(tensorflow, agree, shape):
    x, y = np.round(draw(3, 4)), np.round(draw(*shape))
    agree(tf.maximum.with_vjp, tensorflow.maximum, [x, np.asarray(y)])
    agree(tf.maximum.with_vjp, tensorflow.maximum, [np.asarray(y), x])


def test_dropout_selects_and_scales(tensorflow):
    x = draw(4, 6)
    x[0, 0], x[0, 1] = np.nan, np.inf
    keep = np.arange(24).reshape(4, 6) % 3 > 0
    keep[0, :2] = False
    output, vjp = tf.nn.dropout.with_vjp(x, 0.3, keep=keep)
    np.testing.assert_array_equal(output, np.where(keep, x * (1 / (1 - 0.3)), 0.0))
    np.testing.assert_array_equal(vjp(np.ones_like(x))[0], np.where(keep, 1 / (1 - 0.3), 0.0))
    # The same arithmetic as the real one, up to its own mask.
    real = tensorflow.nn.dropout(tensorflow.ones((50, 6), "float64"), 0.3).numpy()
    assert set(np.unique(real)) == set(np.unique(tf.nn.dropout(np.ones((50, 6)), 0.3)))


def test_dropout_draws_one_flag_for_each_element_of_the_noise_shape():
    tf.random.set_seed(3)
    y = tf.nn.dropout(np.ones((100, 5, 7)), 0.5, noise_shape=(None, 1, 7))
    assert (y == y[:, :1]).all()
    assert set(np.unique(y)) == {0.0, 2.0}
    # 700 flags at one half: 350 on average, seven deviations are 93.
    assert 257 < (y[:, 0] > 0).sum() < 443


def test_dropout_is_reproducible():
    x = np.ones((8, 8))
    generator = np.random.default_rng(5)
    first = tf.nn.dropout(x, 0.5, generator=generator)
    again = tf.nn.dropout(x, 0.5, generator=np.random.default_rng(5))
    np.testing.assert_array_equal(first, again)
    tf.random.set_seed(7)
    first = tf.nn.dropout(x, 0.5)
    second = tf.nn.dropout(x, 0.5)
    assert (first != second).any()
    tf.random.set_seed(7)
    np.testing.assert_array_equal(first, tf.nn.dropout(x, 0.5))
    seeded = tf.nn.dropout(x, 0.5, seed=1)
    assert (seeded != tf.nn.dropout(x, 0.5, seed=1)).any()  # it goes on, as TensorFlow's does
    tf.random.set_seed(7)
    np.testing.assert_array_equal(seeded, tf.nn.dropout(x, 0.5, seed=1))


def test_arrays_need_not_be_contiguous():
    x, kernel = draw(2, 7, 6, 4), draw(3, 3, 4, 2)
    odd = np.asfortranarray(np.repeat(x, 2, axis=2))[:, :, ::2]
    for name, others in (
        ("conv2d", (kernel, 2, "SAME")),
        ("avg_pool2d", (2, 2, "SAME")),
        ("max_pool2d", (2, 2, "SAME")),
        ("softmax", ()),
    ):
        function = getattr(tf.nn, name)
        output, vjp = function.with_vjp(x, *others)
        again, vjp_again = function.with_vjp(odd, *others)
        # Up to a few units: NumPy's exp differs by one between strides.
        np.testing.assert_allclose(output, again, rtol=1e-14, atol=1e-14)
        cotangent = draw(*output.shape)
        bars = vjp(cotangent)[0], vjp_again(np.asfortranarray(cotangent))[0]
        np.testing.assert_allclose(*bars, rtol=1e-14, atol=1e-14)


HALVES = [
    ("conv2d", ((2, 7, 6, 4), (3, 3, 4, 2)), {"strides": 1, "padding": "SAME"}),
    ("depthwise_conv2d", ((2, 7, 6, 4), (3, 3, 4, 2)), {"strides": [1] * 4, "padding": "SAME"}),
    ("avg_pool2d", ((2, 7, 6, 4),), {"ksize": 3, "strides": 2, "padding": "SAME"}),
    ("max_pool2d", ((2, 7, 6, 4),), {"ksize": 3, "strides": 2, "padding": "SAME"}),
    ("moments", ((3, 4),), {"axes": [0]}),
    ("relu", ((3, 4),), {}),
    ("gelu", ((3, 4),), {}),
    ("silu", ((3, 4),), {"beta": 2.0}),
    ("softmax", ((3, 4),), {}),
    ("bias_add", ((3, 4), (4,)), {}),
    ("softmax_cross_entropy_with_logits", ((3, 4), (3, 4)), {}),
]


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize(("name", "shapes", "arguments"), HALVES)
def test_half_types(tensorflow, name, shapes, arguments, dtype):
    kind = getattr(tensorflow, dtype).as_numpy_dtype
    arrays = [draw(*shape).astype(kind) for shape in shapes]
    output, vjp = getattr(tf.nn, name).with_vjp(*arrays, **arguments)
    # As tensors: max pooling takes NumPy's half types for float32.
    theirs = getattr(tensorflow.nn, name)(*map(tensorflow.constant, arrays), **arguments)
    mine = output if isinstance(output, tuple) else (output,)
    theirs = theirs if isinstance(theirs, tuple | list) else [theirs]
    # Ours rounds once; theirs may round sums of some thirty terms, of order ten, several times.
    unit = {"float16": 2**-10, "bfloat16": 2**-7}[dtype]
    for got, expected in zip(mine, theirs, strict=True):
        assert got.dtype == expected.numpy().dtype == kind
        np.testing.assert_allclose(
            got.astype("f8"), expected.numpy().astype("f8"), rtol=8 * unit, atol=16 * unit
        )
    cotangents = tuple(np.ones_like(one) for one in mine)
    bars = vjp(cotangents if name == "moments" else cotangents[0])
    assert all(bar.dtype == kind for bar in bars)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_statistics_stay_float32_beside_half_types(tensorflow, dtype):
    kind = getattr(tensorflow, dtype).as_numpy_dtype
    x, per_channel = draw(3, 2, 4, 5).astype(kind), np.abs(draw(5)).astype("f4") + 1
    fused = tf.compat.v1.nn.fused_batch_norm
    outputs, vjp = fused.with_vjp(x, per_channel, per_channel)
    real = tensorflow.compat.v1.nn.fused_batch_norm(x, per_channel, per_channel)
    assert [o.dtype for o in outputs] == [o.numpy().dtype for o in real]
    assert [bar.dtype for bar in vjp(outputs[0])[:3]] == [x.dtype, np.float32, np.float32]
    normalized, vjp = tf.nn.batch_normalization.with_vjp(
        x, per_channel, per_channel, None, per_channel, 1e-3
    )
    assert normalized.dtype == kind
    bars = vjp(normalized)
    assert [None if bar is None else bar.dtype for bar in bars] == [
        x.dtype,
        np.float32,
        np.float32,
        None,
        np.float32,
    ]


def test_python_numbers_are_read_as_tensorflow_reads_them():
    assert tf.nn.relu([1.0, -2.0]).dtype == np.float32
    loss = tf.nn.sparse_softmax_cross_entropy_with_logits([1, 0], [[1.0, 2.0], [0.0, 3.0]])
    assert loss.dtype == np.float32
    assert tf.matmul(np.ones((1, 2)), [[1.0], [2.0]]).dtype == np.float64
