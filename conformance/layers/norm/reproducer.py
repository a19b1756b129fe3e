"""How an element of a normalised output comes about, for the files that show a failure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from conformance.spec.layer import Element


def explain_batch_norm(element: Element) -> Sequence[str]:
    """Write an element that is normalised with the statistics of its channel.

    Parameters
    ----------
    element : Element
        Of the output.

    Returns
    -------
    sequence of str
        Lines.
    """
    return _explain(element, each=False)


def explain_instance_norm(element: Element) -> Sequence[str]:
    """Write an element that is normalised with the statistics of its example and channel.

    Parameters
    ----------
    element : Element
        Of the output.

    Returns
    -------
    sequence of str
        Lines.
    """
    return _explain(element, each=True)


def _explain(element: Element, *, each: bool) -> Sequence[str]:
    config, arrays, index = element.config, element.arrays, element.index
    x = arrays["input"]
    axes = tuple(range(2, x.ndim)) if each else (0, *range(2, x.ndim))
    channel = index[1]
    if not config["training"] and config.get("track", True):
        tracked = ("running_mean", "running_var")
        names = tracked if "running_mean" in arrays else ("mean", "variance")
        mean, variance = (float(arrays[name][channel]) for name in names)
    else:
        where = (index[0], channel) if each else (0, channel)
        mean, variance = (
            float(of(x, axes, keepdims=True)[(*where, *(0,) * (x.ndim - 2))])
            for of in (np.mean, np.var)
        )
    lines = [
        f"mean {mean!r}, variance {variance!r}, epsilon {config['epsilon']!r}",
        f"normalised: ({float(x[index])!r} - mean) / sqrt(variance + epsilon)"
        f" = {(float(x[index]) - mean) / float(np.sqrt(variance + config['epsilon']))!r}",
    ]
    if "weight" in arrays:
        weight, bias = float(arrays["weight"][channel]), float(arrays["bias"][channel])
        lines.append(f"output: normalised * {weight!r} + {bias!r}")
    return lines
