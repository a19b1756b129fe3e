"""Reads the files of a pack or of results: regular ones inside it, and of a limited size."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from conformance.tools.exchange import ExchangeError

# The largest files that are read, in bytes: more than twenty times those of a pack of everything.
LARGEST_DOCUMENT = 16 << 20
LARGEST_ARRAYS = 256 << 20


def read_file(path: Path, root: Path, largest: int) -> bytes:
    """
    Read a file.

    Parameters
    ----------
    path : Path
        The file.
    root : Path
        The folder of the pack or of the results, which a link must not lead out of.
    largest : int
        How many bytes it may have.

    Returns
    -------
    bytes

    Raises
    ------
    ExchangeError
        If it is missing, is not a regular file inside the folder, is too large, or cannot be read.
    """
    place = Path(os.path.realpath(path))
    if not place.is_relative_to(os.path.realpath(root)):
        raise ExchangeError(f"{path} is a link that leads out of {root}, and is not read")
    try:
        _check_status(path, os.stat(place), largest)  # to open a device may do something already
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(place, flags), "rb") as file:
            _check_status(path, os.fstat(file.fileno()), largest)
            return file.read(largest)
    except FileNotFoundError:
        raise ExchangeError(f"{path} is missing") from None
    except OSError as error:
        raise ExchangeError(f"{path} cannot be read: {error.strerror}") from None


def _check_status(path: Path, status: os.stat_result, largest: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise ExchangeError(f"{path} is not a regular file, and is not read")
    if status.st_size > largest:
        raise ExchangeError(f"{path} has {status.st_size:,} bytes; it may have {largest:,}")
