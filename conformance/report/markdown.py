"""What the pages made from data are written with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """
    Write a table.

    Parameters
    ----------
    head : sequence of str
        The columns' titles.
    rows : iterable of sequence of str
        The cells; none has a bar in it.

    Returns
    -------
    str
    """
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def superscript(number: int) -> str:
    """
    Write an exponent.

    Parameters
    ----------
    number : int
        The exponent.

    Returns
    -------
    str

    Examples
    --------
    >>> superscript(-126)
    '⁻¹²⁶'
    """
    return str(number).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
