"""Frames: what processes say to each other on a socket.

A question is pickled, for it goes from the judge to the process of a subject. An answer comes from
there: it is a JSON value with blocks of bytes, so that nothing in it is ever run, and it is no
longer than the judge allows.
"""

from __future__ import annotations

import copyreg
import io
import json
import pickle
import socket
import struct
from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from conformance.spec.json_text import parse_json

_LENGTH = struct.Struct("<Q")
# The JSON of an answer: names, shapes and messages, which are cut long before.
_LONGEST_TEXT = 16 << 20

# Called before each read and write that may have to wait; raises where there is no use in it.
Wait = Callable[[], None]


class Frame(NamedTuple):
    """An answer.

    Attributes
    ----------
    value : object
        A JSON value.
    blocks : sequence of buffers
        The bytes it speaks about.
    """

    value: Any
    blocks: Sequence[Any] = ()


class FrameError(ValueError):
    """An answer that is not a frame, or too long a one."""


def _make_read_only(mapping: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(mapping)  # its class is not found by its name


# Pickle does not know read-only mappings.
_REDUCERS = {
    **copyreg.dispatch_table,
    MappingProxyType: lambda mapping: (_make_read_only, (dict(mapping),)),
}


def to_pickle(question: object) -> bytes:
    """Pickle a question, or an answer of our own code.

    Parameters
    ----------
    question : object
        Anything that can be pickled.

    Returns
    -------
    bytes
    """
    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = _REDUCERS
    pickler.dump(question)
    return buffer.getvalue()


def send_pickled(connection: socket.socket, question: bytes, wait: Wait) -> None:
    """Send what is pickled.

    Parameters
    ----------
    connection : socket
        Does not block.
    question : bytes
        What `to_pickle` gave.
    wait : callable
        Waits until the connection takes more.
    """
    rest = memoryview(_LENGTH.pack(len(question)) + question)
    while rest:
        wait()
        rest = rest[connection.send(rest) :]


def receive_pickled(connection: socket.socket, wait: Wait = lambda: None) -> Any:
    """Wait for something pickled, from a process of our own.

    Parameters
    ----------
    connection : socket
        Blocks.
    wait : callable
        Waits until there is something to read.

    Returns
    -------
    object

    Raises
    ------
    EOFError
        If the other end is closed.
    """
    (length,) = _LENGTH.unpack(_receive(connection, _LENGTH.size, wait))
    return pickle.loads(_receive(connection, length, wait))


def send_answer(connection: socket.socket, answer: Frame) -> None:
    """Send an answer.

    Parameters
    ----------
    connection : socket
        Blocks.
    answer : Frame
        The answer.
    """
    sizes = [memoryview(block).nbytes for block in answer.blocks]
    text = json.dumps([answer.value, sizes]).encode()
    connection.sendall(_LENGTH.pack(len(text)) + text)
    for block in answer.blocks:
        connection.sendall(block)


def receive_answer(connection: socket.socket, largest: int, wait: Wait) -> Frame:
    """Read an answer, whatever was sent in its place.

    Parameters
    ----------
    connection : socket
        Does not block.
    largest : int
        How many bytes its blocks may have.
    wait : callable
        Waits until there is something to read.

    Returns
    -------
    Frame

    Raises
    ------
    FrameError
        If it is none. What follows on the connection has no meaning then.
    EOFError
        If the other end is closed.
    """
    (length,) = _LENGTH.unpack(_receive(connection, _LENGTH.size, wait))
    if length > _LONGEST_TEXT:
        raise FrameError(f"it has {length:,} bytes of text; {_LONGEST_TEXT:,} are read")
    try:
        value, sizes = parse_json(_receive(connection, length, wait).decode())
        if not all(type(size) is int and size >= 0 for size in sizes):
            raise ValueError("sizes must be whole numbers")
    except (TypeError, ValueError) as error:
        raise FrameError(f"it is not what was agreed upon: {error}") from None
    if sum(sizes) > largest:
        raise FrameError(f"it has {sum(sizes):,} bytes of arrays; {largest:,} are read")
    return Frame(value, [_receive(connection, size, wait) for size in sizes])


def _receive(connection: socket.socket, length: int, wait: Wait) -> bytearray:
    data = bytearray(length)
    rest = memoryview(data)
    while rest:
        wait()
        count = connection.recv_into(rest)
        if not count:
            raise EOFError
        rest = rest[count:]
    return data
