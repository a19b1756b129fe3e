"""The real PyTorch, one thread, on the CPU."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from conformance.spec.call import Owned, Slot
from conformance.spec.library import Library
from conformance.spec.request import Observation, Request
from conformance.subjects.protocol import constant, resolve
from conformance.subjects.torch_library import TorchLibrary

Array = npt.NDArray[Any]


class Torch:
    """PyTorch as a subject."""

    name = "torch"
    dialect = "torch"

    def __init__(self) -> None:
        import torch

        torch.set_num_threads(1)
        self._torch = torch

    def library(self) -> Library:
        """The framework's namespace; see `Library`."""
        return TorchLibrary(self._torch)

    def run(self, request: Request) -> Observation:
        """Run a call; see `Subject.run`."""
        call = request.call
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if call.kind == "class":
                return self._run_class(request)
            return self._run_function(request)

    def _run_function(self, request: Request) -> Observation:
        call = request.call
        leaves = {slot.name: self._leaf(request, slot) for slot in call.slots}
        passed = dict(leaves)
        if call.arguments.get("inplace"):
            passed["input"] = leaves["input"].clone()
        function = resolve(self._torch, call.target)
        results = _as_tuple(function(**passed, **call.arguments))
        first = next(slot.name for slot in call.slots if slot.array == "input")
        for array in request.further:
            function(**{**passed, first: self._tensor(array)}, **call.arguments)
        state = {
            slot.name: self._array(leaves[slot.name])
            for slot in call.slots
            if slot.role == "buffer"
        }
        inputs = {slot.name: passed[slot.name] for slot in call.slots if slot.role == "input"}
        return self._observe(request, leaves, inputs, results, state, ())

    def _run_class(self, request: Request) -> Observation:
        call = request.call
        arguments = dict(call.arguments)
        if "dtype" in arguments:
            arguments["dtype"] = getattr(self._torch, arguments["dtype"])
        for slot in call.slots:
            if slot.role == "constant":
                arguments[slot.name] = self._tensor(request.arrays[slot.name])
        module = resolve(self._torch, call.target)(**arguments)
        owned = self._list_owned(module)
        if request.fresh:
            return Observation((), owned=owned)
        leaves = {}
        for slot in call.slots:
            if slot.role == "input":
                leaves[slot.name] = self._leaf(request, slot)
            elif slot.role == "parameter":
                parameter = resolve(module, slot.name)
                parameter.data = self._tensor(request.arrays[slot.name])
                leaves[slot.name] = parameter
            elif slot.role == "buffer":
                resolve(module, slot.name).copy_(self._tensor(request.arrays[slot.name]))
        if call.training is not None:
            module.train(call.training)
        passed = {slot.name: leaves[slot.name] for slot in call.slots if slot.role == "input"}
        if call.arguments.get("inplace"):
            passed["input"] = leaves["input"].clone()
        results = _as_tuple(module(*passed.values()))
        for array in request.further:
            module(self._tensor(array))
        state = {name: self._array(buffer) for name, buffer in module.named_buffers()}
        return self._observe(request, leaves, passed, results, state, owned)

    def _observe(
        self,
        request: Request,
        leaves: dict[str, Any],
        passed: dict[str, Any],
        results: tuple[Any, ...],
        state: dict[str, Array],
        owned: tuple[Owned, ...],
    ) -> Observation:
        outputs = tuple(self._array(result) for result in results)
        gradients = {}
        if request.cotangents:
            wanted = {
                slot.name: leaves[slot.name]
                for slot in request.call.slots
                if slot.has_gradient and leaves[slot.name].requires_grad
            }
            pairs = [
                (result, self._tensor(cotangent))
                for result, cotangent in zip(results, request.cotangents, strict=True)
                if cotangent is not None
            ]
            found = self._torch.autograd.grad(
                [result for result, _ in pairs],
                list(wanted.values()),
                [cotangent for _, cotangent in pairs],
            )
            gradients = {
                name: self._array(gradient) for name, gradient in zip(wanted, found, strict=True)
            }
        inputs = {name: self._array(tensor) for name, tensor in passed.items()}
        first = next(iter(passed.values()))
        return Observation(
            outputs,
            gradients,
            state,
            inputs,
            owned,
            same_object=results[0].data_ptr() == first.data_ptr(),
        )

    def _leaf(self, request: Request, slot: Slot) -> Any:
        tensor = self._tensor(request.arrays[slot.name])
        return tensor.requires_grad_(bool(slot.has_gradient and tensor.is_floating_point()))

    def _tensor(self, array: Array) -> Any:
        # A copy that keeps the strides: the array lent to us must not be written.
        if array.dtype.name == "bfloat16":
            bits = self._strided_copy(array.view(np.int16))
            return bits.view(self._torch.bfloat16)
        return self._strided_copy(array)

    def _strided_copy(self, array: Array) -> Any:
        shared = self._torch.as_tensor(array if array.flags.writeable else array.copy())
        return shared.clone(memory_format=self._torch.preserve_format)

    def _array(self, tensor: Any) -> Array:
        tensor = tensor.detach()
        if tensor.dtype == self._torch.bfloat16:
            from ml_dtypes import bfloat16

            bits: Array = tensor.view(self._torch.int16).numpy().copy()
            return bits.view(bfloat16)
        array: Array = tensor.numpy().copy()
        return array

    def _list_owned(self, module: Any) -> tuple[Owned, ...]:
        found = [(name, tensor, True) for name, tensor in module.named_parameters()]
        found += [(name, tensor, False) for name, tensor in module.named_buffers()]
        return tuple(
            Owned(
                name,
                tuple(tensor.shape),
                str(tensor.dtype).removeprefix("torch."),
                trainable,
                constant(self._array(tensor)),
            )
            for name, tensor, trainable in found
        )


def _as_tuple(results: Any) -> tuple[Any, ...]:
    return tuple(results) if isinstance(results, tuple | list) else (results,)
