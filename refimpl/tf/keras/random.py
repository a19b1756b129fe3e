"""`keras.random`: draws by a seed, a `SeedGenerator`, or the global one."""

from refimpl.tf._src.random import keras as _src
from refimpl.tf._src.random.keras import *

__all__: list[str] = []
__all__ += _src.__all__
