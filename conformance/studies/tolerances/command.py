"""``conformance tolerances``: compares published tolerances with the derived bounds."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from conformance.layers.registry import LAYERS
from conformance.studies.tolerances.page import render_page, summarise, to_json
from conformance.studies.tolerances.results import ToleranceResults
from conformance.studies.tolerances.rules import OURS
from conformance.studies.tolerances.run import compare_rules
from conformance.tools.arguments import positive_int
from conformance.tools.output import file_to_write, folder_to_write, save_files

PAGE_NAME = "tolerances.md"


def main(arguments: Sequence[str]) -> int:
    """
    Ask every rule about healthy subjects and mutants.

    Parameters
    ----------
    arguments : sequence of str
        What stands on the command line after the command's name.

    Returns
    -------
    int
        The exit status: 0 only if our own rule rejects nothing healthy and catches every mutant
        whose numbers are wrong.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.docs is not None and options.layer:
        parser.error("--docs takes a run of all layers; leave out --layer")
    found = _run(options.layer, options.processes)
    print("\n".join(summarise(found)))
    files: dict[Path, str] = {}
    if options.report_json is not None:
        text = json.dumps(to_json(found), indent=1, ensure_ascii=False)
        files[options.report_json] = text + "\n"
    if options.docs is not None:
        files[options.docs / PAGE_NAME] = render_page(found)
    saved = save_files("tolerances", files)
    _, rejected = found.healthy.counts(OURS.name, recorded=False)
    of, caught, _ = found.mutants(OURS.name, found.fates)
    return 0 if saved and not rejected and caught >= of else 1


def _run(layers: Sequence[str], processes: int) -> ToleranceResults:
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("judging", total=None)
        return compare_rules(
            layers,
            processes=processes,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="conformance tolerances",
        description="Hold our judgement and published tolerances against each other.",
    )
    add = parser.add_argument
    add(
        "-n",
        dest="processes",
        type=positive_int,
        default=os.cpu_count() or 1,
        metavar="PROCESSES",
        help="share the work among processes (default: one for each core)",
    )
    add(
        "--layer",
        action="append",
        type=_parse_layer,
        default=[],
        metavar="NAME",
        help="this layer alone (repeatable)",
    )
    add("--docs", type=folder_to_write(PAGE_NAME), metavar="DIR", help=f"write DIR/{PAGE_NAME}")
    add("--report-json", type=file_to_write, metavar="FILE", help="write all counts to FILE")
    return parser


def _parse_layer(text: str) -> str:
    layers = LAYERS
    if text not in layers:
        raise argparse.ArgumentTypeError(f"must be one of {', '.join(layers)}; got {text!r}")
    return text
