"""The real TensorFlow and Keras, eager, on the CPU."""

from __future__ import annotations

import contextlib
import os
from typing import Any

import numpy as np
import numpy.typing as npt

from conformance.spec.call import Owned
from conformance.spec.library import Library
from conformance.spec.request import Observation, Request
from conformance.subjects.protocol import constant, resolve
from conformance.subjects.tf_library import TensorFlowLibrary

Array = npt.NDArray[Any]


class TensorFlow:
    """TensorFlow's functions and Keras' layers as a subject."""

    name = "tensorflow"
    dialect = "tf"

    def __init__(self) -> None:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
        import importlib.util

        if importlib.util.find_spec("torch") is not None:
            # Loaded after TensorFlow, PyTorch's libraries clash with those already there.
            import torch  # noqa: F401
        import tensorflow as tf

        # Once TensorFlow has run something in this process its threads stay as they are.
        with contextlib.suppress(RuntimeError):
            tf.config.threading.set_intra_op_parallelism_threads(1)
            tf.config.threading.set_inter_op_parallelism_threads(1)
        self._tf = tf

    def library(self) -> Library:
        """The framework's namespace; see `Library`."""
        return TensorFlowLibrary(self._tf)

    def run(self, request: Request) -> Observation:
        """Run a call; see `Subject.run`."""
        return (
            self._run_class(request)
            if request.call.kind == "class"
            else self._run_function(request)
        )

    def _run_function(self, request: Request) -> Observation:
        call, tf = request.call, self._tf
        passed = {slot.name: tf.constant(request.arrays[slot.name]) for slot in call.slots}
        watched = [
            passed[slot.name]
            for slot in call.slots
            if slot.has_gradient and passed[slot.name].dtype.is_floating
        ]
        names = [
            slot.name
            for slot in call.slots
            if slot.has_gradient and passed[slot.name].dtype.is_floating
        ]
        function = resolve(tf, call.target)
        if not request.cotangents:
            results = _as_tuple(function(**passed, **call.arguments))[: len(call.results)]
            return self._observe(results, {}, passed, request)
        with tf.GradientTape() as tape:
            tape.watch(watched)
            results = _as_tuple(function(**passed, **call.arguments))[: len(call.results)]
        gradients = self._gradients(tape, results, watched, request)
        return self._observe(results, dict(zip(names, gradients, strict=True)), passed, request)

    def _run_class(self, request: Request) -> Observation:
        call, tf = request.call, self._tf
        layer = resolve(tf, call.target)(**call.arguments)
        passed = {
            slot.name: tf.constant(request.arrays[slot.name])
            for slot in call.slots
            if slot.role == "input"
        }
        is_layer = hasattr(layer, "build")
        if is_layer and not layer.built:
            layer.build(next(iter(passed.values())).shape)
        variables = {variable.name: variable for variable in layer.weights} if is_layer else {}
        owned = self._list_owned(layer) if is_layer else ()
        if request.fresh:
            return Observation((), owned=owned)
        for slot in call.slots:
            if slot.role in ("parameter", "buffer"):
                variables[slot.name].assign(request.arrays[slot.name])
        mode = {} if call.training is None else {"training": call.training}
        wanted = {
            slot.name: passed[slot.name] if slot.role == "input" else variables[slot.name].value
            for slot in call.slots
            if slot.has_gradient
            and (slot.role == "parameter" or passed[slot.name].dtype.is_floating)
        }
        gradients: dict[str, Array | None] = {}
        if request.cotangents:
            with tf.GradientTape() as tape:
                tape.watch(list(wanted.values()))
                results = _as_tuple(layer(*passed.values(), **mode))
            found = self._gradients(tape, results, list(wanted.values()), request)
            gradients = dict(zip(wanted, found, strict=True))
        else:
            results = _as_tuple(layer(*passed.values(), **mode))
        for array in request.further:
            layer(tf.constant(array), **mode)
        state = {
            slot.name: _to_numpy(variables[slot.name].value)
            for slot in call.slots
            if slot.role == "buffer"
        }
        return self._observe(results, gradients, passed, request, state, owned)

    def _gradients(
        self, tape: Any, results: tuple[Any, ...], watched: list[Any], request: Request
    ) -> list[Array | None]:
        pairs = [
            (result, self._tf.constant(cotangent))
            for result, cotangent in zip(results, request.cotangents, strict=True)
            if cotangent is not None
        ]
        found = tape.gradient(
            [result for result, _ in pairs],
            watched,
            output_gradients=[cotangent for _, cotangent in pairs],
        )
        return [None if gradient is None else _to_numpy(gradient) for gradient in found]

    def _observe(
        self,
        results: tuple[Any, ...],
        gradients: dict[str, Array | None],
        passed: dict[str, Any],
        request: Request,
        state: dict[str, Array] | None = None,
        owned: tuple[Owned, ...] = (),
    ) -> Observation:
        inputs = {
            slot.name: _to_numpy(passed[slot.name])
            for slot in request.call.slots
            if slot.role == "input"
        }
        return Observation(
            tuple(_to_numpy(result) for result in results),
            {name: gradient for name, gradient in gradients.items() if gradient is not None},
            state or {},
            inputs,
            owned,
        )

    def _list_owned(self, layer: Any) -> tuple[Owned, ...]:
        trainable = {id(variable) for variable in layer.trainable_weights}
        return tuple(
            Owned(
                variable.name,
                tuple(variable.shape),
                str(variable.dtype),
                id(variable) in trainable,
                constant(_to_numpy(variable.value)),
            )
            for variable in layer.weights
        )


def _as_tuple(results: Any) -> tuple[Any, ...]:
    return tuple(results) if isinstance(results, tuple | list) else (results,)


def _to_numpy(tensor: Any) -> Array:
    # A scalar of bfloat16 has no buffer that np.array could read; its .numpy() is a NumPy scalar.
    return np.array(tensor.numpy())
