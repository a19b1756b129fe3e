"""Arrays as ``.npy`` files that hold numbers alone, of a known dtype and an exact length."""

from __future__ import annotations

import io
import math
import sys
import warnings
from collections.abc import Iterable
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from refimpl.dtypes import float_dtype

Array = npt.NDArray[Any]

# What the header names, without its byte order. bfloat16, which NumPy does not know,
# travels as the uint16 of its bits.
_PLAIN = ("f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1")
# What ml_dtypes' own bfloat16 becomes if it is saved as it is.
_BITS = ("V2",)

# More than NumPy itself reads of a header; nothing is allocated for what the header claims to be.
_LONGEST_HEADER = 16 << 10

_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


def is_shape(sizes: Iterable[object]) -> bool:
    """
    Whether sizes from a file can be those of an array.

    Parameters
    ----------
    sizes : iterable
        The sizes.

    Returns
    -------
    bool
        False if one is negative, not an integer (a boolean is one to Python), or beyond any memory.
    """
    return all(type(size) is int and 0 <= size <= sys.maxsize for size in sizes)


def encode(array: Array) -> bytes:
    """
    Write an array in the format's version 1.0, rows first, little-endian.

    Parameters
    ----------
    array : ndarray
        Of a float, integer or boolean dtype.

    Returns
    -------
    bytes
    """
    plain = np.ascontiguousarray(array).reshape(array.shape)
    if plain.dtype.name == "bfloat16":
        plain = plain.view(np.uint16)
    plain = plain.astype(plain.dtype.newbyteorder("<"), copy=False)
    stream = io.BytesIO()
    np.lib.format.write_array(stream, plain, version=(1, 0), allow_pickle=False)
    return stream.getvalue()


def decode(data: bytes, *, bfloat16: bool = False) -> Array:
    """
    Read an array from the bytes of a whole file.

    Parameters
    ----------
    data : bytes
        The whole file.
    bfloat16 : bool
        As for `read`.

    Returns
    -------
    ndarray

    Raises
    ------
    ValueError
        As `read` does.
    """
    return read(io.BytesIO(data), len(data), bfloat16=bfloat16)


def read(file: BinaryIO, size: int, *, bfloat16: bool = False) -> Array:
    """
    Read an array, its numbers only if the header agrees with the size. Nothing is ever unpickled.

    Parameters
    ----------
    file : file
        Open at its beginning.
    size : int
        How many bytes it has.
    bfloat16 : bool
        Whether a 16-bit dtype that is not a float holds bfloat16.

    Returns
    -------
    ndarray

    Raises
    ------
    ValueError
        If it is not such a file, holds anything but numbers, or is longer or shorter than it says.
    """
    stream = io.BytesIO(file.read(min(size, _LONGEST_HEADER)))
    try:
        version = np.lib.format.read_magic(stream)
        with warnings.catch_warnings():  # Python has some for literals that nobody wrote here
            warnings.simplefilter("ignore")
            shape, columns_first, dtype = _HEADERS[version](stream)
    except KeyError:
        raise ValueError("is a .npy file of a version other than 1.0 and 2.0") from None
    except Exception as error:  # whatever the bytes are
        raise ValueError(f"is not a .npy file: {error}") from None
    kind = dtype.newbyteorder("=").str.lstrip("<>=|")
    if dtype.hasobject:
        raise ValueError("holds Python objects; only numbers are read, and nothing is unpickled")
    if kind not in _PLAIN and not (bfloat16 and kind in _BITS):
        raise ValueError(f"holds {dtype}; only numbers are read: {', '.join(_PLAIN)}")
    if not is_shape(shape):
        raise ValueError(f"has the shape {shape}, which must be of whole numbers")
    wanted = math.prod(shape) * dtype.itemsize
    found = size - stream.tell()
    if found != wanted:
        raise ValueError(f"holds {found} bytes of numbers; its header says {wanted}")
    numbers = stream.read()
    numbers += file.read(wanted - len(numbers) + 1)  # a byte more would be one too many
    if len(numbers) != wanted:
        raise ValueError("was changed while it was read")
    array = np.frombuffer(numbers, dtype).reshape(shape, order="F" if columns_first else "C")
    if bfloat16 and kind in ("u2", *_BITS):
        bits = np.ascontiguousarray(array).reshape(shape).view(array.dtype.newbyteorder("<"))
        swapped = bits.byteswap() if array.dtype.str.startswith(">") else bits
        return swapped.view(float_dtype("bfloat16"))
    return array.astype(dtype.newbyteorder("="))
