"""PyTorch's namespace, real or refimpl's, as a `Library`; it is passed in, not imported."""

from __future__ import annotations

import random as python_random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from conformance.spec.library import Step
from conformance.subjects.numpy_arrays import NumPyArrays, first_cotangent

Array = npt.NDArray[Any]


class _TorchNamespace:
    """What works alike in PyTorch and in refimpl.torch."""

    root: Any
    array: Callable[[Array], Any]
    numpy: Callable[[Any], Array]

    def assign(self, layer: Any, name: str, values: Array) -> None:
        """Set a parameter's data."""
        getattr(layer, name).data = self.array(values)

    def list_owned(self, layer: Any) -> tuple[list[str], list[str]]:
        """Names of parameters and buffers."""
        return _names_of_owned(layer)

    def call(self, layer: Any, *inputs: Array, training: bool | None = None) -> Array:
        """Call a module."""
        if training is not None:
            layer.train(training)
        return self.numpy(layer(*map(self.array, inputs)))

    def seed(self, seed: int) -> None:
        """Seed the default generator."""
        self.root.manual_seed(seed)

    def seed_python(self, seed: int) -> None:
        """Seed Python's own generator."""
        python_random.seed(seed)

    def order(self, count: int, seed: int) -> Array:
        """Draw a permutation."""
        generator = self.root.Generator().manual_seed(seed)
        return self.numpy(self.root.randperm(count, generator=generator))

    def optimizer(self, layers: Sequence[Any], config: Mapping[str, Any]) -> Callable[[], None]:
        """Make torch.optim.SGD."""
        return _make_sgd(self.root, layers, config)


class TorchLibrary(_TorchNamespace):
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


class RefimplTorchLibrary(NumPyArrays, _TorchNamespace):
    """refimpl.torch: arrays are NumPy arrays, and modules have a method `backward`.

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
        bar = first_cotangent(loss.backward(np.ones_like(value)))
        for layer in reversed(layers):
            bar = first_cotangent(layer.backward(bar))
        gradients = {
            (place, name): np.array(parameter.grad)
            for place, layer in enumerate(layers)
            for name, parameter in layer.named_parameters()
        }
        return Step(tuple(outputs), np.array(value), np.array(bar), gradients)


def _make_sgd(root: Any, layers: Sequence[Any], config: Mapping[str, Any]) -> Callable[[], None]:
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


def _names_of_owned(layer: Any) -> tuple[list[str], list[str]]:
    parameters = [name for name, _ in layer.named_parameters()]
    return parameters, [name for name, _ in layer.named_buffers()]
