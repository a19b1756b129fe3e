"""`tf.nn`'s cross-entropies of logits."""

from __future__ import annotations

from typing import Any

import numpy as np

from refimpl.differentiable import differentiable
from refimpl.errors import must
from refimpl.ops.array import Array, Vjp
from refimpl.ops.loss import softmax_cross_entropy, sparse_softmax_cross_entropy
from refimpl.tf._src.arguments import as_array, as_floats, as_integers, axis_in, broadcasts

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
    logits = as_floats(logits, "logits")
    labels = as_integers(labels, "labels")
    must(logits.ndim > 0, "logits", "of rank 1 or more", logits.shape)
    must(
        labels.shape == logits.shape[:-1],
        "labels",
        f"of shape {logits.shape[:-1]}, that of logits without the last axis",
        labels.shape,
    )
    check_labels(labels, logits.shape[-1], "labels")
    loss, vjp = sparse_softmax_cross_entropy(logits, labels)
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
    logits = as_floats(logits, "logits")
    must(logits.ndim > 0, "logits", "of rank 1 or more", logits.shape)
    axis = axis_in(axis, "axis", logits.ndim)
    given = as_array(labels, "labels")
    must(
        given.ndim == logits.ndim and broadcasts(given.shape, logits.shape),
        "labels",
        f"of logits' shape {logits.shape}",
        given.shape,
    )
    spread = np.broadcast_to(given.astype(logits.dtype, copy=False), logits.shape)
    loss, inner = softmax_cross_entropy(logits, spread, axis=axis)
    stretched = tuple(i for i in range(given.ndim) if given.shape[i] == 1 and logits.shape[i] != 1)

    def vjp(cotangent: Array) -> tuple[Array | None, Array]:
        logits_bar, labels_bar = inner(cotangent)
        if given.dtype.kind in "biu":
            return None, logits_bar
        labels_bar = labels_bar.sum(axis=stretched, keepdims=True) if stretched else labels_bar
        return labels_bar.astype(given.dtype, copy=False), logits_bar

    return loss, vjp


def check_labels(labels: Array, classes: int, name: str) -> None:
    """Refuse a label outside [0, classes)."""
    if labels.size and (labels.min() < 0 or labels.max() >= classes):
        wrong = labels[(labels < 0) | (labels >= classes)].ravel()[0]
        must(False, name, f"in [0, {classes})", int(wrong))
