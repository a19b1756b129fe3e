"""The generator of torch's CPU, as `torch.random` has it: the same seed, the same bits."""

from refimpl.torch._src.random import generator as _generator
from refimpl.torch._src.random import state as _state
from refimpl.torch._src.random.generator import *
from refimpl.torch._src.random.state import *

__all__ = [*_generator.__all__]
__all__ += _state.__all__
