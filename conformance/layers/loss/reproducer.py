"""How a cross-entropy comes about, for the files that show a failure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from conformance.layers.arithmetic import MOST_TERMS
from conformance.spec.layer import Element


def explain_scores(element: Element) -> Sequence[str]:
    """Write the log-softmax of each row of scores.

    Parameters
    ----------
    element : Element
        Of the output.

    Returns
    -------
    sequence of str
        Lines; none where the input is probabilities, or there are too many rows.
    """
    scores = element.arrays["input"]
    along = 1 if scores.ndim > 1 else 0
    if not element.config.get("from_logits", True):
        return ()
    rows = np.moveaxis(scores, along, -1).reshape(-1, scores.shape[along])
    if len(rows) > MOST_TERMS:
        return ()
    shifted = rows - rows.max(-1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    told = "log-softmax of each row of scores; the loss is minus the target's share of it:"
    return [told, *(f"  {[float(value) for value in row]}" for row in logs)]
