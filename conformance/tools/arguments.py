"""Types of command-line arguments that several commands share."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path


def positive_int(text: str) -> int:
    """
    Read a positive number.

    Parameters
    ----------
    text : str
        The argument.

    Returns
    -------
    int

    Raises
    ------
    argparse.ArgumentTypeError
        If it is not a whole number above 0.
    """
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a positive number; got {text!r}")
    return int(text)


def existing_folder(text: str) -> Path:
    """
    Read the name of a folder that exists.

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
        If it does not exist, which is reported before any work is done.
    """
    if not Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"must be a folder that exists; got {text!r}")
    return Path(text)


def drop_options(arguments: Sequence[str], *options: str) -> list[str]:
    """
    Drop options, each with its value.

    Parameters
    ----------
    arguments : sequence of str
        The argument.
    *options : str
        Such as '-n'; each has one value.

    Returns
    -------
    list of str
    """
    left = list(arguments)
    for option in options:
        while option in left:
            del left[left.index(option) : left.index(option) + 2]
    return left
