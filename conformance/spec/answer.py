"""What a layer returns when the oracle evaluates it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

Arrays = Mapping[str, Any]


class Answer(NamedTuple):
    """The outputs of a layer, and how cotangents flow back to its arrays.

    Attributes
    ----------
    outputs : mapping
        Output name -> array, bounded or integer.
    vjp : callable
        Mapping of output name -> cotangent to mapping of array name -> cotangent. Outputs
        without a cotangent are not differentiated.
    """

    outputs: Mapping[str, Any]
    vjp: Callable[[Arrays], Mapping[str, Any]]


Evaluate = Callable[[Mapping[str, Any], Arrays], Answer]


def single(output: Any, vjp: Callable[[Any], tuple[Any, ...]], *names: str) -> Answer:
    """The answer of an op with one output.

    Parameters
    ----------
    output : array
        The op's output.
    vjp : callable
        The op's own vjp.
    *names : str
        The names of the op's array arguments in its order.

    Returns
    -------
    Answer
    """

    def named(cotangents: Arrays) -> Mapping[str, Any]:
        bars = zip(names, vjp(cotangents["output"]), strict=True)
        return {name: bar for name, bar in bars if bar is not None}

    return Answer({"output": output}, named)
