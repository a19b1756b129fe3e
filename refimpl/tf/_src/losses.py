"""`keras.losses`: cross-entropies of classes and of probabilities."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refimpl._arguments import (
    read_axis,
    read_choice,
    read_cotangent,
    read_flag,
    read_integer,
    read_number,
)
from refimpl.differentiable import differentiable
from refimpl.dtypes import float_dtype, is_float
from refimpl.ops import loss as ops
from refimpl.ops.array import Array, Sizes, Vjp, half_in_float32
from refimpl.tf._src.arguments import read_array, read_floats
from refimpl.tf._src.layers.layer import read_policy
from refimpl.tf._src.loss_reduction import REDUCTIONS, reduce_losses, sum_to_losses
from refimpl.tf._src.naming import choose_name
from refimpl.tf._src.nn.loss import check_labels

__all__ = [
    "CategoricalCrossentropy",
    "Loss",
    "SparseCategoricalCrossentropy",
    "categorical_crossentropy",
    "sparse_categorical_crossentropy",
]

# What Keras adds so that no logarithm is taken of 0, and no division by 0 happens.
_EPSILON = 1e-7


@differentiable
def sparse_categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    ignore_class: int | None = None,
    axis: int = -1,
) -> tuple[Array, Vjp]:
    """Return the cross-entropy of each class label.

    Parameters
    ----------
    y_true : array of shape (*) or (*, 1)
        Class indices, integers or floats without a fraction.
    y_pred : array of shape (*, C)
        Probabilities or logits.
    from_logits : bool
        Whether y_pred holds logits. Probabilities are clipped to [1e-7, 1 - 1e-7] and then
        divided by their sum.
    ignore_class : int, optional
        A label whose loss is 0.
    axis : int
        That of the classes, which must be the last.

    Returns
    -------
    array of shape (*)
        Of y_pred's dtype. A vjp gives None for y_true.
    """
    y_pred = read_floats(y_pred, "y_pred")
    labels = _read_labels(y_true, y_pred, axis)
    kept = np.ones(labels.shape, np.bool_)
    if ignore_class is not None:
        kept = labels != read_integer(ignore_class, "ignore_class")
        labels = np.where(kept, labels, 0)
    check_labels(labels, y_pred.shape[-1], "y_true")
    loss, inner = _sparse_cross_entropy(y_pred, labels, read_flag(from_logits, "from_logits"))

    def vjp(cotangent: Array) -> tuple[None, Array]:
        return None, inner(np.where(kept, cotangent, 0.0).astype(loss.dtype))[0]

    return np.where(kept, loss, np.zeros((), loss.dtype)), vjp


@differentiable
def categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: Any = 0.0,
    axis: int = -1,
) -> tuple[Array, Vjp]:
    """Return the cross-entropy of each distribution.

    Parameters
    ----------
    y_true : array of y_pred's shape
        Probabilities of the classes.
    y_pred : array
        Probabilities or logits.
    from_logits : bool
        Whether y_pred holds logits. Probabilities are divided by their sum and then clipped to
        [1e-7, 1 - 1e-7].
    label_smoothing : float
        The part of y_true, in [0, 1], that is spread evenly. Keras counts the classes on the
        last axis for it, whatever `axis` is.
    axis : int
        That of the classes.

    Returns
    -------
    array of y_pred's shape without that axis
        Of y_pred's dtype.
    """
    y_pred = read_floats(y_pred, "y_pred")
    if y_pred.ndim == 0:
        raise ValueError(f"y_pred must be of rank 1 or more; got {y_pred.shape}")
    along = read_axis(axis, "axis", y_pred.ndim, "y_pred")
    if y_pred.shape[-1] < 1:
        raise ValueError(f"y_pred must be of one class or more; got {y_pred.shape}")
    smoothing = read_number(label_smoothing, "label_smoothing", least=0, most=1)
    truth = read_array(y_true, "y_true")
    if truth.shape != y_pred.shape:
        raise ValueError(f"y_true must be of y_pred's shape {y_pred.shape}; got {truth.shape}")
    target = truth.astype(y_pred.dtype, copy=False)
    if smoothing:
        target = _smooth(target, smoothing)[0]
    op: Callable[..., tuple[Array, Vjp]] = ops.probability_cross_entropy
    if read_flag(from_logits, "from_logits"):
        op = ops.softmax_cross_entropy
    loss, inner = op(y_pred, target, axis=along)

    def vjp(cotangent: Array) -> tuple[Array | None, Array]:
        pred_bar, target_bar = inner(cotangent)
        if not is_float(truth.dtype):
            return None, pred_bar
        return (target_bar * (1.0 - smoothing)).astype(truth.dtype, copy=False), pred_bar

    return loss, vjp


class Loss:
    """A loss with a reduction; called, and then asked for its gradient.

    Parameters
    ----------
    name : str, optional
        None counts: `loss`, `loss_1`, …
    reduction : str or None
        See `SparseCategoricalCrossentropy`.
    dtype : str, optional
        What is computed in; None is float32.
    """

    def __init__(
        self,
        name: str | None = None,
        reduction: str | None = "sum_over_batch_size",
        dtype: Any = None,
    ) -> None:
        read_choice(reduction, "reduction", REDUCTIONS)
        self.reduction = reduction
        self.name = choose_name(name, type(self).__name__)
        self.dtype = read_policy(dtype)[1]
        self._vjp: Vjp | None = None

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Array:
        """Return the loss, without dimensions unless the reduction is 'none' or None.

        Parameters
        ----------
        y_true : array
            The truth.
        y_pred : array
            Float; cast to the loss's dtype.
        sample_weight : array_like, optional
            Factors of the losses, of a shape that broadcasts to theirs.
        """
        return self.with_vjp(y_true, y_pred, sample_weight)[0]

    def with_vjp(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> tuple[Array, Vjp]:
        """Return the loss and a function that goes backward.

        Parameters
        ----------
        y_true, y_pred, sample_weight : array
            As for a call.

        Returns
        -------
        loss : array
        vjp : callable
            Cotangent of the loss to (None, cotangent of y_pred).
        """
        with np.errstate(all="ignore"):
            return self._compute(y_true, y_pred, sample_weight)

    def _compute(self, y_true: Any, y_pred: Any, sample_weight: Any) -> tuple[Array, Vjp]:
        predicted = read_floats(y_pred, "y_pred")
        dtype = float_dtype(self.dtype)
        truth = read_array(y_true, "y_true")
        if is_float(truth.dtype):
            truth = truth.astype(dtype, copy=False)
        values, inner = self._compute_losses(truth, predicted.astype(dtype, copy=False))
        kept = self._mark_counted(truth, values.shape)
        loss, factor = reduce_losses(values, sample_weight, kept, self.reduction)
        shape = loss.shape

        def vjp(cotangent: Any = 1.0) -> tuple[None, Array]:
            bar = read_cotangent(cotangent, "cotangent", shape, dtype)
            with np.errstate(all="ignore"):
                spread = sum_to_losses(bar.astype(factor.dtype) * factor, values.shape)
                pred_bar = inner(spread.astype(dtype, copy=False))[1]
                return None, pred_bar.astype(predicted.dtype, copy=False)

        self._vjp = vjp
        return loss, vjp

    def backward(self, cotangent: Any = 1.0) -> Array:
        """Return the gradient of the last call's y_pred.

        Parameters
        ----------
        cotangent : array_like
            Gradient of the loss.

        Returns
        -------
        array
            Of y_pred's shape and dtype.
        """
        if self._vjp is None:
            raise RuntimeError(f"{self.name} must be called before backward")
        bar: Array = self._vjp(cotangent)[1]
        return bar

    def _compute_losses(self, y_true: Array, y_pred: Array) -> tuple[Array, Vjp]:
        raise NotImplementedError(f"{type(self).__name__} does not say what it computes")

    def _mark_counted(self, y_true: Array, shape: Sizes) -> Array | None:
        """Say which losses count; None is all."""
        return None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, reduction={self.reduction!r}>"


class SparseCategoricalCrossentropy(Loss):
    """Cross-entropy of class labels.

    Parameters
    ----------
    from_logits : bool
        Whether predictions are logits; see `sparse_categorical_crossentropy`.
    ignore_class : int, optional
        A label that counts for nothing, also in the number the sum is divided by.
    reduction : str or None
        'sum_over_batch_size' and 'mean' divide the (weighted) sum by the number of losses,
        'mean_with_sample_weight' by the sum of the weights as given, not broadcast; 'sum';
        'none' and None keep the losses apart.
    axis : int
        That of the classes, which must be the last.
    name : str
        A name.
    dtype : str, optional
        What is computed in; None is float32.
    """

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str | None = "sum_over_batch_size",
        axis: int = -1,
        name: str | None = "sparse_categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.from_logits = read_flag(from_logits, "from_logits")
        ignored = None if ignore_class is None else read_integer(ignore_class, "ignore_class")
        self.ignore_class = ignored
        self.axis = read_integer(axis, "axis")

    def _compute_losses(self, y_true: Array, y_pred: Array) -> tuple[Array, Vjp]:
        return sparse_categorical_crossentropy.with_vjp(
            y_true, y_pred, self.from_logits, self.ignore_class, self.axis
        )

    def _mark_counted(self, y_true: Array, shape: Sizes) -> Array | None:
        if self.ignore_class is None:
            return None
        kept: Array = (y_true != self.ignore_class).reshape(shape)
        return kept


class CategoricalCrossentropy(Loss):
    """Cross-entropy of distributions; see `categorical_crossentropy` for the first parameters.

    See `SparseCategoricalCrossentropy` for the others.
    """

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: Any = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.from_logits = read_flag(from_logits, "from_logits")
        self.label_smoothing = read_number(label_smoothing, "label_smoothing", least=0, most=1)
        self.axis = read_integer(axis, "axis")

    def _compute_losses(self, y_true: Array, y_pred: Array) -> tuple[Array, Vjp]:
        return categorical_crossentropy.with_vjp(
            y_true, y_pred, self.from_logits, self.label_smoothing, self.axis
        )


@half_in_float32
def _sparse_cross_entropy(y_pred: Array, labels: Array, from_logits: bool) -> tuple[Array, Vjp]:
    if from_logits:
        return ops.sparse_softmax_cross_entropy(y_pred, labels)
    # The softmax of the logarithm divides what was clipped by its sum.
    clipped = np.clip(y_pred, _EPSILON, 1.0 - _EPSILON)
    loss, inner = ops.sparse_softmax_cross_entropy(np.log(clipped), labels)

    def vjp(cotangent: Array) -> tuple[Array]:
        inside = (y_pred >= _EPSILON) & (y_pred <= 1.0 - _EPSILON)
        return (np.where(inside, inner(cotangent)[0] / clipped, 0.0),)

    return loss, vjp


@half_in_float32
def _smooth(target: Array, smoothing: float) -> tuple[Array, Vjp]:
    even = smoothing / target.shape[-1]
    return target * (1.0 - smoothing) + even, lambda cotangent: (cotangent * (1.0 - smoothing),)


def _read_labels(y_true: Any, y_pred: Array, axis: int) -> Array:
    """Return the labels as integers, without an axis of length one that y_pred does not have."""
    if y_pred.ndim == 0:
        raise ValueError(f"y_pred must be of rank 1 or more; got {y_pred.shape}")
    if read_axis(axis, "axis", y_pred.ndim, "y_pred") != y_pred.ndim - 1:
        raise ValueError(f"axis must be the last; got {axis}")
    labels = read_array(y_true, "y_true")
    if labels.ndim == y_pred.ndim and labels.shape[-1] == 1:
        labels = labels.reshape(labels.shape[:-1])
    shape = y_pred.shape[:-1]
    if labels.shape != shape:
        raise ValueError(
            f"y_true must be of y_pred's shape without its last, {shape}; got {labels.shape}"
        )
    whole = labels.astype(np.int64, copy=False)
    if is_float(labels.dtype) and (whole != labels).any():
        raise ValueError(f"y_true must be whole numbers; got {labels.dtype}")
    return whole
