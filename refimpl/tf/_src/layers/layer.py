"""`Layer`: built on its first call, casting its input, remembering its derivative."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from refimpl.dtypes import float_dtype, is_float
from refimpl.errors import must
from refimpl.ops.array import Array, Sizes, Vjp
from refimpl.tf._src import initializers
from refimpl.tf._src.naming import chosen_name
from refimpl.tf._src.variable import Variable

__all__ = ["Layer"]

_MIXED = {"mixed_float16": "float16", "mixed_bfloat16": "bfloat16"}


class Layer:
    """A callable that owns its weights.

    A subclass says in `build` which weights it has and in `forward` what it computes.

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
            raise ValueError(f"{kind} has no arguments {', '.join(sorted(kwargs))}; got {kwargs!r}")
        refuse(activity_regularizer=activity_regularizer)
        self.variable_dtype, self.compute_dtype = read_policy(dtype)
        # Held beside its name, for asking a dtype for its name is slow.
        self._computed_in = float_dtype(self.compute_dtype)
        self.name = chosen_name(name, kind)
        self._variables: list[Variable] = []
        self._to_train: list[Variable] = []
        self.trainable = trainable
        self.autocast = bool(autocast)
        self.built = False
        self._vjp: Vjp | None = None

    @property
    def dtype(self) -> str:
        """The name of the dtype of the weights."""
        return self.variable_dtype

    @property
    def trainable(self) -> bool:
        """Whether the weights made to be trained are trainable now."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        for variable in self._to_train:
            variable.trainable = self._trainable

    @property
    def weights(self) -> list[Variable]:
        """All weights: those made trainable first, each kind in the order it was made."""
        return self._to_train + [v for v in self._variables if v not in self._to_train]

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
        mine = self.weights
        must(len(weights) == len(mine), "weights", f"a list of {len(mine)} arrays", len(weights))
        for variable, value in zip(mine, weights, strict=True):
            allowed = f"of shape {variable.shape} for {variable.path}"
            must(np.shape(value) == variable.shape, "weights", allowed, np.shape(value))
        for variable, value in zip(mine, weights, strict=True):
            variable.assign(value)

    def build(self, input_shape: Sizes) -> None:
        """Make the weights for inputs of a shape.

        Parameters
        ----------
        input_shape : tuple of int
            None in place of a size that does not matter.
        """
        self.built = True

    def __call__(self, inputs: Any, training: bool | None = None) -> Array:
        """Compute the output, building the layer first if that was not done."""
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
            Cotangent of output to (cotangent of inputs,); fills the weights' `grad`.
        """
        given = self._checked_input(inputs)
        self.check_input(given.shape)
        if not self.built:
            self.build(given.shape)
        x = given.astype(self._computed_in, copy=False) if self.autocast else given
        output, inner = self.forward(x, bool(training))

        def vjp(cotangent: Any) -> tuple[Array]:
            array = np.asarray(cotangent)
            must(array.shape == output.shape, "cotangent", f"of shape {output.shape}", array.shape)
            bar = inner(array.astype(output.dtype, copy=False))[0]
            return (bar.astype(given.dtype, copy=False),)

        self._vjp = vjp
        return output, vjp

    def check_input(self, shape: Sizes) -> None:
        """Refuse an input of a shape that does not fit, before any work.

        Parameters
        ----------
        shape : tuple of int
            The input's shape.
        """

    def forward(self, x: Array, training: bool) -> tuple[Array, Vjp]:
        """Compute the output and its vjp from an input that has been checked and cast.

        Parameters
        ----------
        x : array
            The input.
        training : bool
            See the call.

        Returns
        -------
        output : array
        vjp : callable
            Cotangent of output to (cotangent of x,); it fills the weights' `grad`.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say what it computes")

    def backward(self, cotangent: Any) -> Array:
        """Return the gradient of the last call's input and fill the weights' `grad`.

        Parameters
        ----------
        cotangent : array
            Gradient of the last call's output.

        Returns
        -------
        array
            Of the input's shape and dtype.
        """
        if self._vjp is None:
            raise RuntimeError(f"{self.name} must be called before backward")
        bar: Array = self._vjp(cotangent)[0]
        return bar

    def add_weight(
        self, name: str, shape: Sizes, initializer: Any, trainable: bool = True
    ) -> Variable:
        """Make a weight of the layer.

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
        value = initializer(shape, dtype=self.variable_dtype)
        path = f"{self.name}/{name}"
        variable = Variable(value, self.variable_dtype, trainable and self.trainable, name, path)
        must(variable.shape == shape, f"the initializer of {path}", f"of {shape}", variable.shape)
        self._variables.append(variable)
        if trainable:
            self._to_train.append(variable)
        return variable

    def computed(self, variable: Variable | None) -> Array | None:
        """Return a weight's value in the dtype computed in, None for None.

        Parameters
        ----------
        variable : Variable or None
            The weight, if the layer has it.
        """
        if variable is None:
            return None
        return variable.value.astype(self._computed_in, copy=False)

    def _checked_input(self, inputs: Any) -> Array:
        if not hasattr(inputs, "dtype"):
            got = type(inputs).__name__
            raise TypeError(f"inputs must be an array of floats; got {got}")
        array = np.asarray(inputs)
        if not is_float(array.dtype):
            raise TypeError(f"inputs must be an array of floats; got dtype {array.dtype}")
        return array

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"


def fill(variable: Variable | None, bar: Array | None) -> None:
    """Set a weight's gradient, in the weight's own dtype."""
    if variable is not None and bar is not None and variable.trainable:
        variable.grad = bar.astype(variable.value.dtype, copy=False)


def refuse(**arguments: Any) -> None:
    """Refuse what Keras takes and this has not: regularisers, constraints and the like."""
    for name, value in arguments.items():
        if value is not None and value is not False:
            must(False, name, f"{False if value is True else None}: refimpl has none", value)


def read_policy(dtype: Any) -> tuple[str, str]:
    """Return the dtypes of weights and of computation."""
    if dtype is None:
        return "float32", "float32"
    if isinstance(dtype, str) and dtype in _MIXED:
        return "float32", float_dtype(_MIXED[dtype]).name
    try:
        found = float_dtype(dtype).name
    except TypeError:
        known = "float64, float32, float16, bfloat16, mixed_float16, mixed_bfloat16"
        raise ValueError(f"dtype must be None or one of {known}; got {dtype!r}") from None
    return found, found


def made(identifier: Any, name: str) -> initializers.MakesValues:
    """Return the initialiser that an argument means; None is Keras' default for any weight."""
    found = initializers.get(identifier, name)
    return initializers.GlorotUniform() if found is None else found
