"""The arrays of a folder, as .npy or .safetensors files."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Literal, TypeVar, get_args

import numpy.typing as npt

from conformance.spec.files import FileError, open_file
from conformance.tools.exchange import ExchangeError, npy, safetensors

Array = npt.NDArray[Any]
Contents = TypeVar("Contents")
Format = Literal["npy", "safetensors"]
FORMATS: tuple[Format, ...] = get_args(Format)

_ALL = "arrays.safetensors"  # in that format a folder's arrays are one file


class ArrayFolder(Mapping[str, Array]):
    """
    The arrays of one folder by name, read when they are asked for.

    Parameters
    ----------
    path : Path
        The folder.
    form : {'npy', 'safetensors'}
        The format.
    bfloat16 : bool
        Whether a 16-bit dtype that is not a float holds bfloat16, which ``.npy`` cannot name.
    root : Path, optional
        The folder of the pack or of the results that it belongs to, if it is not one itself.
    """

    def __init__(
        self, path: Path, form: Format, *, bfloat16: bool = False, root: Path | None = None
    ) -> None:
        self.path, self.form = path, form
        self._root = root or path
        self._bfloat16 = bfloat16
        self._read: Mapping[str, Array] | None = None

    def file(self, name: str) -> Path:
        """Return the file that holds an array of that name."""
        return self.path / (f"{name}.npy" if self.form == "npy" else _ALL)

    def save(self, arrays: Mapping[str, Array]) -> None:
        """Write the folder's arrays."""
        if self.form == "safetensors":
            (self.path / _ALL).write_bytes(safetensors.encode(arrays))
            return
        for name, array in arrays.items():
            self.file(name).write_bytes(npy.encode(array))

    def __getitem__(self, name: str) -> Array:
        file = self.file(name)
        if name not in self:
            raise ExchangeError(
                f"{file} is missing" if self.form == "npy" else f"{file}: {name} is missing"
            )
        if self.form == "safetensors":
            return self._all()[name]
        return self._read_file(file, functools.partial(npy.read, bfloat16=self._bfloat16))

    def __contains__(self, name: object) -> bool:
        if self.form == "npy":
            return os.path.lexists(self.file(str(name)))  # what cannot be read says so itself
        return name in self._all()

    def __iter__(self) -> Iterator[str]:
        if self.form == "safetensors":
            return iter(self._all())
        return iter(sorted(file.stem for file in self.path.glob("*.npy")))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _all(self) -> Mapping[str, Array]:
        if self._read is None:
            file = self.path / _ALL
            there = os.path.lexists(file)
            self._read = self._read_file(file, safetensors.read) if there else {}
        return self._read

    def _read_file(self, path: Path, read: Callable[[BinaryIO, int], Contents]) -> Contents:
        try:
            with open_file(path, root=self._root) as (file, size):
                return read(file, size)
        except FileError as error:
            raise ExchangeError(str(error)) from None
        except ValueError as error:
            raise ExchangeError(f"{path} {error}") from None
