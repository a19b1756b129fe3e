"""`keras.optimizers`: gradient descent."""

from refimpl.tf._src import optimizers as _src
from refimpl.tf._src.optimizers import *

__all__: list[str] = []
__all__ += _src.__all__
