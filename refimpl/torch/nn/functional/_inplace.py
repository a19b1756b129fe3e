"""Writing an output over the input, for the functions that torch lets do so.

What is overwritten must not be needed any more. The ways back of sigmoid, tanh, softmax and
log_softmax, and of relu and leaky_relu done in place, need their output, so none of these may be
followed by a function in place; torch and our Sequential refuse the backward pass then. A chain of
function calls is not watched.
"""

from __future__ import annotations

from typing import Any

from refimpl.ops.array import Array, Vjp


def must_be_writeable(input: Array) -> None:
    """Refuse an input that cannot be overwritten."""
    if not input.flags.writeable:
        raise ValueError("input must be writeable with inplace=True; got a read-only array")


def applied_in_place(
    op: Any, input: Array, from_output: bool, options: dict[str, Any]
) -> tuple[Array, Vjp]:
    """Apply an elementwise op and write its output over its input.

    Parameters
    ----------
    op : callable
        `op(input, **options)` returns `(output, vjp)`.
    input : array
        Overwritten.
    from_output : bool
        Whether the op's derivative at the output is its derivative at the input, as for relu:
        then nothing but the output is kept. Otherwise the input is copied first.
    options : dict
        The op's options.

    Returns
    -------
    output : array
        The input itself.
    vjp : callable
    """
    must_be_writeable(input)
    if not from_output:
        output, vjp = op(input.copy(), **options)
        input[...] = output
        return input, vjp
    input[...] = op(input, **options)[0]

    def vjp_from_output(cotangent: Array) -> tuple[Any, ...]:
        bars: tuple[Any, ...] = op(input, **options)[1](cotangent)
        return bars

    return input, vjp_from_output
