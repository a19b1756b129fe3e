"""The PyTorch dialect: torch's names, defaults and layouts, on NumPy arrays.

`import refimpl.torch as torch` takes the place of `import torch` in a program that uses the
layers: `torch.nn`, `torch.nn.functional`, `torch.manual_seed`, the dtypes, and the few
functions that make tensors, which here make NumPy arrays of torch's default dtypes.

What is refused is refused before any work, by torch's name of the argument: with a TypeError for a
wrong type or dtype, and a ValueError for a wrong value or shape.

The way back (a module's `backward`, a vjp) holds the arrays of the call that it needs, and not
copies of them. Until it is gone, nothing may be written into the call's arguments or its output:
unlike torch, which counts what is written and refuses, refimpl does not notice.
"""

from refimpl.torch import backends, nn, optim, random
from refimpl.torch._src import creation as _creation
from refimpl.torch._src import dtypes as _dtypes
from refimpl.torch._src import pointwise as _pointwise
from refimpl.torch._src import sampling as _sampling
from refimpl.torch._src.creation import *
from refimpl.torch._src.dtypes import *
from refimpl.torch._src.dtypes import find_bfloat16 as __getattr__
from refimpl.torch._src.pointwise import *
from refimpl.torch._src.sampling import *
from refimpl.torch.random import *

__all__ = ["backends", "nn", "optim", "random"]
__all__ += _creation.__all__
__all__ += _dtypes.__all__
__all__ += _pointwise.__all__
__all__ += _sampling.__all__
__all__ += random.__all__


def __dir__() -> list[str]:
    return [*__all__, "bfloat16"]
