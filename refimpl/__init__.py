"""The layers of PyTorch and TensorFlow, reimplemented independently in NumPy alone.

`refimpl.ops` holds the mathematics; `refimpl.torch` and `refimpl.tf` speak it in the names,
defaults and layouts of the two frameworks.
"""

from __future__ import annotations

__version__ = "0.1.0"
