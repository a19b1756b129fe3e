"""The built-in subjects' namespaces behind one face; the frameworks are handed in, not imported."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from conformance.spec.library import Step

Array = npt.NDArray[Any]


class _TorchWords:
    """What PyTorch and refimpl.torch are told in the same words."""

    root: Any
    array: Callable[[Array], Any]
    numpy: Callable[[Any], Array]

    def assign(self, layer: Any, name: str, values: Array) -> None:
        """Set a parameter's data."""
        getattr(layer, name).data = self.array(values)

    def owned(self, layer: Any) -> tuple[list[str], list[str]]:
        """Names of parameters and buffers."""
        return _owned(layer)

    def call(self, layer: Any, *inputs: Array, training: bool | None = None) -> Array:
        """Call a module."""
        if training is not None:
            layer.train(training)
        return self.numpy(layer(*map(self.array, inputs)))

    def seed(self, seed: int) -> None:
        """Seed the default generator."""
        self.root.manual_seed(seed)

    def order(self, count: int, seed: int) -> Array:
        """Draw a permutation."""
        generator = self.root.Generator().manual_seed(seed)
        return self.numpy(self.root.randperm(count, generator=generator))

    def optimizer(self, layers: Sequence[Any], config: Mapping[str, Any]) -> Callable[[], None]:
        """Make torch.optim.SGD."""
        return _torch_descent(self.root, layers, config)


class _KerasWords:
    """What TensorFlow and refimpl.tf are told in the same words."""

    root: Any
    array: Callable[[Array], Any]
    numpy: Callable[[Any], Array]

    def assign(self, layer: Any, name: str, values: Array) -> None:
        """Set a variable."""
        getattr(layer, name).assign(values)

    def owned(self, layer: Any) -> tuple[list[str], list[str]]:
        """Names of trainable and other weights."""
        return _weights(layer)

    def call(self, layer: Any, *inputs: Array, training: bool | None = None) -> Array:
        """Call a layer."""
        mode = {} if training is None else {"training": training}
        return self.numpy(layer(*map(self.array, inputs), **mode))

    def seed(self, seed: int) -> None:
        """Seed Python, NumPy and the framework, as Keras does."""
        self.root.keras.utils.set_random_seed(seed)

    def order(self, count: int, seed: int) -> Array:
        """Draw a permutation."""
        shuffled = self.root.keras.random.shuffle(self.array(np.arange(count)), seed=seed)
        return self.numpy(shuffled)

    def optimizer(self, layers: Sequence[Any], config: Mapping[str, Any]) -> Callable[[], None]:
        """Make keras.optimizers.SGD, fed with the gradients of the last step."""
        return _keras_descent(self, layers, config)


class _NumPyArrays:
    """Arrays are NumPy's own, and are copied both ways."""

    def array(self, values: Array) -> Any:
        """Copy the array."""
        return np.array(values)

    def numpy(self, values: Any) -> Array:
        """Copy an array or parameter out."""
        return np.array(values)


class TorchLibrary(_TorchWords):
    """The real PyTorch.

    Parameters
    ----------
    torch : module
        PyTorch.
    """

    def __init__(self, torch: Any) -> None:
        self.root = torch

    def array(self, values: Array) -> Any:
        """Make a tensor."""
        return self.root.tensor(np.array(values))

    def numpy(self, values: Any) -> Array:
        """Copy a tensor out."""
        return np.array(values.detach())

    def step(self, layers: Sequence[Any], loss: Any, inputs: Array, labels: Array) -> Step:
        """Run a chain forward and backward."""
        leaf = self.array(inputs).requires_grad_()
        outputs, hidden = [], leaf
        for layer in layers:
            hidden = layer.train()(hidden)
            outputs.append(self.numpy(hidden))
        value = loss(hidden, self.array(labels))
        value.backward()
        gradients = {
            (place, name): self.numpy(parameter.grad)
            for place, layer in enumerate(layers)
            for name, parameter in layer.named_parameters()
        }
        return Step(tuple(outputs), self.numpy(value), self.numpy(leaf.grad), gradients)


class RefimplTorchLibrary(_NumPyArrays, _TorchWords):
    """refimpl.torch: arrays are NumPy's, modules go backward themselves.

    Parameters
    ----------
    root : module
        refimpl.torch.
    """

    def __init__(self, root: Any) -> None:
        self.root = root

    def step(self, layers: Sequence[Any], loss: Any, inputs: Array, labels: Array) -> Step:
        """Run a chain forward and backward."""
        outputs, hidden = [], np.array(inputs)
        for layer in layers:
            hidden = layer.train()(hidden)
            outputs.append(np.array(hidden))
        value = loss(hidden, labels)
        bar = _first(loss.backward(np.ones_like(value)))
        for layer in reversed(layers):
            bar = _first(layer.backward(bar))
        gradients = {
            (place, name): np.array(parameter.grad)
            for place, layer in enumerate(layers)
            for name, parameter in layer.named_parameters()
        }
        return Step(tuple(outputs), np.array(value), np.array(bar), gradients)


class TensorFlowLibrary(_KerasWords):
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


class RefimplTfLibrary(_NumPyArrays, _KerasWords):
    """refimpl.tf: arrays are NumPy's, layers go backward themselves.

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
        bar = _first(loss.backward())
        for layer in reversed(layers):
            bar = _first(layer.backward(bar))
        gradients = {
            (place, variable.name): np.array(variable.grad)
            for place, layer in enumerate(layers)
            for variable in layer.trainable_weights
        }
        self.last = Step(tuple(outputs), np.array(value), np.array(bar), gradients)
        return self.last


def _torch_descent(
    root: Any, layers: Sequence[Any], config: Mapping[str, Any]
) -> Callable[[], None]:
    optimizer = root.optim.SGD(
        [parameter for layer in layers for parameter in layer.parameters()],
        lr=config["learning_rate"],
        momentum=config["momentum"],
        weight_decay=config["weight_decay"],
    )

    def descend() -> None:
        optimizer.step()
        optimizer.zero_grad()

    return descend


def _keras_descent(
    library: Any, layers: Sequence[Any], config: Mapping[str, Any]
) -> Callable[[], None]:
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


def _owned(layer: Any) -> tuple[list[str], list[str]]:
    parameters = [name for name, _ in layer.named_parameters()]
    return parameters, [name for name, _ in layer.named_buffers()]


def _weights(layer: Any) -> tuple[list[str], list[str]]:
    trainable = [variable.name for variable in layer.trainable_weights]
    return trainable, [variable.name for variable in layer.non_trainable_weights]


def _has_mode(layer: Any) -> bool:
    return type(layer).__name__ in ("BatchNormalization", "Dropout")


def _first(bars: Any) -> Any:
    return bars[0] if isinstance(bars, tuple) else bars
