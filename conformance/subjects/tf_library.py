"""TensorFlow's namespace, real or refimpl's, as a `Library`; it is passed in, not imported."""

from __future__ import annotations

import random as python_random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from conformance.spec.library import Step
from conformance.subjects.numpy_arrays import NumPyArrays, first_cotangent

Array = npt.NDArray[Any]


class _KerasNamespace:
    """What works alike in TensorFlow and in refimpl.tf."""

    root: Any
    array: Callable[[Array], Any]
    numpy: Callable[[Any], Array]

    def assign(self, layer: Any, name: str, values: Array) -> None:
        """Set a variable."""
        getattr(layer, name).assign(values)

    def list_owned(self, layer: Any) -> tuple[list[str], list[str]]:
        """Names of trainable and other weights."""
        return _names_of_weights(layer)

    def call(self, layer: Any, *inputs: Array, training: bool | None = None) -> Array:
        """Call a layer."""
        mode = {} if training is None else {"training": training}
        return self.numpy(layer(*map(self.array, inputs), **mode))

    def seed(self, seed: int) -> None:
        """Seed Python, NumPy and the framework, as Keras does."""
        self.root.keras.utils.set_random_seed(seed)

    def seed_python(self, seed: int) -> None:
        """Seed Python's own generator."""
        python_random.seed(seed)

    def order(self, count: int, seed: int) -> Array:
        """Draw a permutation."""
        shuffled = self.root.keras.random.shuffle(self.array(np.arange(count)), seed=seed)
        return self.numpy(shuffled)

    def optimizer(self, layers: Sequence[Any], config: Mapping[str, Any]) -> Callable[[], None]:
        """Make keras.optimizers.SGD, applied to the gradients of the last step."""
        return _make_sgd(self, layers, config)


class TensorFlowLibrary(_KerasNamespace):
    """The real TensorFlow and Keras.

    Parameters
    ----------
    tf : module
        TensorFlow.
    """

    def __init__(self, tf: Any) -> None:
        self.root = tf
        self.last: Step | None = None

    def array(self, values: Array) -> Any:
        """Make a tensor."""
        return self.root.constant(values)

    def numpy(self, values: Any) -> Array:
        """Copy a tensor or variable out."""
        return np.array(values)

    def step(self, layers: Sequence[Any], loss: Any, inputs: Array, labels: Array) -> Step:
        """Run a chain forward and backward."""
        leaf = self.array(inputs)
        places = [
            (place, variable)
            for place, layer in enumerate(layers)
            for variable in layer.trainable_weights
        ]
        outputs = []
        with self.root.GradientTape() as tape:
            tape.watch(leaf)
            hidden = leaf
            for layer in layers:
                hidden = layer(hidden, training=True) if _has_mode(layer) else layer(hidden)
                outputs.append(self.numpy(hidden))
            value = loss(self.array(labels), hidden)
        found = tape.gradient(value, [leaf, *(variable.value for _, variable in places)])
        gradients = {
            (place, variable.name): self.numpy(gradient)
            for (place, variable), gradient in zip(places, found[1:], strict=True)
        }
        self.last = Step(tuple(outputs), self.numpy(value), self.numpy(found[0]), gradients)
        return self.last


class RefimplTfLibrary(NumPyArrays, _KerasNamespace):
    """refimpl.tf: arrays are NumPy arrays, and layers have a method `backward`.

    Parameters
    ----------
    root : module
        refimpl.tf.
    """

    def __init__(self, root: Any) -> None:
        self.root = root
        self.last: Step | None = None

    def step(self, layers: Sequence[Any], loss: Any, inputs: Array, labels: Array) -> Step:
        """Run a chain forward and backward."""
        outputs, hidden = [], np.array(inputs)
        for layer in layers:
            hidden = layer(hidden, training=True) if _has_mode(layer) else layer(hidden)
            outputs.append(np.array(hidden))
        value = loss(labels, hidden)
        bar = first_cotangent(loss.backward())
        for layer in reversed(layers):
            bar = first_cotangent(layer.backward(bar))
        gradients = {
            (place, variable.name): np.array(variable.grad)
            for place, layer in enumerate(layers)
            for variable in layer.trainable_weights
        }
        self.last = Step(tuple(outputs), np.array(value), np.array(bar), gradients)
        return self.last


def _make_sgd(library: Any, layers: Sequence[Any], config: Mapping[str, Any]) -> Callable[[], None]:
    optimizer = library.root.keras.optimizers.SGD(
        config["learning_rate"],
        momentum=config["momentum"],
        weight_decay=config["weight_decay"],
    )
    variables = [
        (place, variable)
        for place, layer in enumerate(layers)
        for variable in layer.trainable_weights
    ]

    def descend() -> None:
        gradients = library.last.gradients
        optimizer.apply_gradients(
            [
                (library.array(gradients[place, variable.name]), variable)
                for place, variable in variables
            ]
        )

    return descend


def _names_of_weights(layer: Any) -> tuple[list[str], list[str]]:
    trainable = [variable.name for variable in layer.trainable_weights]
    return trainable, [variable.name for variable in layer.non_trainable_weights]


def _has_mode(layer: Any) -> bool:
    return type(layer).__name__ in ("BatchNormalization", "Dropout")
