"""Files that a user named to be written: regular ones, replaced whole or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

_PREFIX = ".report."  # of the files that become the wanted ones once they are whole


def check_destination(path: Path) -> None:
    """
    Raise an error for a file that could not be written, before any work is done.

    Parameters
    ----------
    path : Path
        Where something shall go.

    Raises
    ------
    ValueError
        If `path` cannot be the name of a file, is something else than a regular file (or a link
        to one), or its directory does not exist or cannot be written to.
    """
    folder = find_target(path).parent
    if not folder.is_dir():
        raise ValueError(f"{path}: there is no directory {folder}")
    try:
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=_PREFIX)
    except OSError as error:
        raise ValueError(
            f"{path}: cannot write to the directory {folder}: {error.strerror}"
        ) from None
    os.close(handle)
    Path(temporary).unlink()


def write_file(path: Path, text: str) -> None:
    """
    Write a file, whole or not at all, even if the power fails.

    Parameters
    ----------
    path : Path
        Where it goes; what stands there is replaced. Where it is a link, its target is.
    text : str
        What goes in.

    Raises
    ------
    ValueError
        If something else than a regular file stands there.
    OSError
        If the file cannot be written.
    """
    target = find_target(path)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=_PREFIX)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(handle)
        # mkstemp makes the file private; a report is as readable as the umask allows.
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def write_new_file(path: Path, text: str) -> None:
    """
    Write a file where none is, whole or not at all.

    Parameters
    ----------
    path : Path
        Where it goes.
    text : str
        What goes in.

    Raises
    ------
    FileExistsError
        If anything is there already.
    ValueError
        If `path` cannot be the name of a file.
    OSError
        If the file cannot be written.
    """
    with path.open("x", encoding="utf-8") as file:
        try:
            file.write(text)
            file.flush()
        except BaseException:
            path.unlink()
            raise


def find_target(path: Path) -> Path:
    """
    Follow links to the file that is written.

    Parameters
    ----------
    path : Path
        What the user named.

    Returns
    -------
    Path

    Raises
    ------
    ValueError
        If it cannot be the name of a file, or something else than a regular file is there.
    """
    try:
        target = Path(os.path.realpath(path))
        mode = target.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return target
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from None
    except ValueError as error:  # of a character that no name of a file can have
        raise ValueError(f"{path} cannot be the name of a file: {error}") from None
    if stat.S_ISDIR(mode):
        raise ValueError(f"{path} is a directory; give the name of a file")
    if not stat.S_ISREG(mode):
        raise ValueError(f"{path} is not a regular file, so nothing is written there")
    return target
