"""Values that hypothesis makes up: each is shown as it was made, and made anew for every call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from .hostile import HOSTILE

INTEGERS = st.integers(-(2**70), 2**70) | st.integers(-3, 9)
NUMBERS = INTEGERS | st.floats() | st.booleans() | st.none()
DTYPES = ("f4", "f8", "f2", ">f4", "i8", "u1", "?", "c8", "O", "U2")


@dataclass(frozen=True)
class Made:
    """A value by what it is made of."""

    word: str
    content: Any = None

    def make(self) -> Any:
        if self.word == "array":
            shape, dtype, fill = self.content
            with np.errstate(all="ignore"):
                return np.full(shape, fill).astype(dtype)
        return HOSTILE[self.word]() if self.content is None else self.content[0]


PLAIN = st.recursive(
    NUMBERS | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.lists(inner, max_size=4).map(tuple),
    max_leaves=6,
)
ARRAYS = st.tuples(
    st.lists(st.integers(0, 5), max_size=5).map(tuple),
    st.sampled_from(DTYPES),
    st.sampled_from([0.0, 1.0, -1.0, 0.5, float("nan"), float("inf"), 1e30]),
)
VALUES = (
    PLAIN.map(lambda value: Made("plain", (value,)))
    | ARRAYS.map(lambda parts: Made("array", parts))
    | st.sampled_from(list(HOSTILE)).map(Made)
)
