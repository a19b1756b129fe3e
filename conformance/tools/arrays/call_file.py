"""A call and its arrays in files: a TOML file that says what was called, npy and safetensors."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conformance.spec.documents import read_toml
from conformance.spec.files import FileError, read_file
from conformance.tools.arrays.conversion import Array
from conformance.tools.exchange import npy, safetensors

_TABLES = ("arrays", "options", "weights", "gradients", "state", "arithmetic")
_KEYS = ("call", "training", "cotangent", *_TABLES)


@dataclass(frozen=True)
class CallFile:
    """What a file says of a call.

    Attributes
    ----------
    call : str
        The function or layer.
    arguments : mapping
        What `verdict` takes beside the name and the output.
    """

    call: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


def read_call_file(path: Path) -> CallFile:
    """
    Read a call.

    Parameters
    ----------
    path : Path
        A TOML file: `call`, `training`, `cotangent`, and the tables `arrays` (keyword -> file),
        `options` (keyword -> value), `weights`, `gradients`, `state` (name -> file) and
        `arithmetic`. A file is relative to this one; of a safetensors file, `FILE:NAME` is an
        array.

    Returns
    -------
    CallFile

    Raises
    ------
    FileError
        If a file cannot be read, or says something else; the message names it.
    """
    values = read_toml(path)
    for key in values:
        if key not in _KEYS:
            near = difflib.get_close_matches(key, _KEYS, n=1)
            meant = f" (did you mean {near[0]!r}?)" if near else ""
            raise FileError(f"{path}: {key!r}{meant} is none of {', '.join(_KEYS)}")
    name = values.get("call")
    if not isinstance(name, str):
        raise FileError(f"{path}: call must be a function or layer, in words; got {name!r}")
    tables = {key: values.get(key, {}) for key in _TABLES}
    for key, table in tables.items():
        if not isinstance(table, dict):
            raise FileError(f"{path}: {key} must be a table; got {table!r}")
    training = values.get("training")
    if not isinstance(training, bool | None):
        raise FileError(f"{path}: training must be true or false; got {training!r}")
    read = {
        key: {word: _read_named(path, key, word, file) for word, file in tables[key].items()}
        for key in ("arrays", "weights", "gradients", "state")
    }
    cotangent = values.get("cotangent")
    arguments: dict[str, Any] = {
        **{key: _as_option(value) for key, value in tables["options"].items()},
        **read["arrays"],
        "weights": read["weights"] or None,
        "gradients": read["gradients"] or None,
        "state": read["state"] or None,
        "training": training,
        "cotangent": None if cotangent is None else _read_named(path, "cotangent", "it", cotangent),
        **tables["arithmetic"],
    }
    return CallFile(name, arguments)


def read_array_file(place: str, folder: Path | None = None) -> Array:
    """
    Read an array.

    Parameters
    ----------
    place : str
        'FILE.npy', or 'FILE.safetensors:NAME'.
    folder : Path, optional
        What a relative file is relative to.

    Returns
    -------
    ndarray

    Raises
    ------
    FileError
        If it cannot be read; the message names the file.
    """
    file, separator, name = place, "", ""
    if ".safetensors" in place:
        file, separator, name = place.partition(".safetensors:")
        file = f"{file}.safetensors" if separator else file
    path = Path(file) if folder is None else folder / file
    data = read_file(path)
    try:
        if path.suffix != ".safetensors":
            return npy.decode(data)
        arrays = safetensors.decode(data)
    except ValueError as error:
        raise FileError(f"{path} {error}") from None
    if not separator and len(arrays) == 1:
        (array,) = arrays.values()
        return array
    if name not in arrays:
        there = ", ".join(arrays)
        raise FileError(
            f"{path} must be given with the name of an array, as {path}:NAME; it has {there}"
        )
    return arrays[name]


def _read_named(path: Path, table: str, word: str, file: Any) -> Array:
    if not isinstance(file, str):
        raise FileError(f"{path}: {table}: {word} must be the name of a file; got {file!r}")
    return read_array_file(file, path.parent)


def _as_option(value: Any) -> Any:
    """TOML has lists alone; sizes are tuples in torch."""
    return tuple(map(_as_option, value)) if isinstance(value, list) else value
