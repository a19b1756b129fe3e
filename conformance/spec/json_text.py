"""JSON from outside: parsed strictly, so that no document has two meanings or ends the program."""

from __future__ import annotations

import json
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
        If it is not JSON, has a number that JSON has not, has a key twice in one object, or is
        nested deeper than `DEEPEST`.
    """
    try:
        document = json.loads(
            text, parse_constant=_reject_constant, object_pairs_hook=_collect_unique
        )
    except RecursionError:
        document = None
    else:
        if not _is_deep(document):
            return document
    raise ValueError(f"it is nested more than {DEEPEST} deep")


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


def _reject_constant(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


def _collect_unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in values if names.count(name) > 1)
        raise ValueError(f"the key {twice!r} stands twice in one object")
    return values
