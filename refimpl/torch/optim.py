"""`torch.optim.SGD` on the parameters of refimpl's modules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from refimpl.errors import must
from refimpl.ops.sgd import coupled_step
from refimpl.torch.nn.parameter import Parameter


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
        must(lr >= 0.0, "lr", "at least 0", lr)
        must(momentum >= 0.0, "momentum", "at least 0", momentum)
        must(weight_decay >= 0.0, "weight_decay", "at least 0", weight_decay)
        looks_ahead = momentum > 0.0 and dampening == 0.0
        must(not nesterov or looks_ahead, "nesterov", "False without momentum", nesterov)
        self.defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
        }
        given = list(params)
        must(len(given) > 0, "params", "at least one parameter", given)
        groups = [each for each in given if isinstance(each, Mapping)] or [{"params": given}]
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
                parameter.data, self.state[id(parameter)] = coupled_step(
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
