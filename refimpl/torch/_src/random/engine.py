"""The engine: Mersenne Twister MT19937, the stream of 32-bit words that every draw is made from.

Source: M. Matsumoto and T. Nishimura, *Mersenne Twister: a 623-dimensionally equidistributed
uniform pseudorandom number generator*, 1998, seeded by their `init_genrand` (2002). NumPy has the
same engine and the same seeding in `numpy.random.RandomState`, whose stream is frozen; torch's
CPU generator seeds it with the low 32 bits of its 64-bit seed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint32]


class Engine:
    """A stream of 32-bit words."""

    def __init__(self, seed: int) -> None:
        self._twister = np.random.RandomState(seed & 0xFFFFFFFF)

    def seed(self, seed: int) -> None:
        """Start the stream anew."""
        self._twister.seed(seed & 0xFFFFFFFF)

    def words(self, count: int) -> Words:
        """Return the next words.

        Parameters
        ----------
        count : int
            How many.

        Returns
        -------
        (count,) array of uint32
        """
        return self._twister.randint(0, 2**32, count, np.uint32)

    @property
    def state(self) -> dict[str, Any]:
        """The state as NumPy's MT19937 has it: `{"key": 624 words, "pos": how many are used}`."""
        state: dict[str, Any] = self._twister.get_state(legacy=False)
        return dict(state["state"])

    @state.setter
    def state(self, state: dict[str, Any]) -> None:
        self._twister.set_state(
            {"bit_generator": "MT19937", "state": state, "has_gauss": 0, "gauss": 0.0}
        )


def join_pairs(words: Words) -> npt.NDArray[np.uint64]:
    """Join words two by two to numbers of 64 bits, the first word being the upper half."""
    upper, lower = words[0::2].astype(np.uint64), words[1::2]
    return upper << np.uint64(32) | lower
