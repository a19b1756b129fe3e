"""``conformance verify``: judges one function as the framework's of some name."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from conformance.frontends.commands import run
from conformance.subjects.function import AS, KINDS, OF


def main(arguments: Sequence[str]) -> int:
    """
    Judge a function.

    Parameters
    ----------
    arguments : sequence of str
        What stands on the command line after the command's name; what is not known here goes on to
        `run`.

    Returns
    -------
    int
        As of `run`.
    """
    options, others = _parser().parse_known_args(arguments)
    reference = f"{options.function}{AS}{options.name}"
    if options.arrays != "numpy":
        reference += f"{OF}{options.arrays}"
    return run.main(["--subject", reference, *others])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "conformance verify",
        description="Judge one function on all cases of the framework's function of some name."
        " Further options are those of `conformance run`.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "function", metavar="FILE.py:FUNCTION", help="the function, or package.module:FUNCTION"
    )
    parser.add_argument(
        "--as",
        dest="name",
        metavar="NAME",
        required=True,
        help="what it is judged as, such as torch.nn.functional.softmax or tf.nn.relu",
    )
    parser.add_argument(
        "--arrays",
        choices=tuple(KINDS),
        default="numpy",
        help="whose arrays it takes and gives; with a framework's, its gradients are judged, too",
    )
    return parser
