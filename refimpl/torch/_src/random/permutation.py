"""Random permutations, as torch's CPU kernel of `randperm` makes them.

Source: R. Durstenfeld, *Algorithm 235: random permutation*, 1964, from the front: for each place i
but the last, the element there is swapped with that at i + word % (n - i), one word each (checked
up to three million elements). PyTorch's page `torch.randperm`.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from refimpl._arguments import read_integer
from refimpl.ops.array import Array
from refimpl.torch._src.random.engine import Words
from refimpl.torch._src.random.generator import Source, choose_source

Places: TypeAlias = npt.NDArray[np.signedinteger[Any]]


def permutation(n: int, generator: Source = None) -> Array:
    """Draw a permutation of the integers below n.

    Parameters
    ----------
    n : int
        How many; none or one take no word.
    """
    n = read_integer(n, "n", least=0)
    origin = choose_source(generator)
    if isinstance(origin, np.random.Generator):
        return origin.permutation(n)
    if n < 2:
        return np.arange(n)
    return _apply_swaps(origin.engine.words(n - 1))


def _apply_swaps(words: Words) -> npt.NDArray[np.int64]:
    """Return what the swaps make of 0 … n - 1, without making them one after another.

    Step i takes what is at its target for place i, which no later step touches, and leaves there
    what was at place i. So the element taken is what the previous step with the same target left
    there, or, if there is none, the target itself. And what step k leaves is what the last step
    before it with target k left, and so on, back to a step whose place no step had as target:
    the root of k, which leaves its own number.
    """
    n = len(words) + 1
    step: Places = np.arange(n, dtype=np.int32 if n < 2**31 else np.int64)
    target = step.copy()
    target[:-1] = step[:-1] + (words % (n - step[:-1]).astype(np.uint32)).astype(step.dtype)
    previous, last = _steps_before(step, target)
    # A step that is its own target leaves what the previous one with this target left.
    parent = np.where(last == step, previous, last)
    root = np.where(parent < 0, step, parent)
    while (further := root[root]) is not None and not np.array_equal(further, root):
        root = further
    taken = target.astype(np.int64)
    again = np.flatnonzero(previous >= 0)
    taken[again] = root[previous[again]]
    return taken


def _steps_before(step: Places, target: Places) -> tuple[Places, Places]:
    """Return for each step the previous one with its target, and for each place the last one.

    -1 stands for none. From the last steps of all places on, those before are found round by
    round; half of the steps are left each time. An assignment to repeated indices leaves the last
    value (NumPy quickstart, *Indexing with arrays of indices*).
    """
    last = np.full_like(step, -1)
    last[target] = step
    found, later = last.copy(), np.full_like(step, -1)
    previous = np.full(len(step) + 1, -1, step.dtype)  # [-1]: not wanted
    remaining = step
    while remaining.size:
        places = target[remaining]
        found[places] = remaining
        is_last = found[places] == remaining
        chosen = np.flatnonzero(is_last)
        place, number = places[chosen], remaining[chosen]
        previous[later[place]] = number
        later[place] = number
        remaining = remaining[np.flatnonzero(~is_last)]
    return previous[:-1], last
