"""``conformance run``: runs the matrix of the installed suite with pytest."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from conformance.subjects.sandbox import SAFE_PATH

_MATRIX = Path(__file__).parents[1] / "test_matrix.py"

# What pytest does around each test, and no claim needs: together a fifth of the time per claim.
_IDLE_PLUGINS = (
    "cacheprovider",
    "doctest",
    "logging",
    "pastebin",
    "setuponly",
    "stepwise",
    "subtests",
    "threadexception",
    "unittest",
    "unraisableexception",
    "warnings",
)

USAGE = """\
usage: conformance [run] [--subject NAME]... [--report-json FILE] [-k EXPRESSION] [--claim ID]...
                   [-n PROCESSES] [any option of pytest]

Runs the matrix of layers and subjects, and prints it. The exit status is 0 only if every planned
claim was checked and nothing failed.

  --subject NAME      check this subject (repeatable; default: all known ones), by name, or your
                      own as FILE.py:Name or package.module:Name
  --expected-failures FILE
                      a TOML file of the failures that are expected; see docs/subjects.md
  --no-isolate        run subjects of your own in this process: one that crashes takes the run
                      along, and one that means to can forge its verdicts
  --time-limit SECONDS
                      how long a subject of your own may take for one call (default: 60)
  --memory-limit SIZE
                      how much memory it may allocate, such as 4G (default: any)
  --answer-limit SIZE how large its answer to one call may be (default: 1G)
  --input-seed N      draw the inputs from this seed, or "random" for a fresh one
                      (default: 0, the published matrix)
  --report-json FILE  write all records to FILE
  --capsules DIR      write the first failures into DIR, each as a program of its own
  -k EXPRESSION       check the claims whose names match, e.g. -k "conv2d and torch"
  --claim ID          check this claim alone (repeatable), as ASPECT/ID
  -n PROCESSES        spread the claims over processes (needs pytest-xdist)
  --collect-only -q   list the claims
"""


def main(arguments: Sequence[str]) -> int:
    """
    Run the matrix.

    Parameters
    ----------
    arguments : sequence of str
        What stands on the command line after the command's name; passed on to pytest.

    Returns
    -------
    int
        The exit status.
    """
    for_pytest = list(arguments)
    if any(argument in ("-h", "--help") for argument in for_pytest):
        print(USAGE, end="")
        return 0
    missing = [name for name in ("pytest", "rich") if importlib.util.find_spec(name) is None]
    if missing:
        command = "python -m pip install 'refimpl[conformance]'"
        print(f"conformance needs {' and '.join(missing)}: {command}", file=sys.stderr)
        return 2
    import pytest

    # The plugins that happen to be installed shall not change, or slow down, what is run here.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    # Nor shall the files of the folder where it is run, in the processes of pytest-xdist either.
    os.environ.setdefault(*SAFE_PATH)
    status = int(pytest.main([*_pytest_options(for_pytest), *for_pytest, str(_MATRIX)]))
    if status == pytest.ExitCode.NO_TESTS_COLLECTED:
        print("No claim was selected, so nothing was checked.", file=sys.stderr)
    return status


def _pytest_options(arguments: Sequence[str]) -> list[str]:
    """Return the options that make a run the same wherever it is started."""
    options = [
        "-q",
        "--no-header",
        "--tb=no",  # the ledger prints the failures, each kind once
        "-rN",  # and the matrix shall be the last thing
        "--show-capture=no",
        "--import-mode=importlib",
        "--assert=plain",
        f"--config-file={os.devnull}",  # not the settings of a project in whose folder it is run
        f"--rootdir={_MATRIX.parents[2]}",
        "--override-ini=console_output_style=classic",
    ]
    plugins = ["conformance.frontends.pytest_plugin", *(f"no:{name}" for name in _IDLE_PLUGINS)]
    if importlib.util.find_spec("xdist") is not None:
        plugins.append("xdist")
        if any(argument.startswith(("-n", "--numprocesses")) for argument in arguments):
            # Halves, and a process that is done early takes from the other: the claims of a case
            # share work, and so are nearly always in one process.
            options += ["--dist", "worksteal"]
    return options + [argument for plugin in plugins for argument in ("-p", plugin)]
