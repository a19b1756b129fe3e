"""
Sends objects through a pipe whose other end may die at any moment and be replaced.

An object travels as pieces of one size that the system writes and reads whole or not at all, so
that neither half a piece can be left behind nor the beginning of one be missing. What a process
began to say or to hear when it died is dropped with the first piece of the next object.
"""

from __future__ import annotations

import io
import os
import pickle
import select
import struct
from types import MappingProxyType
from typing import Any

_SIZE = getattr(select, "PIPE_BUF", 4096)
_HEAD = struct.Struct("<??I")  # the first piece, the last one, how many bytes of it count
_PAYLOAD = _SIZE - _HEAD.size


class _Pickler(pickle.Pickler):
    """Pickles read-only mappings, too."""

    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, MappingProxyType):
            return _make_read_only, (dict(value),)
        return NotImplemented


def _make_read_only(mapping: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(mapping)  # its class is not found by its name


def send(pipe: int, value: object) -> None:
    """Write an object.

    Parameters
    ----------
    pipe : int
        A file descriptor.
    value : object
        Anything that can be pickled.
    """
    buffer = io.BytesIO()
    _Pickler(buffer, pickle.HIGHEST_PROTOCOL).dump(value)
    data = buffer.getvalue()
    for start in range(0, len(data), _PAYLOAD):
        part = data[start : start + _PAYLOAD]
        head = _HEAD.pack(start == 0, start + _PAYLOAD >= len(data), len(part))
        os.write(pipe, (head + part).ljust(_SIZE, b"\0"))


def receive(pipe: int) -> Any:
    """Read an object, and nothing beyond it: another process may go on reading there.

    Parameters
    ----------
    pipe : int
        A file descriptor.

    Returns
    -------
    object

    Raises
    ------
    EOFError
        If the other end is closed.
    """
    parts: list[bytes] = []
    while True:
        piece = os.read(pipe, _SIZE)
        while 0 < len(piece) < _SIZE:  # a system that divides them after all
            more = os.read(pipe, _SIZE - len(piece))
            piece = piece + more if more else b""
        if not piece:
            raise EOFError
        first, last, length = _HEAD.unpack_from(piece)
        if first:
            parts = []
        elif not parts:
            continue
        parts.append(piece[_HEAD.size : _HEAD.size + length])
        if last:
            return pickle.loads(b"".join(parts))
