"""JSON from outside: parsed strictly, so that no document has two meanings or ends the program."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

# Deeper than any document of the suite; beyond it Python's own recursion would end.
DEEPEST = 100


def parse_json(text: str) -> Any:
    """
    Parse a document.

    Parameters
    ----------
    text : str
        The document.

    Returns
    -------
    object

    Raises
    ------
    ValueError
        If it is not JSON, has a number that is none or too large for a float, has a key twice in
        one object, or is nested deeper than `DEEPEST`.
    """
    return parse_shallow(_parse, text)


def parse_shallow(parse: Callable[[str], Any], text: str) -> Any:
    """
    Parse a document of any language, and refuse one that is nested too deeply.

    Parameters
    ----------
    parse : callable
        Parses it, into dicts and lists.
    text : str
        The document.

    Returns
    -------
    object

    Raises
    ------
    ValueError
        As `parse` does, or if the document is nested deeper than `DEEPEST`.
    """
    try:
        document = parse(text)
    except RecursionError:
        document = None
    else:
        if not _is_deep(document):
            return document
    raise ValueError(f"it is nested more than {DEEPEST} deep")


def _parse(text: str) -> Any:
    return json.loads(
        text,
        parse_float=_read_finite,
        parse_constant=_reject_constant,
        object_pairs_hook=_collect_unique,
    )


def _is_deep(document: Any) -> bool:
    level = [document]
    for _ in range(DEEPEST + 1):
        inner: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                inner += each.values()
            elif isinstance(each, list):
                inner += each
        if not inner:
            return False
        level = inner
    return True


def _read_finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"the number {text[:40]} is beyond what a float can be")
    return number


def _reject_constant(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


def _collect_unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        known = set[str]()
        for name, _ in pairs:
            if name in known:
                raise ValueError(f"the key {name!r} stands twice in one object")
            known.add(name)
    return values
