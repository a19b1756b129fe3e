"""How an element of an activation's output comes about, for the files that show a failure."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.spec.layer import Element


def explain_formula(formula: str, element: Element) -> Sequence[str]:
    """Write the function of one number, its parameters and the number.

    Parameters
    ----------
    formula : str
        The function of x.
    element : Element
        Of the output.

    Returns
    -------
    sequence of str
        Lines.
    """
    config = element.config
    options = {name: config[name] for name in ("alpha", "negative_slope") if name in config}
    where = ", ".join(f"{name} = {value}" for name, value in options.items())
    x = float(element.arrays["input"][element.index])
    return [f"{formula}{', ' if where else ''}{where}, at x = {x!r}"]
