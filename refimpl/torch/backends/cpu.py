"""Which of torch's CPU kernels the draws are models of."""

from refimpl.torch._src import kernels as _kernels
from refimpl.torch._src.kernels import *

__all__ = [*_kernels.__all__]
