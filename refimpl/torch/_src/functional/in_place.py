"""Writing an output over the input, for the functions that torch lets do so.

What is overwritten must not be needed any more. The ways back of sigmoid, tanh, softmax and
log_softmax, and of relu and leaky_relu done in place, need their output, so none of these may be
followed by a function in place; torch and our Sequential refuse the backward pass then. A chain of
function calls is not watched.
"""

from __future__ import annotations

import functools
import inspect
from typing import Any

import numpy as np

from refimpl._arguments import read_flag, without_scalars
from refimpl.differentiable import Differentiable
from refimpl.ops.array import Array, Vjp
from refimpl.torch._src.arguments import read_floats
from refimpl.torch._src.parameter import Tensor


def check_writeable(input: Array) -> None:
    """Refuse an input that cannot be overwritten."""
    if isinstance(input, np.ndarray) and not input.flags.writeable:
        raise ValueError("input must be writeable with inplace=True; got a read-only array")


def apply_elementwise(
    op: Any, input: Tensor, inplace: bool, *, from_output: bool = False, **options: Any
) -> tuple[Array, Vjp]:
    """Apply an elementwise op, and write its output over its input if asked.

    `from_output` says that the op's derivative at the output is its derivative at the input, as
    for relu: in place nothing but the output is kept then. Otherwise the input is copied first.
    """
    x = read_floats(input)
    if not read_flag(inplace, "inplace"):
        output, vjp = op(x, **options)
        return without_scalars(output), vjp
    check_writeable(x)
    if not from_output:
        output, vjp = op(x.copy(), **options)
        x[...] = output
        return x, vjp
    x[...] = op(x, **options)[0]

    def vjp_from_output(cotangent: Array) -> tuple[Any, ...]:
        bars: tuple[Any, ...] = op(x, **options)[1](cotangent)
        return bars

    return x, vjp_from_output


def define_in_place(function: Differentiable[..., Array]) -> Differentiable[..., Array]:
    """Define the function of the same name and an underscore, which writes over its input."""
    name = function.__name__  # type: ignore[attr-defined]
    fixed = functools.partial(function.with_vjp, inplace=True)
    signature = inspect.signature(function)
    others = [p for p in signature.parameters.values() if p.name != "inplace"]
    named: Any = fixed
    named.__module__ = function.__module__
    named.__name__ = named.__qualname__ = f"{name}_"
    named.__signature__ = signature.replace(parameters=others)
    named.__doc__ = (
        f"Return the input, over which `{name}` of it has been written; see `{name}`.\n\n"
        f"Parameters\n----------\n{', '.join(p.name for p in others)}\n    See `{name}`.\n"
    )
    return Differentiable(fixed)
