"""What several commands read from their arguments."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path


def positive_int(text: str) -> int:
    """
    Read a number of things.

    Parameters
    ----------
    text : str
        What was given.

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
    Read the name of a folder to write into.

    Parameters
    ----------
    text : str
        What was given.

    Returns
    -------
    Path

    Raises
    ------
    argparse.ArgumentTypeError
        If there is none: it is better said before the work than after.
    """
    if not Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"must be a folder that exists; got {text!r}")
    return Path(text)


def drop_options(arguments: Sequence[str], *options: str) -> list[str]:
    """
    Leave out options on which the result does not depend, and their values.

    Parameters
    ----------
    arguments : sequence of str
        What was given.
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
