"""How an element of a normalised output comes about, for the files that show a failure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from conformance.layers.arithmetic import slopes_of
from conformance.spec.layer import Element, Explain

# Element -> the index of the inputs that are normalised together with its own.
Members = Callable[[Element], tuple[Any, ...]]


def explain_normalised(members: Members, *, centered: bool = True) -> Explain:
    """Explain elements that are normalised by the statistics of some inputs.

    Parameters
    ----------
    members : callable
        Which inputs.
    centered : bool
        Whether their mean is subtracted; otherwise the mean square stands for the variance.

    Returns
    -------
    callable
        Element -> lines. Where running statistics are used, those are shown.
    """

    def explain(element: Element) -> Sequence[str]:
        x, epsilon = float(element.arrays["input"][element.index]), element.config["epsilon"]
        values = element.arrays["input"][members(element)]
        if not centered:
            square = float(np.mean(np.square(values)))
            lines = [
                f"mean square {square!r}, epsilon {epsilon!r}",
                f"normalised: {x!r} / sqrt(mean square + epsilon)"
                f" = {x / float(np.sqrt(square + epsilon))!r}",
            ]
        else:
            own = float(np.mean(values)), float(np.var(values))
            mean, variance = _running_statistics(element) or own
            lines = [
                f"mean {mean!r}, variance {variance!r}, epsilon {epsilon!r}",
                f"normalised: ({x!r} - mean) / sqrt(variance + epsilon)"
                f" = {(x - mean) / float(np.sqrt(variance + epsilon))!r}",
            ]
        return [*lines, *_explain_parameters(element)]

    return explain


def _running_statistics(element: Element) -> tuple[float, float] | None:
    """Return the statistics that a channel is given, if its own are not used."""
    config, arrays = element.config, element.arrays
    if config.get("training", True) or not config.get("track", True):
        return None
    tracked = ("running_mean", "running_var")
    names = tracked if "running_mean" in arrays else ("mean", "variance")
    mean, variance = (float(arrays[name][element.index[1]]) for name in names)
    return mean, variance


def _explain_parameters(element: Element) -> Sequence[str]:
    """Write what the normalised value is multiplied by, and what is added to it."""
    names = [name for name in ("weight", "bias") if name in element.arrays]
    if not names:
        return ()
    # The one element that the output depends on; of a weight, if the output is not 0 without it.
    slopes = slopes_of(element)[names[-1]]
    place = np.unravel_index(int(np.argmax(np.abs(slopes))), slopes.shape)
    terms = {name: repr(float(element.arrays[name][place])) for name in names}
    product = f"normalised * {terms['weight']}" if "weight" in terms else "normalised"
    return [f"output: {product}" + (f" + {terms['bias']}" if "bias" in terms else "")]
