"""Loss layers (torch.nn.CrossEntropyLoss, NLLLoss)."""

from __future__ import annotations

from refimpl.ops.array import Array
from refimpl.torch.nn import functional
from refimpl.torch.nn.functional._arguments import floats, number
from refimpl.torch.nn.functional._loss import check_ignore_index, named_reduction
from refimpl.torch.nn.module import Module


class _WeightedLoss(Module):
    """What the losses of classes share."""

    def __init__(
        self,
        weight: Array | None,
        size_average: bool | None,
        ignore_index: int,
        reduce: bool | None,
        reduction: str,
    ) -> None:
        how = named_reduction(size_average, reduce, reduction, stacklevel=4)
        check_ignore_index(ignore_index)
        if weight is not None and floats(weight, "weight").ndim != 1:
            raise ValueError(f"weight must have shape (C,); got {weight.shape}")
        super().__init__()
        self.reduction = how
        self.register_buffer("weight", weight)
        self.ignore_index = ignore_index


class CrossEntropyLoss(_WeightedLoss):
    """Compare scores with labels or with probabilities of the classes.

    Parameters
    ----------
    weight : (C,) array, optional
        A weight for each class.
    size_average, reduce : bool, optional
        Deprecated in torch; they stand for a reduction.
    ignore_index : int, default -100
        A label that counts for nothing.
    reduction : {'none', 'mean', 'sum'}, default 'mean'
        What becomes of the losses.
    label_smoothing : float, default 0.0
        How much of the target is spread evenly over the classes, in [0, 1].

    Raises
    ------
    TypeError
        If an argument's type is wrong.
    ValueError
        If an argument is out of its range.

    Notes
    -----
    `backward` returns the gradient of the scores, and that of the target too if it holds
    probabilities. Source: PyTorch's documentation of `torch.nn.CrossEntropyLoss`.
    """

    def __init__(
        self,
        weight: Array | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        if not 0.0 <= number(label_smoothing, "label_smoothing") <= 1.0:
            raise ValueError(f"label_smoothing must be in [0, 1]; got {label_smoothing!r}")
        super().__init__(weight, size_average, ignore_index, reduce, reduction)
        self.label_smoothing = label_smoothing

    def forward(self, input: Array, target: Array) -> Array:
        """Compute the loss.

        Parameters
        ----------
        input : (N, C, *) or (C,) array
            The scores.
        target : (N, *) or () array of int64, or array of floats of the input's shape
            The labels, or the probability of every class.

        Returns
        -------
        () array, or (N, *) array with reduction 'none'

        Raises
        ------
        TypeError
            If a dtype is wrong.
        ValueError
            If shapes do not fit or a label is no class.
        """
        output: Array = self._run(
            functional.cross_entropy,
            input,
            target,
            weight=self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
            label_smoothing=self.label_smoothing,
        )
        return output


class NLLLoss(_WeightedLoss):
    """Take minus the log-probability of each label.

    Parameters
    ----------
    weight, size_average, ignore_index, reduce, reduction
        See `CrossEntropyLoss`.

    Notes
    -----
    Source: PyTorch's documentation of `torch.nn.NLLLoss`.
    """

    def __init__(
        self,
        weight: Array | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, size_average, ignore_index, reduce, reduction)

    def forward(self, input: Array, target: Array) -> Array:
        """Compute the loss.

        Parameters
        ----------
        input : (N, C, *) or (C,) array
            The log-probabilities.
        target : (N, *) or () array of int64
            The labels.

        Returns
        -------
        () array, or (N, *) array with reduction 'none'

        Raises
        ------
        TypeError
            If a dtype is wrong.
        ValueError
            If shapes do not fit or a label is no class.
        """
        output: Array = self._run(
            functional.nll_loss,
            input,
            target,
            weight=self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
        )
        return output
