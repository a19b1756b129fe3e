"""The command ``conformance``: runs one of its commands."""

from __future__ import annotations

import difflib
import importlib
import os
import sys
from collections.abc import Mapping, Sequence

from conformance.frontends.signals import end_on_signals

# What a shell reports of a program that a closed pipe ended, and of one that was interrupted.
_BROKEN_PIPE, _INTERRUPTED = 141, 130

# Name -> its module, imported only when it is called, and what it does.
COMMANDS: Mapping[str, tuple[str, str]] = {
    "diff": (
        "conformance.frontends.commands.diff",
        "compare two reports: new failures, and fixed ones",
    ),
    "init": ("conformance.frontends.commands.init", "write a template for a subject of your own"),
    "verify": (
        "conformance.frontends.commands.verify",
        "judge one function as the framework's of some name",
    ),
    "list": (
        "conformance.frontends.commands.list",
        "list the layers, aspects, forms and subjects that there are",
    ),
    "run": ("conformance.frontends.commands.run", "run the matrix (the default)"),
    "kill-matrix": (
        "conformance.studies.kill_matrix.command",
        "run wrong implementations, and count what catches each",
    ),
    "name-mistakes": (
        "conformance.studies.naming.command",
        "judge wrong implementations as unknown ones, and count which are named",
    ),
    "capsule": ("conformance.tools.reproducer.command", "write a failure as a program of its own"),
    "soak": (
        "conformance.studies.soak.command",
        "rerun it with other inputs, and look for false alarms",
    ),
    "accuracy": (
        "conformance.studies.accuracy.command",
        "measure the activations, number by number",
    ),
    "tolerances": (
        "conformance.studies.tolerances.command",
        "hold the bounds and published tolerances against each other",
    ),
    "export": (
        "conformance.tools.exchange.export_command",
        "write cases as files, for any language",
    ),
    "survey": (
        "conformance.studies.survey.command",
        "judge implementations by others, on one page",
    ),
    "judge-arrays": (
        "conformance.tools.arrays.command",
        "judge an array of your own in a file, given what was called",
    ),
    "judge": ("conformance.tools.exchange.judge_command", "judge the answers to such files"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Run a command; without one, the matrix.

    Parameters
    ----------
    arguments : sequence of str, optional
        What stands on the command line after the program's name.

    Returns
    -------
    int
        The exit status.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    name = "run"
    if words and words[0] in COMMANDS:
        name = words.pop(0)
    elif words in (["-h"], ["--help"]):
        print(_format_usage())
    elif words == ["--version"]:
        print(f"conformance {importlib.import_module('refimpl').__version__}")
        return 0
    elif words and not words[0].startswith("-"):
        near = difflib.get_close_matches(words[0], COMMANDS, n=1)
        meant = f" (did you mean {near[0]!r}?)" if near else ""
        print(f"conformance: there is no command {words[0]!r}{meant}\n", file=sys.stderr)
        print(_format_usage(), end="", file=sys.stderr)
        return 2
    module, _ = COMMANDS[name]
    try:
        with end_on_signals():
            status: int = importlib.import_module(module).main(words)
            sys.stdout.flush()
    except KeyboardInterrupt:
        print(f"conformance {name}: interrupted", file=sys.stderr)
        status = _INTERRUPTED
    except BrokenPipeError:
        # The reader (head, say) has closed the pipe; Python must not complain when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = _BROKEN_PIPE
    return status


def _format_usage() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:{width}}  {does}" for name, (_, does) in COMMANDS.items()]
    return "\n".join(["usage: conformance [COMMAND] [--help] ...", "", *lines, ""])
