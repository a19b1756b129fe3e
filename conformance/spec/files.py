"""Files from outside: regular ones alone are opened, and of a limited size."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

# The largest file that is read, in bytes, unless the caller or the user's variable says otherwise.
LARGEST = 256 << 20
VARIABLE = "CONFORMANCE_FILE_LIMIT"


class FileError(ValueError):
    """A file that cannot be used; the message names it."""


@contextmanager
def open_file(
    path: Path, *, root: Path | None = None, largest: int = LARGEST
) -> Iterator[tuple[BinaryIO, int]]:
    """
    Open a file to read it.

    Parameters
    ----------
    path : Path
        The file.
    root : Path, optional
        A folder that a link must not lead out of; without one, a link may lead anywhere.
    largest : int
        How many bytes it may have; the environment variable `VARIABLE` is obeyed before it.

    Yields
    ------
    tuple of file and int
        The open file, and how many bytes it has.

    Raises
    ------
    FileError
        If it is missing, is not a regular file inside the folder, is too large, or cannot be read.
    """
    largest = _read_limit(largest)
    try:
        place = os.path.realpath(path)
        if root is not None and not Path(place).is_relative_to(os.path.realpath(root)):
            raise FileError(f"{path} is a link that leads out of {root}, and is not read")
        _check_status(path, os.stat(place), largest)  # to open a device may do something already
        flags = os.O_RDONLY
        for name in ("O_NONBLOCK", "O_NOCTTY", "O_BINARY"):
            flags |= getattr(os, name, 0)
        with os.fdopen(os.open(place, flags), "rb") as file:
            yield file, _check_status(path, os.fstat(file.fileno()), largest)
    except FileError:
        raise
    except FileNotFoundError:
        raise FileError(f"{path} is missing") from None
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}") from None
    except ValueError as error:
        if "\0" not in str(path):
            raise
        raise FileError(f"{path} cannot be the name of a file: {error}") from None


def read_file(path: Path, *, root: Path | None = None, largest: int = LARGEST) -> bytes:
    """
    Read a file.

    Parameters
    ----------
    path, root, largest
        As for `open_file`.

    Returns
    -------
    bytes

    Raises
    ------
    FileError
        As `open_file` does.
    """
    with open_file(path, root=root, largest=largest) as (file, size):
        data: bytes | None = file.read(size + 1)
    if data is None or len(data) != size:  # as with the files of /proc, whose size is always 0
        raise FileError(f"{path} has another size than it says, and is not read")
    return data


def _check_status(path: Path, status: os.stat_result, largest: int) -> int:
    if not stat.S_ISREG(status.st_mode):
        raise FileError(f"{path} is not a regular file, and is not read")
    if status.st_size > largest:
        raise FileError(
            f"{path} has {status.st_size:,} bytes; it may have {largest:,}"
            f" ({VARIABLE} sets another limit, such as 2G)"
        )
    return status.st_size


def _read_limit(usual: int) -> int:
    given = os.environ.get(VARIABLE, "")
    if not given:
        return usual
    size = re.fullmatch(r"([0-9]{1,18})([KMGT]?)", given.strip().upper())
    if size is None:
        raise FileError(
            f"{VARIABLE} must be a number of bytes, or one with K, M, G or T; got {given!r}"
        )
    return int(size[1]) << 10 * " KMGT".index(size[2] or " ")
