"""``conformance export``: writes cases as files, so that any language can answer them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from conformance.report.spinner import show_count
from conformance.spec.text import message_of, to_printable
from conformance.tools.arguments import positive_int
from conformance.tools.exchange import ExchangeError
from conformance.tools.exchange.arrays import FORMATS
from conformance.tools.exchange.pack import write_pack
from conformance.tools.exchange.selection import ASPECTS, PackSelection
from refimpl.dtypes import FLOATS


def main(arguments: Sequence[str]) -> int:
    """
    Write a pack.

    Parameters
    ----------
    arguments : sequence of str
        What stands on the command line after the command's name.

    Returns
    -------
    int
        0 if it was written.
    """
    options = _parser().parse_args(arguments)
    choice = PackSelection(
        options.dialect,
        options.k,
        tuple(options.layer),
        tuple(options.dtype),
        tuple(options.aspect),
        options.cases,
    )
    try:
        with show_count("questions") as progress:
            questions = write_pack(options.DIR, choice, options.format, progress)
    except ExchangeError as error:
        print(f"export: {message_of(error)}", file=sys.stderr)
        return 2
    cases = len({question.case.id for question in questions})
    claims = sum(len(question.claims) for question in questions)
    folder = to_printable(str(options.DIR))
    print(f"{folder}: {len(questions)} questions about {cases} cases, for {claims} claims")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "conformance export",
        description="Write cases as JSON and arrays: inputs, cotangents, expected values, bounds.",
    )
    add = parser.add_argument
    add("DIR", type=Path, help="a new folder")
    add("--dialect", choices=("torch", "tf"), default="torch", help="whose words (default: torch)")
    add("--format", choices=FORMATS, default="npy", help="of the arrays (default: npy)")
    add("-k", default="", metavar="WORDS", help='such as "conv2d and not wide" (and, or, not)')
    add("--layer", action="append", default=[], metavar="NAME", help="repeatable; default: all")
    add("--dtype", action="append", default=[], choices=FLOATS, help="repeatable; default: all")
    add("--aspect", action="append", default=[], choices=ASPECTS, help="repeatable; default: all")
    add("--cases", type=positive_int, metavar="N", help="at most N cases of each layer")
    return parser
