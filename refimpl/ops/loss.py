"""Cross-entropies: from scores, from log-probabilities and from probabilities.

All of them write the negative logarithm of a softmax as `log_sum - (logit - shift)`, never as the
logarithm of a quotient, so that they neither overflow nor lose what is far from the maximum.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refimpl._arguments import (
    check_companion,
    check_float,
    check_shape,
    read_axis,
    read_choice,
    read_number,
)
from refimpl._show import show
from refimpl.dtypes import is_float
from refimpl.ops.array import Array, Vjp, half_in_float32, primitive
from refimpl.ops.softmax import log_normalizer, row_blocks

REDUCTIONS = ("mean", "sum", "none")


@half_in_float32
def cross_entropy(
    logits: Array,
    target: Array,
    *,
    weight: Array | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> tuple[Array, Vjp]:
    """Cross-entropy between scores and class indices or class probabilities.

    Parameters
    ----------
    logits : array of shape (N, C, *S) or (C,)
        Unnormalised scores.
    target : array of shape (N, *S) or (), of integers; or of the logits' shape, of floats
        Class indices, or class probabilities.
    weight : array of shape (C,), optional
        A factor for each class.
    ignore_index : int
        The index that counts for nothing; with probabilities it must be negative.
    reduction : {'mean', 'sum', 'none'}
        'mean' divides by the sum of the weights of the targets that count, with probabilities by
        the number of positions. If nothing counts it is NaN, as in PyTorch.
    label_smoothing : float
        The share, in [0, 1], of the target that is spread evenly over all classes.

    Returns
    -------
    loss : array of shape (), or (N, *S) without reduction
    vjp : callable
        `vjp(cotangent)` returns the cotangents of logits and target (None for indices).

    Raises
    ------
    TypeError
        If an array has the wrong kind of dtype.
    ValueError
        If shapes do not fit, an index is out of range or an option has another value.

    Notes
    -----
    PyTorch's page `torch.nn.CrossEntropyLoss`.
    """
    axis = _class_axis(logits, "logits")
    read_choice(reduction, "reduction", REDUCTIONS)
    label_smoothing = read_number(label_smoothing, "label_smoothing", least=0, most=1)
    factor = _class_factor(weight, logits, axis, "logits")
    if is_float(target.dtype):
        check_companion(target, "target", logits, "logits")
        check_shape(target, "target", logits.shape)
        if ignore_index >= 0:
            raise ValueError(
                "ignore_index must be negative where target holds probabilities; "
                f"got {show(ignore_index)}"
            )
        return _soft_cross_entropy(logits, target, factor, axis, reduction, label_smoothing)
    index, kept = _indices(target, "target", logits.shape, axis, ignore_index)
    chosen = _weight_of(weight, index, kept)
    shift, log_sum = log_normalizer(logits, axis)
    picked = np.take_along_axis(logits, index, axis=axis)
    hit, share = 1.0 - label_smoothing, label_smoothing / logits.shape[axis]
    loss = log_sum - (picked - shift)
    with np.errstate(invalid="ignore"):  # a zero weight times an infinite loss is NaN
        if weight is not None:
            loss = loss * chosen
        if label_smoothing:
            surprise = log_sum - (logits - shift)
            if factor is not None:
                surprise = surprise * factor
            loss = loss * hit + np.sum(surprise, axis=axis, keepdims=True) * share
    loss, coefficient = _reduce(np.where(kept, loss, 0.0), chosen, axis, reduction)

    def vjp(cotangent: Array) -> tuple[Array, None]:
        check_shape(cotangent, "cotangent", loss.shape)
        scale = np.where(kept, coefficient(cotangent), 0.0)
        pull = scale if weight is None else scale * chosen
        if label_smoothing:
            pull = pull * hit
        if label_smoothing:
            evenly = share if factor is None else factor * share
            total = pull + scale * (label_smoothing if factor is None else np.sum(evenly))
            logits_bar = _softmax_minus_hits(logits, shift, log_sum, total, pull, index, axis)
            return logits_bar - scale * evenly, None
        return _softmax_minus_hits(logits, shift, log_sum, pull, pull, index, axis), None

    return loss, vjp


def _soft_cross_entropy(
    logits: Array,
    target: Array,
    factor: Array | None,
    axis: int,
    reduction: str,
    label_smoothing: float,
) -> tuple[Array, Vjp]:
    shift, log_sum = log_normalizer(logits, axis)
    surprise = log_sum - (logits - shift)
    mixed = target
    if label_smoothing:
        mixed = target * (1.0 - label_smoothing) + label_smoothing / logits.shape[axis]
    if factor is not None:
        mixed = mixed * factor
    with np.errstate(invalid="ignore"):  # an impossible class of probability zero is NaN
        loss = np.sum(surprise * mixed, axis=axis, keepdims=True)
    loss, coefficient = _reduce(loss, np.ones(loss.shape, bool), axis, reduction)

    def vjp(cotangent: Array) -> tuple[Array, Array]:
        check_shape(cotangent, "cotangent", loss.shape)
        scale = coefficient(cotangent)
        total = np.sum(mixed, axis=axis, keepdims=True)
        logits_bar = (np.exp((logits - shift) - log_sum) * total - mixed) * scale
        target_bar = surprise if factor is None else surprise * factor
        if label_smoothing:
            target_bar = target_bar * (1.0 - label_smoothing)
        return logits_bar, target_bar * scale

    return loss, vjp


@half_in_float32
def nll_loss(
    log_probabilities: Array,
    target: Array,
    *,
    weight: Array | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> tuple[Array, Vjp]:
    """Negative log-likelihood of class indices.

    Parameters
    ----------
    log_probabilities : array of shape (N, C, *S) or (C,)
        Logarithms of class probabilities; they are not normalised.
    target : array of integers of shape (N, *S) or ()
        Class indices.
    weight : array of shape (C,), optional
        A factor for each class.
    ignore_index : int
        The index that counts for nothing.
    reduction : {'mean', 'sum', 'none'}
        'mean' divides by the sum of the weights of the targets that count.

    Returns
    -------
    loss : array of shape (), or (N, *S) without reduction
    vjp : callable
        `vjp(cotangent)` returns the cotangent of the log-probabilities.

    Raises
    ------
    TypeError
        If an array has the wrong kind of dtype.
    ValueError
        If shapes do not fit, an index is out of range or `reduction` has another value.

    Notes
    -----
    PyTorch's page `torch.nn.NLLLoss`.
    """
    axis = _class_axis(log_probabilities, "log_probabilities")
    read_choice(reduction, "reduction", REDUCTIONS)
    _class_factor(weight, log_probabilities, axis, "log_probabilities")
    shape = log_probabilities.shape
    index, kept = _indices(target, "target", shape, axis, ignore_index)
    chosen = _weight_of(weight, index, kept)
    loss = -np.take_along_axis(log_probabilities, index, axis=axis)
    if weight is not None:
        with np.errstate(invalid="ignore"):  # a zero weight times an infinite loss is NaN
            loss = loss * chosen
    loss, coefficient = _reduce(np.where(kept, loss, 0.0), chosen, axis, reduction)

    def vjp(cotangent: Array) -> tuple[Array]:
        check_shape(cotangent, "cotangent", loss.shape)
        pull = coefficient(cotangent)
        pull = np.where(kept, pull if weight is None else pull * chosen, 0.0)
        return (_hits(-pull, index, axis, shape[axis]),)

    return loss, vjp


@half_in_float32
def softmax_cross_entropy(logits: Array, labels: Array, *, axis: int = -1) -> tuple[Array, Vjp]:
    """Cross-entropy between scores and class probabilities along one axis.

    Parameters
    ----------
    logits : array
        Unnormalised scores.
    labels : array of the logits' shape
        Class probabilities; nothing checks that they sum to one.
    axis : int
        The axis of the classes.

    Returns
    -------
    loss : array of the logits' shape without that axis
    vjp : callable
        `vjp(cotangent)` returns the cotangents of logits and labels. The slope of the logits is
        `softmax(logits) - labels`, TensorFlow's, which is the derivative where the labels sum to
        one.

    Raises
    ------
    TypeError
        If an argument does not hold floats, or the two have different dtypes.
    ValueError
        If the shapes differ, there is no such axis, or it is empty.

    Notes
    -----
    TensorFlow's page `tf.nn.softmax_cross_entropy_with_logits`.
    """
    check_float(logits, "logits")
    check_companion(labels, "labels", logits, "logits")
    check_shape(labels, "labels", logits.shape)
    axis = read_axis(axis, "axis", logits.ndim)
    if logits.shape[axis] < 1:
        raise ValueError(f"logits must be of one class or more; got {logits.shape}")
    shift, log_sum = log_normalizer(logits, axis)
    surprise = log_sum - (logits - shift)
    with np.errstate(invalid="ignore"):  # an impossible class of probability zero is NaN
        loss = np.sum(surprise * labels, axis=axis)

    def vjp(cotangent: Array) -> tuple[Array, Array]:
        check_shape(cotangent, "cotangent", loss.shape)
        scale = np.expand_dims(cotangent, axis)
        return (np.exp((logits - shift) - log_sum) - labels) * scale, surprise * scale

    return loss, vjp


@half_in_float32
def sparse_softmax_cross_entropy(logits: Array, labels: Array) -> tuple[Array, Vjp]:
    """Cross-entropy between scores and class indices along the last axis.

    Parameters
    ----------
    logits : array of shape (..., C)
        Unnormalised scores.
    labels : array of integers of shape (...)
        Class indices.

    Returns
    -------
    loss : array of shape (...)
    vjp : callable
        `vjp(cotangent)` returns the cotangent of the logits.

    Raises
    ------
    TypeError
        If the logits do not hold floats or the labels no integers.
    ValueError
        If the shapes do not fit or a label is out of range.

    Notes
    -----
    TensorFlow's page `tf.nn.sparse_softmax_cross_entropy_with_logits`.
    """
    check_float(logits, "logits")
    if logits.ndim < 1 or logits.shape[-1] < 1:
        raise ValueError(
            f"logits must be of one dimension or more and of one class or more; got {logits.shape}"
        )
    axis = logits.ndim - 1
    index, _ = _indices(labels, "labels", logits.shape, axis, None)
    shift, log_sum = log_normalizer(logits, -1)
    loss = np.squeeze(log_sum - (np.take_along_axis(logits, index, axis=-1) - shift), axis=-1)

    def vjp(cotangent: Array) -> tuple[Array]:
        check_shape(cotangent, "cotangent", loss.shape)
        scale = np.expand_dims(cotangent, -1)
        return (_softmax_minus_hits(logits, shift, log_sum, scale, scale, index, axis),)

    return loss, vjp


@half_in_float32
def probability_cross_entropy(
    probabilities: Array, labels: Array, *, axis: int = -1, epsilon: float = 1e-7
) -> tuple[Array, Vjp]:
    """Cross-entropy between two distributions, the first divided by its sum and clipped.

    Parameters
    ----------
    probabilities : array
        What is taken for the distribution; divided by its sum along `axis`.
    labels : array of the probabilities' shape
        Class probabilities.
    axis : int
        The axis of the classes.
    epsilon : float
        The quotient is clipped to [epsilon, 1 - epsilon].

    Returns
    -------
    loss : array of the probabilities' shape without that axis
    vjp : callable
        `vjp(cotangent)` returns the cotangents of probabilities and labels. Nothing flows through
        what was clipped; exactly at an end of the interval it does.

    Raises
    ------
    TypeError
        If an argument does not hold floats, or the two have different dtypes.
    ValueError
        If the shapes differ, there is no such axis, or `epsilon` is outside [0, 0.5).

    Notes
    -----
    Keras' page `keras.losses.CategoricalCrossentropy`, with `from_logits=False`.
    """
    check_float(probabilities, "probabilities")
    check_companion(labels, "labels", probabilities, "probabilities")
    check_shape(labels, "labels", probabilities.shape)
    axis = read_axis(axis, "axis", probabilities.ndim)
    if not 0.0 <= epsilon < 0.5:
        raise ValueError(f"epsilon must be in [0, 0.5); got {show(epsilon)}")
    total = np.sum(probabilities, axis=axis, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):  # an all-zero row is NaN
        quotient = probabilities / total
    clipped = np.clip(quotient, epsilon, 1.0 - epsilon)
    surprise = -np.log(clipped)
    loss = np.sum(labels * surprise, axis=axis)

    def vjp(cotangent: Array) -> tuple[Array, Array]:
        check_shape(cotangent, "cotangent", loss.shape)
        scale = np.expand_dims(cotangent, axis)
        inside = (quotient >= epsilon) & (quotient <= 1.0 - epsilon)
        pull = np.where(inside, -(labels * scale) / clipped, 0.0)
        mean = np.sum(pull * quotient, axis=axis, keepdims=True)
        with np.errstate(invalid="ignore", divide="ignore"):
            return (pull - mean) / total, surprise * scale

    return loss, vjp


def _class_axis(scores: Array, name: str) -> int:
    """Check scores of shape (N, C, *S) or (C,) and return the axis of the classes."""
    check_float(scores, name)
    if scores.ndim < 1:
        raise ValueError(f"{name} must be of shape (N, C, *S) or (C,); got {scores.shape}")
    axis = 0 if scores.ndim == 1 else 1
    if scores.shape[axis] < 1:
        raise ValueError(f"{name} must be of one class or more; got {scores.shape}")
    return axis


def _class_factor(weight: Array | None, scores: Array, axis: int, name: str) -> Array | None:
    """Check the class weights and give them the rank of the scores."""
    if weight is None:
        return None
    check_companion(weight, "weight", scores, name)
    check_shape(weight, "weight", (scores.shape[axis],))
    return weight.reshape((-1,) + (1,) * (scores.ndim - 1 - axis))


def _indices(
    target: Array, name: str, shape: tuple[int, ...], axis: int, ignore_index: int | None
) -> tuple[Array, Any]:
    """Check class indices; return them with a class axis of length one, and which count.

    An index that does not count becomes 0, so that it can be looked up.
    """
    if not np.issubdtype(target.dtype, np.integer):
        raise TypeError(f"{name} must be an array of integers; got dtype {target.dtype}")
    check_shape(target, name, shape[:axis] + shape[axis + 1 :])
    index = np.expand_dims(target, axis)
    classes = shape[axis]
    outside = (index < 0) | (index >= classes)
    kept: Any = True
    if ignore_index is not None:
        kept = index != ignore_index
        outside = outside & kept
        index = np.where(kept, index, 0)
    if outside.any():
        allowed = f"in [0, {classes})"
        if ignore_index is not None:
            allowed += f" or ignore_index {ignore_index}"
        raise ValueError(f"{name} must be {allowed}; got {int(index[outside][0])}")
    return index, kept


def _softmax_minus_hits(
    logits: Array,
    shift: Array,
    log_sum: Array,
    total: Array,
    hit: Array,
    index: Array,
    axis: int,
) -> Array:
    """Give the softmax times `total`, minus `hit` at the class that the index chooses."""
    parts = []
    for rows in row_blocks(logits.shape, axis):
        softmax = np.exp((logits[rows] - shift[rows]) - log_sum[rows])
        hits = _hits(hit[rows], index[rows], axis, logits.shape[axis])
        parts.append(softmax * total[rows] - hits)
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=0)


@primitive(rule="linear")
def _hits(values: Array, index: Array, axis: int, classes: int) -> Array:
    """Put each value at the class that its index chooses, among zeros."""
    shape = list(index.shape)
    shape[axis] = classes
    result = np.zeros(shape, values.dtype)
    np.put_along_axis(result, index, values, axis=axis)
    return result


def _weight_of(weight: Array | None, index: Array, kept: Array) -> Array:
    """Look up what each target counts: its class's weight, or one; nothing if it is ignored."""
    if weight is None:
        return kept
    return np.where(kept, np.take(weight, index), 0.0)


def _reduce(loss: Array, counts: Array, axis: int, reduction: str) -> tuple[Array, Any]:
    """Reduce losses that still have the class axis.

    Returns the reduced loss and the function from its cotangent to that of the losses.
    """
    if reduction == "none":
        return np.squeeze(loss, axis=axis), lambda cotangent: np.expand_dims(cotangent, axis)
    total = np.sum(loss)
    if reduction == "sum":
        return total, lambda cotangent: cotangent
    if counts.dtype == bool:
        divisor: Any = float(np.count_nonzero(counts)) or float("nan")
    else:
        divisor = np.sum(counts)
        divisor = np.where(divisor == 0.0, np.nan, divisor)  # 0/0, without a warning
    return total / divisor, lambda cotangent: cotangent / divisor
