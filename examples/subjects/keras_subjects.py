"""Keras under test on the backends that are not TensorFlow: JAX and PyTorch.

    KERAS_BACKEND=jax conformance run --subject examples/subjects/keras_subjects.py:KerasJax

The backend is chosen once for a process, before Keras is imported; so each has a run of its own.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

import conformance
from conformance import Unsupported
from conformance.subjects.targets import targets_of

# What the dialect has besides Keras.
LACKS = tuple(
    conformance.Gap(target, "never", "it is TensorFlow's own function, not Keras'")
    for target in ("nn.*", "linalg.*", "compat.*")
)


class KerasSubject(conformance.LayerSubject):
    """Builds Keras' layers and losses; a subclass knows how its backend differentiates."""

    dialect = "tf"
    backend = ""
    lacks = LACKS

    def __init__(self) -> None:
        os.environ["KERAS_BACKEND"] = self.backend
        import keras

        if keras.backend.backend() != self.backend:
            raise ValueError(
                f"KERAS_BACKEND must be {self.backend!r}; got {keras.backend.backend()!r}"
            )
        self.keras = keras
        asked = targets_of("tf", "function")
        self.functions = {
            f"keras.activations.{name}": self._activation(name)
            for name in dir(keras.activations)
            if f"keras.activations.{name}" in asked
        }

    def build(self, target: str, arguments: Mapping[str, Any]) -> Any:
        """Make a layer or a loss."""
        family, name = target.split(".")[-2:]
        instance = getattr(getattr(self.keras, family), name)(**arguments)
        return {"layer": instance}

    def load(self, instance: Any, arrays: Mapping[str, Any]) -> None:
        """Keep the arrays until the input's shape is known."""
        instance["arrays"] = arrays

    def forward(self, instance: Any, *inputs: Any, training: bool | None) -> Any:
        """Build on the first call, assign, and call."""
        layer = instance["layer"]
        if "inputs" not in instance:
            instance.update(inputs=inputs, training=training)
            if hasattr(layer, "weights"):  # a loss has none
                self._build(layer, inputs[0].shape, instance["arrays"])
                kept = layer.non_trainable_variables
                instance["kept"] = [self.numpy(variable.value) for variable in kept]
        mode = {} if training is None else {"training": training}
        return self.numpy(layer(*map(self.keras.ops.convert_to_tensor, inputs), **mode))

    def buffers(self, instance: Any) -> Mapping[str, Any]:
        """Read the moving statistics."""
        layer = instance["layer"]
        trained = {id(variable) for variable in layer.trainable_weights}
        return {
            variable.name: self.numpy(variable.value)
            for variable in layer.weights
            if id(variable) not in trained
        }

    def backward(self, instance: Any, cotangents: Any) -> Mapping[str, Any]:
        """Differentiate the call by the backend's own means."""
        if isinstance(instance, conformance.Operation):
            function = getattr(self.keras.activations, instance.name.split(".")[-1])
            return self.pull(
                lambda x: function(x, **instance.arguments), dict(instance.arrays), cotangents[0]
            )
        layer, inputs, training = instance["layer"], instance["inputs"], instance["training"]
        mode = {} if training is None else {"training": training}
        if not hasattr(layer, "weights"):  # a loss
            return self.pull(
                lambda y_pred: layer(self.keras.ops.convert_to_tensor(inputs[0]), y_pred),
                {"y_pred": inputs[1]},
                cotangents[0],
            )
        if training and hasattr(layer, "seed_generator"):
            raise Unsupported("not implemented: a second call would draw another mask")
        trained = [variable.name for variable in layer.trainable_weights]
        kept = [self.keras.ops.convert_to_tensor(array) for array in instance["kept"]]

        def call(inputs: Any, **parameters: Any) -> Any:
            values = [parameters[name] for name in trained]
            return layer.stateless_call(values, kept, inputs, **mode)[0]

        arrays = {name: instance["arrays"][name] for name in trained}
        return self.pull(call, {"inputs": inputs[0], **arrays}, cotangents[0])

    def pull(self, function: Callable[..., Any], arrays: dict[str, Any], bar: Any) -> Any:
        """Give the gradients of a function of named arrays."""
        raise NotImplementedError

    def numpy(self, tensor: Any) -> Any:
        """Copy a tensor out."""
        return np.array(self.keras.ops.convert_to_numpy(tensor))

    def _build(self, layer: Any, shape: Any, arrays: Mapping[str, Any]) -> None:
        if not layer.built:
            layer.build(shape)
        variables = {variable.name: variable for variable in layer.weights}
        for name, array in arrays.items():
            variables[name].assign(array)

    def _activation(self, name: str) -> Callable[..., Any]:
        function = getattr(self.keras.activations, name)

        def called(x: Any, **arguments: Any) -> Any:
            return self.numpy(function(self.keras.ops.convert_to_tensor(x), **arguments))

        return called


class KerasJax(KerasSubject):
    """Keras on JAX."""

    name = "keras-on-jax"
    backend = "jax"

    def __init__(self) -> None:
        import jax

        jax.config.update("jax_enable_x64", True)
        jax.config.update("jax_platforms", "cpu")
        super().__init__()

    def pull(self, function: Callable[..., Any], arrays: dict[str, Any], bar: Any) -> Any:
        """jax.vjp."""
        import jax

        _, pulled = jax.vjp(lambda given: function(**given), arrays)
        return {name: np.asarray(each) for name, each in pulled(jax.numpy.asarray(bar))[0].items()}


class KerasTorch(KerasSubject):
    """Keras on PyTorch."""

    name = "keras-on-torch"
    backend = "torch"

    def pull(self, function: Callable[..., Any], arrays: dict[str, Any], bar: Any) -> Any:
        """torch.autograd."""
        import torch

        leaves = {name: torch.tensor(each).requires_grad_() for name, each in arrays.items()}
        found = torch.autograd.grad(
            function(**leaves), list(leaves.values()), torch.tensor(bar), allow_unused=True
        )
        pairs = zip(leaves, found, strict=True)
        return {name: each.numpy() for name, each in pairs if each is not None}
