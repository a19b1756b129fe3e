"""Steps of stochastic gradient descent, as pure functions of parameter, gradient and momentum."""

from __future__ import annotations

from typing import Any

from refimpl.ops.array import Array


def coupled_step(
    parameter: Array,
    gradient: Array,
    buffer: Array | None,
    *,
    learning_rate: float,
    momentum: float = 0.0,
    dampening: float = 0.0,
    weight_decay: float = 0.0,
    nesterov: bool = False,
) -> tuple[Array, Array | None]:
    """Take PyTorch's step: decay is part of the gradient, momentum averages gradients.

    Parameters
    ----------
    parameter, gradient : array
        Of one shape and dtype.
    buffer : array or None
        The averaged gradient of the step before; None at the first step.
    learning_rate, momentum, dampening, weight_decay : float
        As `torch.optim.SGD` names them (documentation of torch.optim.SGD).
    nesterov : bool, default False
        Look ahead along the averaged gradient.

    Returns
    -------
    parameter : array
        After the step.
    buffer : array or None
        The averaged gradient; None without momentum.
    """
    slope: Any = gradient
    if weight_decay:
        slope = slope + parameter * weight_decay
    if momentum:
        buffer = slope if buffer is None else buffer * momentum + slope * (1 - dampening)
        slope = slope + buffer * momentum if nesterov else buffer
    return parameter - slope * learning_rate, buffer if momentum else None


def decoupled_step(
    parameter: Array,
    gradient: Array,
    velocity: Array | None,
    *,
    learning_rate: float,
    momentum: float = 0.0,
    weight_decay: float = 0.0,
    nesterov: bool = False,
) -> tuple[Array, Array | None]:
    """Take Keras' step: decay shrinks the parameter first, momentum averages steps.

    Parameters
    ----------
    parameter, gradient : array
        Of one shape and dtype.
    velocity : array or None
        The averaged step before; None counts as zero.
    learning_rate, momentum, weight_decay : float
        As `keras.optimizers.SGD` names them (documentation of keras.optimizers.SGD).
    nesterov : bool, default False
        Look ahead along the averaged step.

    Returns
    -------
    parameter : array
        After the step.
    velocity : array or None
        The averaged step; None without momentum.
    """
    if weight_decay:
        parameter = parameter - parameter * (weight_decay * learning_rate)
    move: Any = gradient * -learning_rate
    if not momentum:
        return parameter + move, None
    velocity = move if velocity is None else velocity * momentum + move
    return parameter + (velocity * momentum + move if nesterov else velocity), velocity
