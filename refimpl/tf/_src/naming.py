"""Names of layers: `conv2d`, `conv2d_1`, …, counted for each kind."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from refimpl._show import show

_used: Counter[str] = Counter()


def choose_name(name: Any, kind: str) -> str:
    """Return the name a caller chose, or the next free one of a kind of layer."""
    if name is None:
        prefix = to_snake_case(kind)
        number = _used[prefix]
        _used[prefix] += 1
        return prefix if number == 0 else f"{prefix}_{number}"
    if not isinstance(name, str) or "/" in name:
        raise ValueError(f"name must be a string without '/'; got {show(name)}")
    return name


def clear_session() -> None:
    """Count names from the start again, as `keras.utils.clear_session` does."""
    _used.clear()


def to_snake_case(name: str) -> str:
    """Spell a class as Keras does: `Conv2D` is `conv2d`, `PReLU` is `p_re_lu`."""
    parted = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", parted).lower()
