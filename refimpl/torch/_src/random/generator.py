"""The generator of torch's CPU: the engine, its seed, and one normal number kept for later.

Source: PyTorch's pages `torch.Generator` and `torch.random`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np

from refimpl._arguments import read_integer
from refimpl._show import show
from refimpl.torch._src.random.engine import Engine

__all__ = ["Generator", "default_generator", "initial_seed", "manual_seed", "seed"]

# The seed of a generator that nobody seeded; the default generator takes one from the system.
UNSEEDED = 67280421310721


class Generator:
    """A source of random numbers with torch's bits.

    Parameters
    ----------
    device : str, default 'cpu'
        Only the CPU.

    Raises
    ------
    ValueError
        If the device is another.

    Attributes
    ----------
    engine : Engine
        The words that all draws are made from.
    normal : float or None
        Normal numbers drawn one by one come in pairs; the second one waits here.
    """

    def __init__(self, device: Any = "cpu") -> None:
        if not (isinstance(device, str) and device == "cpu"):
            raise ValueError(f"device must be 'cpu'; got {show(device)}")
        self._seed = UNSEEDED
        self.engine = Engine(UNSEEDED)
        self.normal: float | None = None

    def manual_seed(self, seed: int) -> Generator:
        """Return this generator, started anew from a seed.

        Parameters
        ----------
        seed : int
            In [-2**63, 2**64 - 1]; a negative one counts from 2**64. Only its low 32 bits matter
            to what is drawn.

        Raises
        ------
        TypeError
            If `seed` is no integer.
        ValueError
            If it is out of range.
        """
        self._seed = read_integer(seed, "seed", least=-(2**63), most=2**64 - 1) % 2**64
        self.engine.seed(self._seed)
        self.normal = None
        return self

    def initial_seed(self) -> int:
        """Return the seed it last started from."""
        return self._seed

    def seed(self) -> int:
        """Return a seed that the system draws, from which the generator starts anew."""
        entropy = np.random.SeedSequence().generate_state(1, np.uint64)
        return self.manual_seed(int(entropy[0])).initial_seed()

    def get_state(self) -> dict[str, Any]:
        """Return all that decides what is drawn next.

        Returns
        -------
        dict
            As `numpy.random.RandomState.get_state(legacy=False)` returns it, and as its
            `set_state` and `numpy.random.MT19937().state` take it: the words under "state", and
            the normal number that waits under "gauss", if "has_gauss" is 1. The seed stands
            under "seed".
        """
        return {
            "bit_generator": "MT19937",
            "state": self.engine.state,
            "has_gauss": int(self.normal is not None),
            "gauss": self.normal or 0.0,
            "seed": self._seed,
        }

    def set_state(self, new_state: Mapping[str, Any]) -> Generator:
        """Return this generator, which goes on from a state.

        Parameters
        ----------
        new_state : dict
            What `get_state` returned, or a state of NumPy's MT19937 or RandomState; these leave
            the seed as it is.

        Raises
        ------
        TypeError
            If it is no dict.
        ValueError
            If it is no state of an MT19937.
        """
        if not isinstance(new_state, Mapping):
            raise TypeError(f"new_state must be a dict as get_state returns; got {show(new_state)}")
        engine = new_state.get("bit_generator")
        if engine != "MT19937" or "state" not in new_state:
            raise ValueError(f"new_state must be a state of an MT19937; got one of {show(engine)}")
        self.engine.state = new_state["state"]
        self.normal = float(new_state["gauss"]) if new_state.get("has_gauss") else None
        self._seed = int(new_state.get("seed", self._seed))
        return self


# Where draws come from: torch's generator, NumPy's own for those who want it, or the default one.
Source: TypeAlias = Generator | np.random.Generator | None

# What draws where no generator is given.
default_generator = Generator()
default_generator.seed()


def manual_seed(seed: int) -> Generator:
    """Return the default generator, started anew from a seed.

    Parameters
    ----------
    seed : int
        In [-2**63, 2**64 - 1]; a negative one counts from 2**64.
    """
    return default_generator.manual_seed(seed)


def initial_seed() -> int:
    """Return the seed that the default generator last started from."""
    return default_generator.initial_seed()


def seed() -> int:
    """Return a seed that the system draws, from which the default generator starts anew."""
    return default_generator.seed()


def choose_source(generator: Source) -> Generator | np.random.Generator:
    """Return the generator to draw from: the one given, or the default one."""
    if generator is None:
        return default_generator
    if not isinstance(generator, Generator | np.random.Generator):
        raise TypeError(
            "generator must be a refimpl.torch.Generator or a numpy.random.Generator; "
            f"got {show(generator)}"
        )
    return generator
