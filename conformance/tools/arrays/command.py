"""``conformance judge-arrays``: judges an array in a file, given what was called."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from conformance.spec.text import message_of, to_printable
from conformance.tools.arrays.call_file import read_array_file, read_call_file
from conformance.tools.arrays.judgement import verdict


def main(arguments: Sequence[str]) -> int:
    """
    Judge an array.

    Parameters
    ----------
    arguments : sequence of str
        What stands on the command line after the command's name.

    Returns
    -------
    int
        0 for a pass, 1 for a failure or where nothing could be told, 2 for what cannot be used.
    """
    options = _parser().parse_args(arguments)
    try:
        call = read_call_file(options.call)
        got = tuple(read_array_file(place) for place in options.got)
        outputs = None if not got else got[0] if len(got) == 1 else got
        found = verdict(call.call, outputs, **call.arguments)
    except (TypeError, ValueError) as error:
        print(to_printable(f"judge-arrays: {message_of(error)}"), file=sys.stderr)
        return 2
    print(found)
    print(found.verdict)
    return 0 if found else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "conformance judge-arrays",
        description="Judge what an implementation made of arrays, all of them in files.",
    )
    parser.add_argument(
        "call", type=Path, metavar="CALL.toml", help="what was called, and with what"
    )
    parser.add_argument(
        "got",
        nargs="*",
        metavar="GOT",
        help="the output: FILE.npy or FILE.safetensors:NAME; none to judge gradients or state",
    )
    return parser
