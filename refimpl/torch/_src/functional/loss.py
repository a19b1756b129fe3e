"""Classification losses (torch.nn.functional.cross_entropy, nll_loss)."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from refimpl._arguments import (
    read_choice,
    read_flag,
    read_integer,
    read_number,
    without_scalars,
)
from refimpl.differentiable import differentiable
from refimpl.dtypes import is_float
from refimpl.ops import loss
from refimpl.ops.array import Array, Sizes, Vjp
from refimpl.torch._src.arguments import read_array, read_companion, read_floats, read_vector
from refimpl.torch._src.parameter import Tensor

__all__ = ["cross_entropy", "nll_loss"]

REDUCTIONS = ("none", "mean", "sum")


@differentiable
def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> tuple[Array, Vjp]:
    """Compare scores with labels or with probabilities of the classes.

    Parameters
    ----------
    input : (N, C, *) or (C,) array
        The scores (logits), floats.
    target : (N, *) or () array of int64, or array of floats of the input's shape
        The labels, in [0, C) or `ignore_index`; or the probability of every class, in the input's
        dtype.
    weight : (C,) array, optional
        A weight for each class, in the input's dtype.
    size_average, reduce : bool, optional
        Deprecated in torch; they stand for a reduction.
    ignore_index : int, default -100
        A label that counts for nothing. With probabilities it must be negative.
    reduction : {'none', 'mean', 'sum'}, default 'mean'
        What becomes of the losses; the mean of labels is over their weights.
    label_smoothing : float, default 0.0
        How much of the target is spread evenly over the classes, in [0, 1].

    Returns
    -------
    () array, or (N, *) array with reduction 'none'

    Notes
    -----
    The vjp's tuple is (input, target or None, None). Source: PyTorch's documentation of
    `torch.nn.CrossEntropyLoss`.
    """
    reduction = read_reduction(size_average, reduce, reduction)
    x, w, ignored = _read_scores(input, weight, ignore_index)
    smoothing = read_number(label_smoothing, "label_smoothing", least=0, most=1)
    labels = read_array(target, "target")
    if is_float(labels.dtype):
        read_companion(labels, "target", x)
        shape = x.shape
    else:
        labels = _read_labels(labels)
        shape = x.shape[:1] * (x.ndim > 1) + x.shape[2:]
    _check_target(labels, shape, x)
    output, vjp = loss.cross_entropy(
        x,
        labels,
        weight=w,
        ignore_index=ignored,
        reduction=reduction,
        label_smoothing=smoothing,
    )

    def arranged(cotangent: Array) -> tuple[Any, ...]:
        input_bar, target_bar = vjp(cotangent)
        return input_bar, target_bar, None

    return without_scalars(output), arranged


@differentiable
def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> tuple[Array, Vjp]:
    """Take minus the log-probability of each label; see `cross_entropy` for the options.

    Parameters
    ----------
    input : (N, C, *) or (C,) array
        The log-probabilities, floats.
    target : (N, *) or () array of int64
        The labels, in [0, C) or `ignore_index`.

    Notes
    -----
    The vjp's tuple is (input, None, None). Source: PyTorch's documentation of
    `torch.nn.NLLLoss`.
    """
    reduction = read_reduction(size_average, reduce, reduction)
    x, w, ignored = _read_scores(input, weight, ignore_index)
    labels = _read_labels(read_array(target, "target"))
    _check_target(labels, x.shape[:1] * (x.ndim > 1) + x.shape[2:], x)
    output, vjp = loss.nll_loss(x, labels, weight=w, ignore_index=ignored, reduction=reduction)

    def arranged(cotangent: Array) -> tuple[Any, ...]:
        return vjp(cotangent)[0], None, None

    return without_scalars(output), arranged


def read_reduction(
    size_average: bool | None, reduce: bool | None, reduction: str, stacklevel: int = 5
) -> str:
    """Return the reduction that torch's deprecated arguments stand for, if they are given."""
    if size_average is None and reduce is None:
        return read_choice(reduction, "reduction", REDUCTIONS)
    averages = size_average is None or read_flag(size_average, "size_average")
    reduces = reduce is None or read_flag(reduce, "reduce")
    meant = ("mean" if averages else "sum") if reduces else "none"
    warnings.warn(
        f"size_average and reduce are deprecated in torch: say reduction={meant!r}",
        UserWarning,
        stacklevel=stacklevel,
    )
    return meant


def _read_scores(
    input: Tensor, weight: Tensor | None, ignore_index: int
) -> tuple[Array, Array | None, int]:
    x = read_floats(input)
    axis = 0 if x.ndim == 1 else 1
    if x.ndim < 1 or x.shape[axis] < 1:
        raise ValueError(
            f"input must have shape (N, C, ...) or (C,) with one class or more; got {x.shape}"
        )
    ignored = read_integer(ignore_index, "ignore_index")
    return x, read_vector(weight, "weight", x.shape[axis], x), ignored


def _check_target(target: Array, shape: Sizes, x: Array) -> None:
    if target.shape != shape:
        raise ValueError(
            f"target must have shape {shape} beside input of shape {x.shape}; got {target.shape}"
        )


def _read_labels(target: Array) -> Array:
    """Return the labels as int64; torch also takes uint8."""
    if target.dtype not in (np.int64, np.uint8):
        raise TypeError(f"target must be labels of dtype int64; got dtype {target.dtype}")
    return target.astype(np.int64, copy=False)
