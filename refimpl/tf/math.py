"""`tf.math`: the maximum of two arrays."""

from refimpl.tf._src import math as _src
from refimpl.tf._src.math import *

__all__: list[str] = []
__all__ += _src.__all__
