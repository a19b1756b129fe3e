"""Arrays as ``.safetensors`` files: a length, a JSON header, and the numbers in a row."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from conformance.spec.documents import LARGEST_JSON
from conformance.spec.json_text import parse_json
from conformance.tools.exchange.npy import is_shape
from refimpl.dtypes import float_dtype

Array = npt.NDArray[Any]

_NAMES: Mapping[str, str] = {
    "float64": "F64",
    "float32": "F32",
    "float16": "F16",
    "bfloat16": "BF16",
    "int64": "I64",
    "int32": "I32",
    "int16": "I16",
    "int8": "I8",
    "uint64": "U64",
    "uint32": "U32",
    "uint16": "U16",
    "uint8": "U8",
    "bool": "BOOL",
}
_DTYPES = {short: name for name, short in _NAMES.items()}
_LENGTH = 8  # bytes of the header's length, little-endian


def encode(arrays: Mapping[str, Array]) -> bytes:
    """
    Write arrays.

    Parameters
    ----------
    arrays : mapping
        Name -> array of a float, integer or boolean dtype.

    Returns
    -------
    bytes
    """
    header: dict[str, Any] = {}
    parts: list[bytes] = []
    end = 0
    for name, array in arrays.items():
        part = np.ascontiguousarray(array).tobytes()
        start, end = end, end + len(part)
        header[name] = {
            "dtype": _NAMES[array.dtype.name],
            "shape": list(array.shape),
            "data_offsets": [start, end],
        }
        parts.append(part)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # so that the numbers are aligned
    return b"".join([len(text).to_bytes(_LENGTH, "little"), text, *parts])


def decode(data: bytes) -> dict[str, Array]:
    """
    Read arrays from the bytes of a whole file.

    Parameters
    ----------
    data : bytes
        The whole file.

    Returns
    -------
    dict
        Name -> array.

    Raises
    ------
    ValueError
        As `read` does.
    """
    return read(io.BytesIO(data), len(data))


def read(file: BinaryIO, size: int) -> dict[str, Array]:
    """
    Read arrays, their numbers only if the header accounts for every byte of the file.

    Parameters
    ----------
    file : file
        Open at its beginning.
    size : int
        How many bytes it has.

    Returns
    -------
    dict
        Name -> array.

    Raises
    ------
    ValueError
        If it is not such a file, or its header does not account for every byte.
    """
    length = int.from_bytes(file.read(_LENGTH), "little")
    if size < _LENGTH + length or not 0 < length <= LARGEST_JSON:
        raise ValueError(f"is not a .safetensors file: {size} bytes, with a header of {length}")
    there = size - _LENGTH - length
    try:
        header = parse_json(file.read(length).decode())
        if not isinstance(header, dict):
            raise TypeError("it must be an object")
        header.pop("__metadata__", None)
        entries = [(name, *_parse_entry(entry)) for name, entry in header.items()]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"is not a .safetensors file: its header cannot be read: {error}"
        ) from None
    position = 0
    for name, dtype, shape, start, end in sorted(entries, key=lambda entry: entry[3:]):
        if start != position or end - start != math.prod(shape) * dtype.itemsize:
            raise ValueError(f"gives {name} the bytes {start} to {end}, which cannot be its own")
        if end > there:
            raise ValueError(f"ends at byte {there} of the numbers, before {name} does")
        position = end
    if position != there:
        raise ValueError(f"holds {there} bytes of numbers; its header says {position}")
    numbers = file.read(there)
    if len(numbers) != there:
        raise ValueError("was changed while it was read")
    return {
        name: np.frombuffer(numbers[start:end], dtype).reshape(shape).copy()
        for name, dtype, shape, start, end in entries
    }


def _parse_entry(entry: Any) -> tuple[np.dtype[Any], tuple[int, ...], int, int]:
    shape, (start, end) = tuple(entry["shape"]), entry["data_offsets"]
    if not is_shape((*shape, start, end)):
        raise ValueError("sizes and offsets must be whole numbers")
    name = _DTYPES[entry["dtype"]]
    dtype = float_dtype(name) if name.startswith(("float", "bfloat")) else np.dtype(name)
    return dtype, shape, start, end
