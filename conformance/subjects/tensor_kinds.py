"""Ready subjects for functions of PyTorch's, TensorFlow's and JAX's own tensors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np

from conformance.subjects.adapter import Array
from conformance.subjects.tensors import TensorSubject


class TorchTensors(TensorSubject):
    """Functions of `torch.Tensor`; gradients by `torch.autograd`.

    Attributes
    ----------
    device : str
        Where the tensors are.
    """

    dialect = "torch"
    device: ClassVar[str] = "cpu"

    def tensor(self, array: Array) -> Any:
        """Make a tensor; bfloat16, which NumPy lacks, by its bits."""
        import torch

        if array.dtype.name == "bfloat16":
            bits = torch.from_numpy(np.ascontiguousarray(array).view(np.int16))
            return bits.view(torch.bfloat16).to(self.device)
        return torch.from_numpy(array).to(self.device)

    def array(self, tensor: Any) -> Array:
        """Read a tensor."""
        import torch

        plain = tensor.detach().cpu()
        if plain.dtype == torch.bfloat16:
            from refimpl.dtypes import float_dtype

            bits: Array = plain.contiguous().view(torch.int16).numpy()
            return bits.view(float_dtype("bfloat16"))
        found: Array = plain.numpy()
        return found

    def pull(
        self, function: Callable[..., Any], tensors: Mapping[str, Any], cotangents: tuple[Any, ...]
    ) -> Mapping[str, Any]:
        """Pull cotangents back by `torch.autograd.grad`."""
        import torch

        leaves = {name: each.requires_grad_() for name, each in tensors.items()}
        results = function(**leaves)
        outputs = results if isinstance(results, tuple | list) else (results,)
        pairs = [
            (output, bar)
            for output, bar in zip(outputs, cotangents, strict=True)
            if bar is not None
        ]
        found = torch.autograd.grad(
            [output for output, _ in pairs],
            list(leaves.values()),
            [bar for _, bar in pairs],
            allow_unused=True,
        )
        return dict(zip(leaves, found, strict=True))


class TensorFlowTensors(TensorSubject):
    """Functions of TensorFlow's tensors; gradients by `tf.GradientTape`."""

    dialect = "tf"

    def tensor(self, array: Array) -> Any:
        """Make a tensor."""
        import tensorflow as tf

        return tf.constant(array)

    def pull(
        self, function: Callable[..., Any], tensors: Mapping[str, Any], cotangents: tuple[Any, ...]
    ) -> Mapping[str, Any]:
        """Pull cotangents back by a tape."""
        import tensorflow as tf

        with tf.GradientTape() as tape:
            tape.watch(list(tensors.values()))
            results = function(**tensors)
        outputs = results if isinstance(results, tuple | list) else (results,)
        pairs = [
            (output, bar)
            for output, bar in zip(outputs, cotangents, strict=True)
            if bar is not None
        ]
        found = tape.gradient(
            [output for output, _ in pairs],
            list(tensors.values()),
            output_gradients=[bar for _, bar in pairs],
        )
        return dict(zip(tensors, found, strict=True))


class JaxArrays(TensorSubject):
    """Functions of JAX's arrays; gradients by `jax.vjp`."""

    dialect = "torch"

    def tensor(self, array: Array) -> Any:
        """Make an array."""
        import jax.numpy as jnp

        return jnp.asarray(array)

    def pull(
        self, function: Callable[..., Any], tensors: Mapping[str, Any], cotangents: tuple[Any, ...]
    ) -> Mapping[str, Any]:
        """Pull cotangents back by `jax.vjp`."""
        import jax
        import jax.numpy as jnp

        names = list(tensors)

        def of_values(*values: Any) -> Any:
            return function(**dict(zip(names, values, strict=True)))

        results, back = jax.vjp(of_values, *tensors.values())
        several = isinstance(results, tuple | list)
        outputs = results if several else (results,)
        bars = [
            jnp.zeros_like(output) if bar is None else bar
            for output, bar in zip(outputs, cotangents, strict=True)
        ]
        return dict(zip(names, back(type(results)(bars) if several else bars[0]), strict=True))
