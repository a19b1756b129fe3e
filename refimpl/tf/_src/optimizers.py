"""`keras.optimizers.SGD` on the variables of refimpl's layers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from refimpl._arguments import read_entries, read_flag, read_number
from refimpl._show import show
from refimpl.ops import sgd
from refimpl.ops.array import Array
from refimpl.tf._src.variable import Variable

__all__ = ["SGD"]


class SGD:
    """Gradient descent with momentum, as `keras.optimizers.SGD`.

    Parameters
    ----------
    learning_rate : float, default 0.01
        The step's length for a gradient of 1.
    momentum : float, default 0
        In [0, 1]: the share of the step before that is kept.
    nesterov : bool, default False
        Look ahead along the averaged step.
    weight_decay : float or None
        Shrinks the variables by `weight_decay * learning_rate` at each step, beside the gradient.
    name : str
        The optimizer's name.
    """

    def __init__(
        self,
        learning_rate: float = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float | None = None,
        name: str = "SGD",
    ) -> None:
        read_number(learning_rate, "learning_rate")
        read_number(momentum, "momentum", least=0, most=1)
        read_flag(nesterov, "nesterov")
        if weight_decay is not None:
            read_number(weight_decay, "weight_decay")
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.nesterov = nesterov
        self.weight_decay = weight_decay
        self.name = name
        self.iterations = 0
        self._velocities: dict[int, Any] = {}

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Array | None, Variable]]) -> None:
        """Step each variable that has a gradient.

        Parameters
        ----------
        grads_and_vars : iterable of (gradient, variable)
            Pairs, as `keras.optimizers.Optimizer.apply_gradients` takes them.
        """
        allowed = "an iterable of pairs (gradient, variable)"
        if isinstance(grads_and_vars, str | bytes | np.ndarray) or not isinstance(
            grads_and_vars, Iterable
        ):
            raise TypeError(f"grads_and_vars must be {allowed}; got {show(grads_and_vars)}")
        try:
            pairs = list(grads_and_vars)
        except Exception:
            raise TypeError(
                f"grads_and_vars must be {allowed}; got {show(grads_and_vars)}"
            ) from None
        for pair in pairs:
            gradient, variable = read_entries(pair, "grads_and_vars", allowed, 2)
            if not isinstance(variable, Variable):
                raise TypeError(f"grads_and_vars must be {allowed}; got {show(variable)}")
            if gradient is None:
                continue
            value, self._velocities[id(variable)] = sgd.decoupled_step(
                variable.value,
                gradient,
                self._velocities.get(id(variable)),
                learning_rate=self.learning_rate,
                momentum=self.momentum,
                weight_decay=self.weight_decay or 0.0,
                nesterov=self.nesterov,
            )
            variable.assign(value)
        self.iterations += 1
