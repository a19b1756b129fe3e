"""JSON and TOML files from outside: read strictly, and named in whatever is wrong with them."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from conformance.spec.files import FileError, read_file
from conformance.spec.json_text import parse_json, parse_shallow
from conformance.spec.text import shorten

# The largest documents that are read, in bytes, unless the user raises it. A document of a pack
# has not a twentieth of it; a TOML file is written by hand.
LARGEST_JSON = 16 << 20
LARGEST_TOML = 1 << 20
# The time that a dotted key takes grows faster than its dots, of which none has so many.
_MOST_DOTS = 1000


def read_json(path: Path, *, root: Path | None = None, largest: int = LARGEST_JSON) -> Any:
    """
    Read a JSON file.

    Parameters
    ----------
    path, root, largest
        As for `conformance.spec.files.open_file`.

    Returns
    -------
    object

    Raises
    ------
    FileError
        If it cannot be read, or is not what `parse_json` reads.
    """
    return _read(path, root, largest, "JSON", parse_json)


def read_toml(path: Path) -> dict[str, Any]:
    """
    Read a TOML file.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    dict

    Raises
    ------
    FileError
        If it cannot be read, is not TOML, or is nested deeper than it may be.
    """
    values: dict[str, Any] = _read(path, None, LARGEST_TOML, "TOML", _parse_toml)
    return values


def _parse_toml(text: str) -> Any:
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") > _MOST_DOTS:
            raise ValueError(f"line {number} has more than {_MOST_DOTS} dots")
    return parse_shallow(tomllib.loads, text)


def _read(
    path: Path, root: Path | None, largest: int, kind: str, parse: Callable[[str], Any]
) -> Any:
    data = read_file(path, root=root, largest=largest)
    try:
        return parse(data.decode())
    except ValueError as error:
        raise FileError(f"{path} is not a {kind} file: {shorten(error)}") from None
