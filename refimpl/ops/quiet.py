"""No warning from an op on special values: NaN and infinities are results like others."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec

import numpy as np

from refimpl.ops.array import Vjp

P = ParamSpec("P")


def quiet(op: Callable[P, tuple[Any, Vjp]]) -> Callable[P, tuple[Any, Vjp]]:
    """Keep NumPy from warning of overflow and of invalid values in an op and its vjp.

    The frameworks return the NaN or the infinity and say nothing. Whatever else the caller has
    set with `np.seterr` stays as it is.

    Parameters
    ----------
    op : callable
        An op; its result is `(output, vjp)`.

    Returns
    -------
    callable
        The op, about a microsecond slower.
    """

    @functools.wraps(op)
    def silent(*args: P.args, **kwargs: P.kwargs) -> tuple[Any, Vjp]:
        with np.errstate(over="ignore", invalid="ignore"):
            output, vjp = op(*args, **kwargs)

        def silent_vjp(cotangent: Any) -> tuple[Any, ...]:
            with np.errstate(over="ignore", invalid="ignore"):
                return vjp(cotangent)

        return output, silent_vjp

    return silent
