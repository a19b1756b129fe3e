"""`tf.random`: the numbers that TensorFlow draws on a CPU by the same seeds, bit for bit."""

from refimpl.tf._src.random import binomials as _binomials
from refimpl.tf._src.random import gammas as _gammas
from refimpl.tf._src.random import generator as _generator
from refimpl.tf._src.random import stateful as _stateful
from refimpl.tf._src.random import stateless as _stateless
from refimpl.tf._src.random.binomials import *
from refimpl.tf._src.random.gammas import *
from refimpl.tf._src.random.generator import *
from refimpl.tf._src.random.stateful import *
from refimpl.tf._src.random.stateless import *
from refimpl.tf.random import experimental

__all__ = ["experimental"]
__all__ += _binomials.__all__
__all__ += _gammas.__all__
__all__ += _generator.__all__
__all__ += _stateful.__all__
__all__ += _stateless.__all__
