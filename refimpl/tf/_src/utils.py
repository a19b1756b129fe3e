"""`keras.utils`: one seed for everything, and counting names anew."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from refimpl._arguments import read_integer
from refimpl.tf._src.naming import clear_session
from refimpl.tf._src.random.keras import forget_global_generator
from refimpl.tf._src.random.stateful import set_seed

__all__ = ["clear_session", "set_random_seed"]


def set_random_seed(seed: Any) -> None:
    """Set the seeds of Python, NumPy, `tf.random` and `keras.random`, as Keras does.

    Parameters
    ----------
    seed : int
        At least 0 and less than 2**32, for NumPy.
    """
    read = read_integer(seed, "seed", least=0, most=2**32 - 1)
    forget_global_generator()
    random.seed(read)
    np.random.seed(read)  # noqa: NPY002  # Keras seeds this one, and programs may draw from it
    set_seed(read)
