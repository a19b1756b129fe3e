"""The default generator's state in the bytes of `torch.get_rng_state`, to exchange with torch.

Source: PyTorch's page `torch.get_rng_state`; the layout of the 5056 bytes was measured.
"""

from __future__ import annotations

import numpy as np

from refimpl._show import show
from refimpl.ops.array import Array
from refimpl.torch._src.random.generator import default_generator

__all__ = ["get_rng_state", "set_rng_state"]

_WORDS = 624
_LAYOUT = np.dtype(
    [
        ("seed", "<u8"),
        ("left", "<i4"),
        ("seeded", "<i4"),
        ("next", "<u8"),
        ("key", "<u8", _WORDS),
        ("unused", "<f8"),
        ("normal", "<f8"),
        ("unused too", "<f8"),
        ("normal waits", "<i4"),
        ("rest", "V12"),
    ]
)


def get_rng_state() -> Array:
    """Return all that decides what the default generator draws next.

    Returns
    -------
    (5056,) array of uint8
        The bytes that `torch.get_rng_state` gives after the same draws.
    """
    state = default_generator.get_state()
    key, used = state["state"]["key"], int(state["state"]["pos"])
    if used == _WORDS and int(key[0]) == state["seed"] & 0xFFFFFFFF:
        used = 0  # freshly seeded: torch counts the seed's words as none drawn, NumPy as all
    packed = np.zeros(1, _LAYOUT)
    packed["seed"] = state["seed"]
    packed["seeded"] = 1
    packed["left"] = _WORDS + 1 - used if used else 1
    packed["next"] = used
    packed["key"] = key
    packed["normal"] = state["gauss"]
    packed["normal waits"] = state["has_gauss"]
    return packed.view(np.uint8)


def set_rng_state(new_state: Array) -> None:
    """Let the default generator go on from a state.

    Parameters
    ----------
    new_state : (5056,) array of uint8
        What `get_rng_state` returned, or the array of torch's.

    Raises
    ------
    TypeError
        If it is not an array of uint8.
    ValueError
        If it has another size.
    """
    if not isinstance(new_state, np.ndarray) or new_state.dtype != np.uint8:
        raise TypeError(f"new_state must be an array of uint8; got {show(new_state)}")
    if new_state.shape != (_LAYOUT.itemsize,):
        raise ValueError(f"new_state must have {_LAYOUT.itemsize} bytes; got {new_state.shape}")
    packed = np.ascontiguousarray(new_state).view(_LAYOUT)[0]
    key = packed["key"].astype(np.uint32)
    used = int(packed["next"])
    default_generator.set_state(
        {
            "bit_generator": "MT19937",
            "state": {"key": key, "pos": used or _WORDS},
            "has_gauss": int(packed["normal waits"]),
            "gauss": float(packed["normal"]),
            "seed": int(packed["seed"]),
        }
    )
