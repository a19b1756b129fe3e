"""The optimizer of `torch.optim` that the layers are trained with here."""

from refimpl.torch._src import optim as _optim
from refimpl.torch._src.optim import *

__all__ = [*_optim.__all__]
