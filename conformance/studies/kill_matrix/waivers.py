"""What falls short of a target and cannot be helped, each with a sentence that says why."""

from __future__ import annotations

from collections.abc import Mapping

# The margin that the data are to give every mutant.
MARGIN = 10.0

_TWENTY_BITS = (
    "Twenty bits lose at most 32 units in the last place, a bound is one unit or more and the"
    " limit is 4: no data can show more than 8."
)

# Mutant -> why no data bring its margin to `MARGIN`.
MARGINS: Mapping[str, str] = {
    "linear: outputs of 20 bits (refimpl.torch)": _TWENTY_BITS,
    "linear: gradients of 20 bits (refimpl.torch)": _TWENTY_BITS
    + " A gradient adds up products, whose own roundings are in the bound.",
    "sigmoid: outputs of 20 bits (refimpl.torch)": _TWENTY_BITS
    + " A sigmoid's bound has the exponential's allowance of four units in it.",
}

# Row of the tables -> why it stays, though every mutant it kills is killed by another row, too.
ROWS: Mapping[str, str] = {}
