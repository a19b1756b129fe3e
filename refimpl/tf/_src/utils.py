"""`keras.utils`: one seed for everything, and counting names anew."""

from __future__ import annotations

import random

import numpy as np

from refimpl.errors import must
from refimpl.tf._src.naming import clear_session
from refimpl.tf._src.random.keras import forget_global_generator
from refimpl.tf._src.random.stateful import set_seed

__all__ = ["clear_session", "set_random_seed"]


def set_random_seed(seed: int) -> None:
    """Set the seeds of Python, NumPy, `tf.random` and `keras.random`, as Keras does.

    Parameters
    ----------
    seed : int
        At least 0 and less than 2**32, for NumPy.
    """
    allowed = "an integer of [0, 2**32)"
    must(isinstance(seed, int) and 0 <= seed < 2**32, "seed", allowed, seed)
    forget_global_generator()
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002  # Keras seeds this one, and programs may draw from it
    set_seed(seed)
