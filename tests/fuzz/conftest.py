"""Counts what the fuzz has tried, in all processes, and writes the figures into a document."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from conformance.report.json import installed_versions

TALLY = pytest.StashKey[Counter]()
FIGURES = re.compile(r"(<!-- Written by [^\n]+ -->\n).*?(?=<!-- End -->)", re.DOTALL)


def pytest_addoption(parser):
    parser.addoption(
        "--figures", type=Path, metavar="FILE", help="write what was tried into FILE, a document"
    )


def pytest_configure(config):
    config.stash[TALLY] = Counter()


@pytest.fixture(scope="session")
def tally(request):
    """How often each kind of thing has been tried, by its name in the plural."""
    return request.config.stash[TALLY]


def pytest_sessionfinish(session):
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["tally"] = dict(session.config.stash[TALLY])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node, error):
    node.config.stash[TALLY].update(getattr(node, "workeroutput", {}).get("tally", {}))


def pytest_terminal_summary(terminalreporter, exitstatus, config):
    tried = config.stash[TALLY]
    for what, count in sorted(tried.items()):
        terminalreporter.write_line(f"{what}: {count:,}")
    file = config.getoption("figures", None)  # unknown where more than the fuzz is run
    if file is None or hasattr(config, "workerinput"):
        return
    if exitstatus != 0:
        terminalreporter.write_line(f"{file} is left as it is: something went wrong", red=True)
        return
    rows = [f"| {what} | {count:,} | 0 |" for what, count in sorted(tried.items())]
    versions = installed_versions()
    names = ", ".join(f"{name} {versions[name]}" for name in ("python", "numpy", "refimpl"))
    head = ["", "| tried | how many | went wrong |", "|---|---:|---:|"]
    table = "\n".join([*head, *rows, "", f"With {names}.", ""])
    text, count = FIGURES.subn(lambda found: found[1] + table, file.read_text(encoding="utf-8"))
    assert count == 1, f"{file} has no place for the figures"
    file.write_text(text, encoding="utf-8")
