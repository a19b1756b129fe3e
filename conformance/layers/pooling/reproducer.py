"""How an element of a pooled output comes about, for the files that show a failure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from conformance.layers.arithmetic import slopes_of, write_sum
from conformance.spec.layer import Element


def explain_average(element: Element) -> Sequence[str]:
    """Write an average as a sum.

    Parameters
    ----------
    element : Element
        Of the output.

    Returns
    -------
    sequence of str
        Lines.
    """
    slopes = slopes_of(element)["input"]
    terms = [
        (float(element.arrays["input"][place]), float(slopes[place]))
        for place in np.ndindex(slopes.shape)
        if slopes[place]
    ]
    return ["The output is the sum of input / divisor in its window:", write_sum(terms)]


def explain_maximum(element: Element) -> Sequence[str]:
    """Say what the largest input is.

    Parameters
    ----------
    element : Element
        Of the output.

    Returns
    -------
    sequence of str
        Lines.
    """
    value = float(element.answer.outputs["output"][element.index])
    return [f"The output is the largest input in its window, the padding left out: {value!r}"]
