"""Loss layers (torch.nn.CrossEntropyLoss, NLLLoss)."""

from __future__ import annotations

from typing import Any, ClassVar

from refimpl._arguments import read_integer, read_number
from refimpl.differentiable import Differentiable
from refimpl.ops.array import Array
from refimpl.torch._src.arguments import read_floats
from refimpl.torch._src.functional import loss
from refimpl.torch._src.modules.module import Module

__all__ = ["CrossEntropyLoss", "NLLLoss"]


class _WeightedLoss(Module):
    """What the losses of classes share."""

    _function: ClassVar[Differentiable[..., Array]]
    _options: ClassVar[tuple[str, ...]] = ("weight", "ignore_index", "reduction")

    def __init__(
        self,
        weight: Array | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        reduction = loss.read_reduction(size_average, reduce, reduction, stacklevel=3)
        ignored = read_integer(ignore_index, "ignore_index")
        if weight is not None and read_floats(weight, "weight").ndim != 1:
            raise ValueError(f"weight must have shape (C,); got {weight.shape}")
        super().__init__()
        self.reduction = reduction
        self.register_buffer("weight", weight)
        self.ignore_index = ignored

    def forward(self, input: Array, target: Array) -> Any:
        """Return the loss, as the function of the same name does.

        Parameters
        ----------
        input : (N, C, *) or (C,) array
            The scores, or log-probabilities.
        target : (N, *) or () array of int64, or array of floats of the input's shape
            The labels, or (of `CrossEntropyLoss` alone) the probability of every class.
        """
        options = {name: getattr(self, name) for name in self._options}
        return self._run(type(self)._function, input, target, **options)


class CrossEntropyLoss(_WeightedLoss):
    """Compare scores with labels or probabilities of the classes; see `functional.cross_entropy`.

    Notes
    -----
    `backward` returns the gradient of the scores, and that of the target too if it holds
    probabilities. Source: PyTorch's documentation of `torch.nn.CrossEntropyLoss`.
    """

    _function = loss.cross_entropy
    _options = (*_WeightedLoss._options, "label_smoothing")

    def __init__(
        self,
        weight: Array | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        read_number(label_smoothing, "label_smoothing", least=0, most=1)
        super().__init__(weight, size_average, ignore_index, reduce, reduction)
        self.label_smoothing = label_smoothing


class NLLLoss(_WeightedLoss):
    """Take minus the log-probability of each label; see `functional.nll_loss`."""

    _function = loss.nll_loss
