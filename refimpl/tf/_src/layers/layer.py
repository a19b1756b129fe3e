"""`Layer`: built on its first call, casting its input, remembering its derivative."""

from __future__ import annotations

import types
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from refimpl._arguments import (
    LARGEST_SIZE,
    as_array,
    new_array,
    read_cotangent,
    read_entries,
    read_flag,
    read_integers,
)
from refimpl._show import show
from refimpl.dtypes import float_dtype
from refimpl.ops.array import Array, Sizes, Vjp
from refimpl.tf._src import initializers
from refimpl.tf._src.arguments import read_floats
from refimpl.tf._src.naming import choose_name
from refimpl.tf._src.variable import Variable

__all__ = ["Layer"]

_MIXED = {"mixed_float16": "float16", "mixed_bfloat16": "bfloat16"}

Function = TypeVar("Function", bound=Callable[..., Any])


class Layer:
    """A callable that owns its weights.

    A subclass says in `_add_weights` which weights it has, in `_check_shape` which inputs it
    refuses, and in `_forward` what it computes.

    Parameters
    ----------
    activity_regularizer : None
        Regularisers are not offered.
    trainable : bool
        Whether its trainable weights count as such.
    dtype : str, optional
        float32 (also for None), float64, float16 or bfloat16; or mixed_float16 and
        mixed_bfloat16, which keep float32 weights.
    autocast : bool
        Cast float inputs to the dtype computed in.
    name : str, optional
        None counts: `dense`, `dense_1`, …
    **kwargs : object
        Anything else is refused.
    """

    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        kind = type(self).__name__
        if kwargs:
            raise ValueError(
                f"{kind} has no arguments {', '.join(sorted(kwargs))}; got {show(kwargs)}"
            )
        reject_unsupported(activity_regularizer=activity_regularizer)
        self.variable_dtype, self.compute_dtype = read_policy(dtype)
        # Held beside its name, for asking a dtype for its name is slow.
        self._compute_dtype = float_dtype(self.compute_dtype)
        self.name = choose_name(name, kind)
        self._variables: list[Variable] = []
        self._trainable: list[Variable] = []
        self.trainable = trainable
        self.autocast = read_flag(autocast, "autocast")
        self.built = False
        self._vjp: Vjp | None = None

    @property
    def dtype(self) -> str:
        """The name of the dtype of the weights."""
        return self.variable_dtype

    @property
    def trainable(self) -> bool:
        """Whether the weights that can be trained are trainable now."""
        return self._is_trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._is_trainable = read_flag(value, "trainable")
        for variable in self._trainable:
            variable.trainable = self._is_trainable

    @property
    def weights(self) -> list[Variable]:
        """All weights: those that can be trained first, each kind in the order it was added."""
        return self._trainable + [v for v in self._variables if v not in self._trainable]

    @property
    def variables(self) -> list[Variable]:
        """The weights, by another name."""
        return self.weights

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights to train; none if the layer is not trainable."""
        return [v for v in self.weights if v.trainable]

    @property
    def trainable_variables(self) -> list[Variable]:
        """The trainable weights, by another name."""
        return self.trainable_weights

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The weights that are not to be trained; all of them if the layer is not trainable."""
        return [v for v in self.weights if not v.trainable]

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """The weights not to train, by another name."""
        return self.non_trainable_weights

    def get_weights(self) -> list[Array]:
        """Return copies of all weights, in their order."""
        return [variable.numpy() for variable in self.weights]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Replace all weights.

        Parameters
        ----------
        weights : sequence of array_like
            In the order of `weights`, and of their shapes.
        """
        own = self.weights
        allowed = f"a list of {len(own)} arrays"
        if isinstance(weights, list | tuple) and len(weights) != len(own):
            raise ValueError(f"weights must be {allowed}; got {len(weights)}")
        values = [
            as_array(value, "weights")
            for value in read_entries(weights, "weights", allowed, len(own))
        ]
        for variable, value in zip(own, values, strict=True):
            if value.shape != variable.shape:
                raise ValueError(
                    f"weights must be of shape {variable.shape} for {variable.path}; "
                    f"got {value.shape}"
                )
        for variable, value in zip(own, values, strict=True):
            variable.assign(value)

    def build(self, input_shape: Sizes) -> None:
        """Make the weights for inputs of a shape.

        Parameters
        ----------
        input_shape : tuple of int
            None in place of a size that does not matter.
        """
        if self.built and type(self)._add_weights is not Layer._add_weights:
            raise ValueError(
                f"input_shape must be given once: the layer is built already; "
                f"got {show(input_shape)}"
            )
        self._add_weights(read_entries(input_shape, "input_shape", "a tuple of sizes"))
        self.built = True

    def __call__(self, inputs: Any, training: bool | None = None) -> Array:
        """Compute the output, building the layer first if that was not done.

        Parameters
        ----------
        inputs : array
            Float; cast to the layer's compute dtype.
        training : bool, optional
            Whether dropout drops and batch normalisation uses the batch; None is False.

        Returns
        -------
        array
        """
        return self.with_vjp(inputs, training)[0]

    def with_vjp(self, inputs: Any, training: bool | None = None) -> tuple[Array, Vjp]:
        """Compute the output and a function that goes backward.

        Parameters
        ----------
        inputs, training : object
            As for a call.

        Returns
        -------
        output : array
        vjp : callable
            Cotangent of output to (cotangent of inputs,); stores the weights' `grad`.
        """
        array = self._read_inputs(inputs)
        trains = training is not None and read_flag(training, "training")
        self._check_shape(array.shape)
        if not self.built:
            self.build(array.shape)
        x = array.astype(self._compute_dtype, copy=False) if self.autocast else array
        try:
            with np.errstate(all="ignore"):
                output, inner = self._forward(x, trains)
        except MemoryError:
            raise ValueError(
                f"inputs must need no more memory than there is; got {show(inputs)}"
            ) from None
        shape, kind, input_dtype = output.shape, output.dtype, array.dtype

        def vjp(cotangent: Any) -> tuple[Array]:
            with np.errstate(all="ignore"):
                input_bar = inner(read_cotangent(cotangent, "cotangent", shape, kind))[0]
                return (input_bar.astype(input_dtype, copy=False),)

        self._vjp = vjp
        return output, vjp

    def backward(self, cotangent: Any) -> Array:
        """Return the gradient of the last call's input, and store that of the weights as `grad`.

        Parameters
        ----------
        cotangent : array
            Gradient of the last call's output.

        Returns
        -------
        array
            Of the input's shape and dtype.

        Raises
        ------
        RuntimeError
            If the layer has not been called.
        """
        if self._vjp is None:
            raise RuntimeError(f"{self.name} must be called before backward")
        bar: Array = self._vjp(cotangent)[0]
        return bar

    def add_weight(
        self, name: str, shape: Sizes, initializer: Any, trainable: bool = True
    ) -> Variable:
        """Add a weight to the layer.

        Parameters
        ----------
        name : str
            Its name, without the layer's.
        shape : tuple of int
            Its shape.
        initializer : callable
            Makes its first value.
        trainable : bool
            Whether it can be trained.

        Returns
        -------
        Variable
        """
        if not callable(initializer):
            raise TypeError(f"initializer must be callable; got {show(initializer)}")
        if not isinstance(name, str):
            raise TypeError(f"name must be a string; got {show(name)}")
        shape = read_integers(
            read_entries(shape, "shape", "a tuple of sizes"), "shape", least=0, most=LARGEST_SIZE
        )
        read_flag(trainable, "trainable")
        path = f"{self.name}/{name}"
        new_array(shape, np.float64, f"the shape of {path}, which follows from inputs,")
        try:
            value = as_array(initializer(shape, dtype=self.variable_dtype), "initializer")
        except Exception as error:
            held = (word for word, value in vars(self).items() if value is initializer)
            word = next(held, f"{name}_initializer")
            raise TypeError(
                f"initializer ({word}, of {show(path)}) must return an array for a shape and a "
                f"dtype; got {show(initializer)}"
            ) from error
        variable = Variable(value, self.variable_dtype, trainable and self.trainable, name, path)
        if variable.shape != shape:
            raise ValueError(
                f"the initializer of {path} must be of {shape}; got {show(variable.shape)}"
            )
        self._variables.append(variable)
        if trainable:
            self._trainable.append(variable)
        return variable

    def _add_weights(self, input_shape: Sizes) -> None:
        """Add the weights for inputs of a shape."""

    def _check_shape(self, shape: Sizes) -> None:
        """Refuse inputs of a shape that does not fit, before any work."""

    def _forward(self, x: Array, training: bool) -> tuple[Array, Vjp]:
        """Compute output and vjp from an input that has been checked and cast."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it computes")

    def _read_inputs(self, inputs: Any) -> Array:
        if not hasattr(inputs, "dtype") or isinstance(inputs, type):
            raise TypeError(f"inputs must be an array of floats; got {type(inputs).__name__}")
        return read_floats(inputs, "inputs")

    def _cast_to_compute(self, variable: Variable | None) -> Array | None:
        """Return a weight's value in the dtype computed in, None for None."""
        if variable is None:
            return None
        return variable.value.astype(self._compute_dtype, copy=False)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"


