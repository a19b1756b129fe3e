"""How messages show what was got: in a line or two, and without failing, whatever it is."""

from __future__ import annotations

import reprlib
from typing import Any


class _ShortRepr(reprlib.Repr):
    """Short reprs, also of what has a broken one, of arrays, and of integers of any length."""

    def __init__(self) -> None:
        super().__init__()
        self.maxtuple = self.maxlist = self.maxdict = 12
        self.maxstring = self.maxother = 80

    def repr_int(self, x: Any, level: int) -> str:
        if abs(x) >= 10**40:
            return f"{'-' * (x < 0)}10**{x.bit_length() * 0.30103:.0f} or so"
        return repr(x)

    def repr_ndarray(self, x: Any, level: int) -> str:
        if x.size > 8 or x.dtype.kind not in "biufc":
            return f"an array of shape {x.shape} and dtype {x.dtype}"
        return super().repr_instance(x, level)


_SHORT = _ShortRepr()


def show(value: Any) -> str:
    """Return a short repr of anything, for a message."""
    return _SHORT.repr(value)
