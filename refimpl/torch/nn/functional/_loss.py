"""Classification losses (torch.nn.functional.cross_entropy, nll_loss)."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from refimpl.differentiable import differentiable
from refimpl.dtypes import is_float
from refimpl.errors import must_be_one_of
from refimpl.ops import loss as ops
from refimpl.ops.array import Array, Vjp
from refimpl.torch.nn.functional._arguments import array, floats, number, vector
from refimpl.torch.nn.parameter import Tensor

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

    Raises
    ------
    TypeError
        If a dtype is wrong.
    ValueError
        If shapes do not fit, a label is no class, or an option is out of its range.

    Notes
    -----
    The vjp's tuple is (input, target or None, None). Source: PyTorch's documentation of
    `torch.nn.CrossEntropyLoss`.
    """
    x, w, how = _checked(input, weight, size_average, reduce, reduction, ignore_index)
    smoothing = number(label_smoothing, "label_smoothing")
    if not 0.0 <= smoothing <= 1.0:
        raise ValueError(f"label_smoothing must be in [0, 1]; got {label_smoothing!r}")
    t = array(target, "target")
    if is_float(t.dtype):
        if t.dtype != x.dtype:
            raise TypeError(
                f"target of probabilities must have the dtype of input, {x.dtype.name}; "
                f"got {t.dtype.name}"
            )
        if t.shape != x.shape:
            raise ValueError(
                f"target of probabilities must have the shape of input, {x.shape}; got {t.shape}"
            )
        if ignore_index >= 0:
            raise ValueError(
                f"ignore_index must be negative with a target of probabilities; got {ignore_index}"
            )
    else:
        t = _labels(t, x, ignore_index)
    output, vjp = ops.cross_entropy(
        x, t, weight=w, ignore_index=ignore_index, reduction=how, label_smoothing=smoothing
    )

    def arranged(cotangent: Array) -> tuple[Any, ...]:
        input_bar, target_bar = vjp(cotangent)
        return input_bar, target_bar, None

    return np.asarray(output), arranged


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
    """Take minus the log-probability of each label.

    Parameters
    ----------
    input : (N, C, *) or (C,) array
        The log-probabilities, floats.
    target : (N, *) or () array of int64
        The labels, in [0, C) or `ignore_index`.
    weight, size_average, ignore_index, reduce, reduction
        See `cross_entropy`.

    Returns
    -------
    () array, or (N, *) array with reduction 'none'

    Raises
    ------
    TypeError
        If a dtype is wrong.
    ValueError
        If shapes do not fit, a label is no class, or an option is out of its range.

    Notes
    -----
    The vjp's tuple is (input, None, None). Source: PyTorch's documentation of
    `torch.nn.NLLLoss`.
    """
    x, w, how = _checked(input, weight, size_average, reduce, reduction, ignore_index)
    t = _labels(array(target, "target"), x, ignore_index)
    output, vjp = ops.nll_loss(x, t, weight=w, ignore_index=ignore_index, reduction=how)

    def arranged(cotangent: Array) -> tuple[Any, ...]:
        return vjp(cotangent)[0], None, None

    return np.asarray(output), arranged


def named_reduction(
    size_average: bool | None, reduce: bool | None, reduction: str, stacklevel: int = 5
) -> str:
    """Return the reduction that torch's deprecated arguments stand for, if they are given."""
    if size_average is None and reduce is None:
        must_be_one_of(reduction, "reduction", REDUCTIONS)
        return reduction
    meant = "sum" if size_average is False else "mean"
    if reduce is False:
        meant = "none"
    warnings.warn(
        f"size_average and reduce are deprecated in torch: say reduction={meant!r}",
        UserWarning,
        stacklevel=stacklevel,
    )
    return meant


def check_ignore_index(ignore_index: int) -> None:
    """Refuse an ignored label that is no integer."""
    if isinstance(ignore_index, bool) or not isinstance(ignore_index, int | np.integer):
        raise TypeError(f"ignore_index must be an int; got {ignore_index!r}")


def _checked(
    input: Tensor,
    weight: Tensor | None,
    size_average: bool | None,
    reduce: bool | None,
    reduction: str,
    ignore_index: int,
) -> tuple[Array, Array | None, Any]:
    how = named_reduction(size_average, reduce, reduction)
    x = floats(input, "input")
    if x.ndim < 1:
        raise ValueError(f"input must have shape (N, C, ...) or (C,); got {x.shape}")
    check_ignore_index(ignore_index)
    return x, vector(weight, "weight", x.shape[0 if x.ndim == 1 else 1], x), how


def _labels(target: Array, x: Array, ignore_index: int) -> Array:
    """Return the labels as int64; torch also takes uint8."""
    if target.dtype not in (np.int64, np.uint8):
        raise TypeError(f"target must be labels of dtype int64; got dtype {target.dtype.name}")
    wanted = () if x.ndim == 1 else (x.shape[0], *x.shape[2:])
    if target.shape != wanted:
        raise ValueError(
            f"target must have shape {wanted} for input of shape {x.shape}; got {target.shape}"
        )
    classes = x.shape[0 if x.ndim == 1 else 1]
    wrong = ((target < 0) | (target >= classes)) & (target != ignore_index)
    if wrong.any():
        raise ValueError(
            f"target must hold labels in [0, {classes - 1}] or ignore_index {ignore_index}; "
            f"got {target[wrong].flat[0]}"
        )
    return target.astype(np.int64, copy=False)
