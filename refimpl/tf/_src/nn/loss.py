"""`tf.nn`'s cross-entropies of logits."""

from __future__ import annotations

from typing import Any

import numpy as np

from refimpl._arguments import broadcasts_to, read_axis
from refimpl.differentiable import differentiable
from refimpl.ops import loss as ops
from refimpl.ops.array import Array, Vjp
from refimpl.tf._src.arguments import read_array, read_floats, read_whole

__all__ = ["softmax_cross_entropy_with_logits", "sparse_softmax_cross_entropy_with_logits"]


@differentiable
def sparse_softmax_cross_entropy_with_logits(
    labels: Any, logits: Any, name: str | None = None
) -> tuple[Array, Vjp]:
    """Return minus the log-softmax of each label's logit.

    Parameters
    ----------
    labels : int array of shape (*)
        Classes, in [0, C).
    logits : array of shape (*, C)
        Float.

    Returns
    -------
    array of shape (*)
        Of the logits' dtype.
    """
    logits = read_floats(logits, "logits")
    labels = read_whole(labels, "labels")
    if logits.ndim == 0:
        raise ValueError(f"logits must be of rank 1 or more; got {logits.shape}")
    if labels.shape != logits.shape[:-1]:
        raise ValueError(
            f"labels must be of shape {logits.shape[:-1]}, that of logits without the last axis; "
            f"got {labels.shape}"
        )
    check_labels(labels, logits.shape[-1], "labels")
    loss, vjp = ops.sparse_softmax_cross_entropy(logits, labels)
    return loss, lambda cotangent: (None, vjp(cotangent)[0])


@differentiable
def softmax_cross_entropy_with_logits(
    labels: Any, logits: Any, axis: int = -1, name: str | None = None
) -> tuple[Array, Vjp]:
    """Return minus the sum of labels times the log-softmax of logits.

    Parameters
    ----------
    labels : array of the shape of logits
        Probabilities. A size of 1 is broadcast.
    logits : array of one dimension or more
        Float.
    axis : int
        That of the classes.

    Returns
    -------
    array of the logits' shape without that axis
        The cotangent of the logits is taken as `softmax(logits) - labels`, which is the
        derivative where the labels sum to 1.
    """
    logits = read_floats(logits, "logits")
    if logits.ndim == 0:
        raise ValueError(f"logits must be of rank 1 or more; got {logits.shape}")
    axis = read_axis(axis, "axis", logits.ndim, "logits")
    labels = read_array(labels, "labels")
    if labels.ndim != logits.ndim or not broadcasts_to(labels.shape, logits.shape):
        raise ValueError(f"labels must be of logits' shape {logits.shape}; got {labels.shape}")
    full = np.broadcast_to(labels.astype(logits.dtype, copy=False), logits.shape)
    loss, inner = ops.softmax_cross_entropy(logits, full, axis=axis)
    sizes = zip(labels.shape, logits.shape, strict=True)
    stretched = tuple(i for i, (size, whole) in enumerate(sizes) if size == 1 != whole)

    def vjp(cotangent: Array) -> tuple[Array | None, Array]:
        logits_bar, labels_bar = inner(cotangent)
        if labels.dtype.kind in "biu":
            return None, logits_bar
        labels_bar = labels_bar.sum(axis=stretched, keepdims=True) if stretched else labels_bar
        return labels_bar.astype(labels.dtype, copy=False), logits_bar

    return loss, vjp


def check_labels(labels: Array, classes: int, name: str) -> None:
    """Refuse a label outside [0, classes)."""
    if labels.size and (labels.min() < 0 or labels.max() >= classes):
        wrong = labels[(labels < 0) | (labels >= classes)].ravel()[0]
        raise ValueError(f"{name} must be in [0, {classes}); got {int(wrong)}")
