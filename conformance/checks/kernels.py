"""Whether what draws here is what refimpl models, said where a draw is found to be another one.

A last bit of a draw can be a matter of the processor or the C library. Where they are not those
that are modelled, a reader should not look for a mistake.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from refimpl.ops.random import glibc
from refimpl.torch.backends.cpu import get_cpu_capability

_PROBES = 5000
# The kernels of torch that draw the same numbers as those that refimpl models.
_ALIKE = ("AVX2", "AVX512")


def describe_unmodelled(dialect: str, root: Any) -> str:
    """Say what draws here that refimpl does not model.

    Parameters
    ----------
    dialect : str
        'torch' or 'tf'.
    root : object
        The namespace of what drew.

    Returns
    -------
    str
        Empty where everything is modelled, as far as can be told.
    """
    return _capability(root) if dialect == "torch" else host_glibc()


def _capability(root: Any) -> str:
    capability = root.backends.cpu.get_cpu_capability()
    if capability == get_cpu_capability() or capability in _ALIKE:
        return ""
    return f"drawn by {capability} kernels, which refimpl does not model"


@functools.cache
def host_glibc() -> str:
    """Compare this host's C library with the one that refimpl models.

    Returns
    -------
    str
        Empty where they agree.
    """
    path = ctypes.util.find_library("m")
    if path is None:
        return "there is no C library of mathematics here to compare with the one modelled"
    library = ctypes.CDLL(path)
    functions: dict[str, Callable[[Any], Any]] = {
        "logf": glibc.logf,
        "sinf": lambda x: glibc.sincosf(x)[0],
        "cosf": lambda x: glibc.sincosf(x)[1],
    }
    x = np.linspace(1e-6, 1, _PROBES, dtype=np.float32)
    for name, model in functions.items():
        function = getattr(library, name)
        function.restype, function.argtypes = ctypes.c_float, [ctypes.c_float]
        host = np.array([function(float(value)) for value in x], np.float32)
        if (model(x) != host).any():
            return f"this host's {name} is not that of glibc 2.36, which refimpl models"
    return ""
