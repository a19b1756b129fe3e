"""The arithmetic of one element written out, for the files that show a failure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from conformance.spec.layer import Element

# So many terms are written; the rest is counted.
MOST_TERMS = 12


def write_sum(terms: Sequence[tuple[float, float]], more: float | None = None) -> str:
    """Write a sum of products.

    Parameters
    ----------
    terms : sequence of pair
        The factors of each product.
    more : float, optional
        One more term.

    Returns
    -------
    str
        A line: the first terms, and what all of them come to.
    """
    shown = [f"({first!r} * {second!r})" for first, second in terms[:MOST_TERMS]]
    if len(terms) > MOST_TERMS:
        shown.append(f"{len(terms) - MOST_TERMS} more terms")
    if more is not None:
        shown.append(repr(more))
    total = sum(first * second for first, second in terms) + (more or 0.0)
    return f"  {' + '.join(shown) or '0'} = {total!r}"


def explain_weighted_sum(element: Element) -> Sequence[str]:
    """Write an element as the sum of a window, or of a row, times its weights, and the bias.

    Parameters
    ----------
    element : Element
        Of a layer with a weight and perhaps a bias.

    Returns
    -------
    sequence of str
        Lines.
    """
    slopes = slopes_of(element)
    weight = element.arrays["weight"]
    terms = [
        (float(slopes["weight"][place]), float(weight[place]))
        for place in np.ndindex(weight.shape)
        if slopes["weight"][place]
    ]
    arrays = element.arrays
    bias = float(np.sum(slopes["bias"] * arrays["bias"])) if "bias" in arrays else None
    told = "The output is the sum of input * weight in its window, and the bias:"
    return [told, write_sum(terms, bias)]


def slopes_of(element: Element) -> Mapping[str, Any]:
    """Differentiate an element by each of the arrays.

    Parameters
    ----------
    element : Element
        Of an output.

    Returns
    -------
    mapping
        Array -> the derivatives.
    """
    bars = np.zeros(element.answer.outputs["output"].shape)
    bars[element.index] = 1.0
    return element.answer.vjp({"output": bars})
