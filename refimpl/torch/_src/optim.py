"""`torch.optim.SGD` on the parameters of refimpl's modules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from refimpl._arguments import read_flag, read_number
from refimpl._show import show
from refimpl.ops import sgd
from refimpl.torch._src.parameter import Parameter

__all__ = ["SGD"]


class SGD:
    """Stochastic gradient descent with momentum, as `torch.optim.SGD`.

    Parameters
    ----------
    params : iterable of Parameter, or of mappings
        What to step; a mapping has the key 'params' and may override the options below.
    lr : float
        The learning rate, not negative.
    momentum, dampening, weight_decay : float
        Not negative; see `refimpl.ops.sgd.coupled_step`.
    nesterov : bool
        Needs momentum and no dampening.
    maximize : bool
        Climb instead.

    Raises
    ------
    ValueError
        If an option is out of range or there are no parameters.
    """

    def __init__(
        self,
        params: Iterable[Parameter] | Iterable[Mapping[str, Any]],
        lr: float = 1e-3,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        read_number(lr, "lr", least=0)
        read_number(momentum, "momentum", least=0)
        read_number(dampening, "dampening")
        read_number(weight_decay, "weight_decay", least=0)
        read_flag(nesterov, "nesterov")
        read_flag(maximize, "maximize")
        if nesterov and (momentum == 0.0 or dampening != 0.0):
            raise ValueError(
                "nesterov must be False without momentum or with dampening; "
                f"got momentum={show(momentum)}, dampening={show(dampening)}"
            )
        self.defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
        }
        members = _read_members(params)
        groups = [each for each in members if isinstance(each, Mapping)] or [{"params": members}]
        self.param_groups: list[dict[str, Any]] = [
            {**self.defaults, **group, "params": list(group["params"])} for group in groups
        ]
        self.state: dict[int, Any] = {}

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients.

        Parameters
        ----------
        set_to_none : bool, default True
            Drop them; otherwise fill them with zeros.
        """
        read_flag(set_to_none, "set_to_none")
        for parameter in self._parameters():
            if set_to_none:
                parameter.grad = None
            elif parameter.grad is not None:
                parameter.grad = parameter.grad * 0

    def step(self) -> None:
        """Step every parameter that has a gradient."""
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                gradient = -parameter.grad if group["maximize"] else parameter.grad
                parameter.data, self.state[id(parameter)] = sgd.coupled_step(
                    parameter.data,
                    gradient,
                    self.state.get(id(parameter)),
                    learning_rate=group["lr"],
                    momentum=group["momentum"],
                    dampening=group["dampening"],
                    weight_decay=group["weight_decay"],
                    nesterov=group["nesterov"],
                )

    def _parameters(self) -> Iterable[Parameter]:
        return (parameter for group in self.param_groups for parameter in group["params"])


def _read_members(params: Any) -> list[Any]:
    """Return parameters or groups of them from what may be an iterator."""
    allowed = "an iterable of Parameters, or of mappings with the key 'params'"
    if isinstance(params, str | bytes | np.ndarray | Mapping) or not isinstance(params, Iterable):
        raise TypeError(f"params must be {allowed}; got {show(params)}")
    members = []
    try:
        given = list(params)
    except Exception:
        raise TypeError(f"params must be {allowed}; got {show(params)}") from None
    for member in given:
        own = member.get("params", ()) if isinstance(member, Mapping) else (member,)
        for each in own if isinstance(own, list | tuple) else list(own):
            if not isinstance(each, Parameter):
                raise TypeError(f"params must be {allowed}; got {show(each)} among them")
        members.append(member)
    if not members:
        raise ValueError("params must hold at least one parameter; got none")
    return members