def store_gradient(variable: Variable | None, bar: Array | None) -> None:
    """Set a weight's gradient, in the weight's own dtype, if there is one to train."""
    if variable is not None and bar is not None and variable.trainable:
        variable.grad = bar.astype(variable.value.dtype, copy=False)


def reject_unsupported(**arguments: Any) -> None:
    """Refuse what Keras takes and this has not (regularisers, constraints): only None or False."""
    for name, value in arguments.items():
        if value is not None and value is not False:
            allowed = False if value is True else None
            raise ValueError(f"{name} must be {allowed}: refimpl has none; got {show(value)}")


def read_policy(dtype: Any) -> tuple[str, str]:
    """Return the dtypes of weights and of computation: a float dtype's, or a mixed policy's."""
    if dtype is None:
        return "float32", "float32"
    if isinstance(dtype, str) and dtype in _MIXED:
        return "float32", float_dtype(_MIXED[dtype]).name
    try:
        name = float_dtype(dtype).name
    except TypeError:
        known = "float64, float32, float16, bfloat16, mixed_float16, mixed_bfloat16"
        raise ValueError(f"dtype must be None or one of {known}; got {show(dtype)}") from None
    return name, name


def resolve_initializer(identifier: Any, name: str) -> initializers.MakesValues:
    """Return the initialiser that an argument means; None is Keras' default for any weight."""
    resolved = initializers.resolve(identifier, name)
    return initializers.GlorotUniform() if resolved is None else resolved


def with_defaults(function: Function, **defaults: Any) -> Function:
    """Copy a function, with other defaults for some of its last parameters.

    So layers of one, two and three dimensions share a constructor, of which Keras writes the
    defaults as 1, (1, 1) and (1, 1, 1).
    """
    code, old = function.__code__, function.__defaults__ or ()
    names = code.co_varnames[: code.co_argcount]
    values = dict(zip(names[len(names) - len(old) :], old, strict=True)) | defaults
    new = tuple(values[name] for name in names if name in values)
    copy = types.FunctionType(
        code, function.__globals__, function.__name__, new, function.__closure__
    )
    copy.__kwdefaults__, copy.__annotations__ = function.__kwdefaults__, function.__annotations__
    return copy  # type: ignore[return-value]
