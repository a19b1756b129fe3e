"""Values that travel from a subject's process: plain ones, arrays, and numbers for objects."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from refimpl.dtypes import float_dtype

Array = npt.NDArray[Any]

_DTYPES = (
    *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("float16", "float32", "float64", "bfloat16", "complex64", "complex128"),
)


def encode(value: Any, blocks: list[Any], keep: Callable[[Any], int] | None = None) -> Any:
    """Turn a value into JSON, and its arrays into blocks of bytes.

    Parameters
    ----------
    value : object
        None, a bool, a number, a str, an array, or a list, tuple or mapping of such.
    blocks : list
        Receives the bytes of arrays.
    keep : callable, optional
        Takes an object that is none of these (an array, too, which the caller may want to be
        written to), and gives the number by which it can be asked for. Without it such an object
        is an error.

    Returns
    -------
    object
        A JSON value.

    Raises
    ------
    TypeError
        For what cannot travel.
    """
    if value is None or value is True or value is False:
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int.__index__(value)
    if isinstance(value, float):  # JSON has neither NaN nor infinities
        return {"float": float.hex(value)}
    if isinstance(value, list | tuple):
        entries = [encode(each, blocks, keep) for each in value]
        return entries if isinstance(value, list) else {"tuple": entries}
    if isinstance(value, Mapping):
        pairs = [[encode(part, blocks, keep) for part in pair] for pair in value.items()]
        return {"mapping": pairs}
    if keep is not None:
        if isinstance(value, np.generic):
            return encode(value.item(), blocks)
        return {"object": keep(value)}
    if not isinstance(value, np.ndarray | np.generic) or value.dtype.name not in _DTYPES:
        kind = f"dtype {value.dtype}" if isinstance(value, np.ndarray) else type(value).__name__
        raise TypeError(f"it must be an array of numbers; got {kind}")
    plain = np.asarray(value, value.dtype.newbyteorder("="))
    blocks.append(np.ascontiguousarray(plain).reshape(-1).view(np.uint8).data)
    return {"array": [plain.dtype.name, list(plain.shape), len(blocks) - 1]}


def decode(value: Any, blocks: Sequence[Any], find: Callable[[int], Any] | None = None) -> Any:
    """Turn a JSON value back, believing nothing.

    Parameters
    ----------
    value : object
        What `encode` gave, or anything else.
    blocks : sequence of buffer
        The bytes of arrays.
    find : callable, optional
        Gives what stands for an object, by its number.

    Returns
    -------
    object

    Raises
    ------
    ValueError
        If it is nothing that `encode` gives.
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, list):
        return [decode(each, blocks, find) for each in value]
    if not isinstance(value, dict) or len(value) != 1:
        raise ValueError("it holds a value of no kind that is known")
    ((kind, content),) = value.items()
    if kind == "float" and isinstance(content, str):
        try:
            return float.fromhex(content)
        except OverflowError:
            raise ValueError("a number is too large") from None
    if kind == "tuple" and isinstance(content, list):
        return tuple(decode(each, blocks, find) for each in content)
    if kind == "mapping" and isinstance(content, list):
        pairs = [decode(pair, blocks, find) for pair in content]
        try:
            return dict(pairs)
        except TypeError:
            raise ValueError("a mapping has a key of a wrong kind") from None
    if kind == "object" and type(content) is int and find is not None:
        return find(content)
    if kind == "array" and isinstance(content, list) and len(content) == 3:
        name, shape, place = content
        return _decode_array(name, shape, place, blocks)
    raise ValueError(f"it holds a value of the kind {kind!r}, which is not known")


def _decode_array(name: Any, shape: Any, place: Any, blocks: Sequence[Any]) -> Array:
    if not isinstance(name, str) or name not in _DTYPES:
        raise ValueError(f"an array has the dtype {name!r}")
    sizes: list[int] = shape if isinstance(shape, list) else [-1]
    if not all(type(size) is int and 0 <= size <= sys.maxsize for size in sizes):
        raise ValueError("an array has a shape that is none")
    if type(place) is not int or not 0 <= place < len(blocks):
        raise ValueError("an array has no bytes")
    dtype = float_dtype(name) if name == "bfloat16" else np.dtype(name)
    if len(blocks[place]) != math.prod(sizes) * dtype.itemsize:
        raise ValueError("an array has more or fewer bytes than its shape says")
    if dtype == np.bool_ and np.frombuffer(blocks[place], np.uint8).max(initial=0) > 1:
        raise ValueError("a truth value is neither true nor false")
    return np.frombuffer(blocks[place], dtype).reshape(sizes)
