"""``conformance accuracy``: measures the activations of float32, input by input."""

from __future__ import annotations

import argparse
import functools
import json
import shlex
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from conformance.report.json import installed_versions
from conformance.spec.text import message_of
from conformance.studies.accuracy.activations import ACTIVATIONS, activations_named
from conformance.studies.accuracy.measure import (
    AccuracyPlan,
    Results,
    WorkShare,
    divide_work,
    measure,
    merge,
)
from conformance.studies.accuracy.page import list_unexplained, render_page, to_json
from conformance.studies.accuracy.plot import Curve, draw_plot
from conformance.studies.parallel import map_parallel
from conformance.subjects.loading import SUBJECTS
from conformance.subjects.roster import roster_of
from conformance.tools.arguments import drop_options, positive_int
from conformance.tools.output import file_to_write, folder_to_write, save_files

_PAGE, _PICTURES = "accuracy.md", "accuracy"


def main(arguments: Sequence[str]) -> int:
    """
    Measure, and say what was found.

    Parameters
    ----------
    arguments : sequence of str
        What stands on the command line after the command's name.

    Returns
    -------
    int
        0 if every result above the limit of K, or wrong altogether, is explained by a record.
    """
    options = _parser().parse_args(arguments)
    plan = AccuracyPlan(
        subjects=tuple(options.subject or SUBJECTS),
        activations=tuple(dict.fromkeys(options.layer or ACTIVATIONS)),
        per_stratum=options.per_exponent,
        every=options.every,
    )
    try:
        roster_of(plan.subjects)
    except (ValueError, TypeError, ImportError) as error:
        print(f"accuracy: --subject: {message_of(error)}", file=sys.stderr)
        return 2
    started = time.monotonic()
    results = _measure_all(plan, options.n)
    seconds = time.monotonic() - started
    command = shlex.join(
        ["python", "-m", "conformance", "accuracy", *drop_options(arguments, "-n")]
    )
    text = render_page(results, plan, command, installed_versions())
    print(text.split("## At a glance\n\n")[1].split("\n\n## ")[0])
    count = sum(found.count for found in results.values())
    print(f"\n{count:,} inputs in {seconds:.0f} s: {count / seconds / 1e6:.2f} million a second")
    missing = list(list_unexplained(results))
    for line in missing:
        print(f"✗ {line}")
    files: dict[Path, str] = {}
    if options.docs is not None:
        files |= {options.docs / _PAGE: text, **_draw_pictures(options.docs / _PICTURES, results)}
    if options.report_json is not None:
        files[options.report_json] = json.dumps(to_json(results, plan)) + "\n"
    saved = save_files("accuracy", files)
    return 0 if saved and not missing else 1


def _measure_all(plan: AccuracyPlan, processes: int) -> Results:
    parts = divide_work(plan, 64 if plan.every else 8)
    results: Results = {}
    with _progress() as bar:
        task = bar.add_task("measuring", total=len(parts))
        for part in _measure_shares(plan, parts, processes):
            merge(results, part)
            bar.advance(task)
    # In the order of the plan, whatever was ready first.
    order = [(name, subject) for name in plan.activations for subject in roster_of(plan.subjects)]
    return {key: results[key] for key in order}


def _measure_shares(
    plan: AccuracyPlan, parts: Sequence[WorkShare], processes: int
) -> Iterator[Results]:
    for _, result in map_parallel(functools.partial(measure, plan), parts, processes):
        yield result


def _progress() -> Progress:
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )


def _draw_pictures(folder: Path, results: Results) -> dict[Path, str]:
    pictures = {}
    for name in dict.fromkeys(name for name, _ in results):
        curves = [Curve(s, found.parts) for (n, s), found in results.items() if n == name]
        pictures[folder / f"{name}.svg"] = draw_plot(name, curves)
    return pictures


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "conformance accuracy",
        description="Measure how accurate activations are in float32: the largest error in units in"
        " the last place, and K.",
    )
    add = parser.add_argument
    add(
        "--subject",
        action="append",
        metavar="NAME",
        help="a known one or FILE.py:Name; repeatable; default: all known ones",
    )
    add(
        "--layer",
        action="extend",
        type=_parse_layer,
        metavar="NAME",
        help="such as gelu; repeatable; default: all activations",
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--per-exponent",
        type=positive_int,
        default=AccuracyPlan.per_stratum,
        metavar="N",
        help="how many numbers of each sign and exponent (default: %(default)s)",
    )
    which.add_argument(
        "--every",
        "--all",
        action="store_true",
        help="all 4,294,967,296 numbers: up to 50 minutes of one core for each activation",
    )
    add("-n", type=positive_int, default=1, metavar="PROCESSES", help="default: 1")
    add(
        "--docs",
        type=folder_to_write(_PAGE),
        metavar="DIR",
        help=f"write DIR/{_PAGE} and DIR/{_PICTURES}/*.svg",
    )
    add("--report-json", type=file_to_write, metavar="FILE", help="write everything to FILE")
    return parser


def _parse_layer(name: str) -> list[str]:
    try:
        return [each.name for each in activations_named(name)]
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
