"""What commands write where the user said: refused before the work, or told after it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from conformance.report.files import check_destination, write_file
from conformance.spec.text import message_of, to_printable
from conformance.tools.arguments import existing_folder


def file_to_write(text: str) -> Path:
    """
    Read the name of a file that can be written.

    Parameters
    ----------
    text : str
        The argument.

    Returns
    -------
    Path

    Raises
    ------
    argparse.ArgumentTypeError
        If it cannot be written, which is reported before any work is done.
    """
    try:
        check_destination(Path(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(message_of(error)) from None
    return Path(text)


def folder_to_write(*names: str) -> Callable[[str], Path]:
    """
    Make the type of an argument that names a folder for certain files.

    Parameters
    ----------
    *names : str
        The files.

    Returns
    -------
    callable
        Reads the argument; raises `argparse.ArgumentTypeError` for a folder that does not exist or
        in which they cannot be written.
    """

    def parse(text: str) -> Path:
        folder = existing_folder(text)
        for name in names:
            file_to_write(str(folder / name))
        return folder

    return parse


def save_files(command: str, files: Mapping[Path, str]) -> bool:
    """
    Write the files of a command whose results have been shown.

    Parameters
    ----------
    command : str
        Its name.
    files : mapping
        Path -> text. The folder of a file is made if only that is missing.

    Returns
    -------
    bool
        Whether all were written; why one was not is printed.
    """
    whole = True
    for path, text in files.items():
        try:
            path.parent.mkdir(exist_ok=True)
            write_file(path, text)
        except (OSError, ValueError) as error:
            name = to_printable(str(path))
            print(f"{command}: {name} could not be written: {message_of(error)}", file=sys.stderr)
            whole = False
    return whole
