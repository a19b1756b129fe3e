"""Names of layers: `conv2d`, `conv2d_1`, …, counted for each kind."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from refimpl.errors import must

_used: Counter[str] = Counter()


def snake_case(name: str) -> str:
    """Return a class's name in lower case with underscores, as Keras spells it."""
    parted = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", parted).lower()


def auto_name(kind: str) -> str:
    """Return the next free name of a kind."""
    prefix = snake_case(kind)
    number = _used[prefix]
    _used[prefix] += 1
    return prefix if number == 0 else f"{prefix}_{number}"


def chosen_name(name: Any, kind: str) -> str:
    """Return the name a caller chose, or the next free one."""
    if name is None:
        return auto_name(kind)
    must(isinstance(name, str) and "/" not in name, "name", "a string without '/'", name)
    return str(name)


def clear_session() -> None:
    """Count names from the start again, as `keras.utils.clear_session` does."""
    _used.clear()
