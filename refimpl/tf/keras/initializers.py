"""`keras.initializers`: what makes the first value of a weight."""

from refimpl.tf._src import initializers as _src
from refimpl.tf._src.initializers import *

__all__: list[str] = []
__all__ += _src.__all__
