"""What the faces show is what TensorFlow and Keras have there, with the same arguments."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import refimpl.tf as tf

NN = [name for name in tf.nn.__all__ if name != "experimental"]
LAYERS = tf.keras.layers.__all__
OWN = {"keep", "generator"}


def parameters(function: Any) -> list[tuple[str, Any]]:
    found = inspect.signature(function).parameters.values()
    return [
        (p.name, p.default)
        for p in found
        if p.name not in OWN | {"self"} and p.kind is not inspect.Parameter.VAR_KEYWORD
    ]


def same(ours: Any, theirs: Any) -> None:
    mine, real = parameters(ours), parameters(theirs)
    assert [name for name, _ in mine] == [name for name, _ in real]
    for (name, default), (_, expected) in zip(mine, real, strict=True):
        if hasattr(expected, "as_numpy_dtype"):
            expected = expected.as_numpy_dtype
        assert default == expected, name
        assert type(default) is type(expected), name


def faces(module: ModuleType = tf) -> Iterator[ModuleType]:
    """Yield every module that a user can reach by public names."""
    yield module
    for name, value in vars(module).items():
        if name[0] != "_" and getattr(value, "__name__", None) == f"{module.__name__}.{name}":
            yield from faces(value)


FACES = {face.__name__.removeprefix("refimpl.tf").lstrip("."): face for face in faces()}


@pytest.mark.parametrize("path", FACES)
def test_a_face_shows_what_is_meant(path):
    face = FACES[path]
    shown = [name for name in dir(face) if not name.startswith("_")]
    assert shown == sorted(face.__all__)


@pytest.mark.parametrize("path", FACES)
def test_what_a_face_shows_is_there_in_tensorflow(tensorflow, keras, path):
    real = tensorflow
    for part in path.split(".") if path else ():
        # Keras' own package: tf.keras finds it late, and shows less of it to getattr.
        real = keras if part == "keras" else getattr(real, part)
    assert [name for name in FACES[path].__all__ if not hasattr(real, name)] == []


def test_the_faces_are_all_there():
    assert {"", "nn", "keras.layers", "keras.activations", "random.experimental"} <= set(FACES)
    package = resources.files("refimpl.tf")
    files = [str(entry.relative_to(package)) for entry in package.rglob("*.py")]
    public = {name.removesuffix(".py").replace("/", ".") for name in files if "_src" not in name}
    assert {name.removesuffix("__init__").rstrip(".") for name in public} == set(FACES)


@pytest.mark.parametrize("name", NN)
def test_nn_functions_take_tensorflows_arguments(tensorflow, name):
    same(getattr(tf.nn, name), getattr(tensorflow.nn, name))


def test_functions_outside_nn_take_tensorflows_arguments(tensorflow):
    same(tf.linalg.matmul, tensorflow.linalg.matmul)
    same(tf.matmul, tensorflow.matmul)
    same(tf.maximum, tensorflow.maximum)
    same(tf.math.maximum, tensorflow.math.maximum)
    v1 = tensorflow.compat.v1
    same(tf.compat.v1.nn.fused_batch_norm, v1.nn.fused_batch_norm)
    for name in (
        "set_seed",
        "uniform",
        "normal",
        "truncated_normal",
        "shuffle",
        "split",
        "fold_in",
    ):
        same(getattr(tf.random, name), getattr(tensorflow.random, name))
    for name in ("stateless_uniform", "stateless_normal", "stateless_truncated_normal"):
        same(getattr(tf.random, name), getattr(tensorflow.random, name))
    real = tensorflow.nn.experimental.stateless_dropout
    same(tf.nn.experimental.stateless_dropout, real)


@pytest.mark.parametrize("name", LAYERS)
def test_layers_take_keras_arguments(keras, name):
    same(getattr(tf.keras.layers, name).__init__, getattr(keras.layers, name).__init__)


def test_sequential_takes_keras_arguments(keras):
    same(tf.keras.Sequential.__init__, keras.Sequential.__init__)


ACTIVATIONS = tf.keras.activations.__all__


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_take_keras_arguments(keras, name):
    same(getattr(tf.keras.activations, name), getattr(keras.activations, name))


LOSSES = [
    "Loss",
    "SparseCategoricalCrossentropy",
    "CategoricalCrossentropy",
    "sparse_categorical_crossentropy",
    "categorical_crossentropy",
]


@pytest.mark.parametrize("name", LOSSES)
def test_losses_take_keras_arguments(keras, name):
    same(getattr(tf.keras.losses, name), getattr(keras.losses, name))


INITIALIZERS = [name for name in tf.keras.initializers.__all__ if name[0].isupper()]


@pytest.mark.parametrize("name", INITIALIZERS)
def test_initializers_take_keras_arguments(keras, name):
    same(getattr(tf.keras.initializers, name), getattr(keras.initializers, name))


ARGUMENTS = {
    "Activation": ("relu",),
    "AveragePooling1D": (2,),
    "AveragePooling2D": (2,),
    "AveragePooling3D": (2,),
    "Conv1D": (4, 2),
    "Conv2D": (4, 2),
    "Conv3D": (4, 2),
    "Dense": (3,),
    "DepthwiseConv2D": (2,),
    "Dropout": (0.5,),
    "SpatialDropout1D": (0.5,),
    "SpatialDropout2D": (0.5,),
    "SpatialDropout3D": (0.5,),
}
ATTRIBUTES = [
    "units",
    "filters",
    "kernel_size",
    "strides",
    "padding",
    "data_format",
    "dilation_rate",
    "groups",
    "use_bias",
    "depth_multiplier",
    "pool_size",
    "axis",
    "momentum",
    "epsilon",
    "center",
    "scale",
    "rate",
    "noise_shape",
    "seed",
    "max_value",
    "negative_slope",
    "threshold",
    "shared_axes",
    "built",
    "trainable",
    "autocast",
    "dtype",
    "compute_dtype",
    "variable_dtype",
]


@pytest.mark.parametrize("name", [name for name in LAYERS if name != "Layer"])
def test_attributes_are_keras_attributes(keras, name):
    arguments = ARGUMENTS.get(name, ())
    ours = getattr(tf.keras.layers, name)(*arguments)
    theirs = getattr(keras.layers, name)(*arguments)
    shared = [a for a in ATTRIBUTES if hasattr(theirs, a)]
    for attribute in shared:
        assert getattr(ours, attribute) == getattr(theirs, attribute), attribute


def test_differentiable_functions_return_the_output_alone():
    x = np.ones((2, 3), np.float32)
    output, vjp = tf.nn.relu.with_vjp(x)
    np.testing.assert_array_equal(tf.nn.relu(x), output)
    assert len(vjp(x)) == 1


@pytest.mark.parametrize(
    "name",
    [
        "beta",
        "binomial",
        "categorical",
        "dropout",
        "gamma",
        "normal",
        "randint",
        "shuffle",
        "truncated_normal",
        "uniform",
    ],
)
def test_keras_draws_take_keras_arguments(keras, name):
    same(getattr(tf.keras.random, name), getattr(keras.random, name))


@pytest.mark.parametrize("name", ["uniform", "normal", "truncated_normal", "gamma", "binomial"])
def test_stateless_draws_take_tensorflows_arguments(tensorflow, name):
    name = f"stateless_{name}"
    same(getattr(tf.random, name), getattr(tensorflow.random, name))


def test_the_mathematics_is_called_through_its_modules():
    # Else a wrong implementation that is put in an op's place would not be reached.
    imported = {
        node.module
        for path in (Path(tf.__file__).parent / "_src").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("refimpl.ops.")
    }
    assert imported <= {f"refimpl.ops.{name}" for name in ("array", "random", "random.philox")}
