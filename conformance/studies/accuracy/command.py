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

from conformance.report.arguments import folder, positive, without
from conformance.report.json import versions
from conformance.report.parallel import spread
from conformance.studies.accuracy.activations import ACTIVATIONS, activations_named
from conformance.studies.accuracy.measure import Plan, Results, Share, measure, merge, shares
from conformance.studies.accuracy.page import as_json, page, unexplained
from conformance.studies.accuracy.plot import Curve, draw
from conformance.subjects.loading import SUBJECTS
from conformance.subjects.roster import roster_of


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
    given = _parser().parse_args(arguments)
    plan = Plan(
        subjects=tuple(given.subject or SUBJECTS),
        activations=tuple(dict.fromkeys(given.layer or ACTIVATIONS)),
        per_stratum=given.per_exponent,
        every=given.every,
    )
    try:
        roster_of(plan.subjects)
    except (ValueError, TypeError, ImportError) as error:
        print(f"accuracy: --subject: {error}", file=sys.stderr)
        return 2
    started = time.monotonic()
    results = _gathered(plan, given.n)
    seconds = time.monotonic() - started
    command = shlex.join(["python", "-m", "conformance", "accuracy", *without(arguments, "-n")])
    text = page(results, plan, command, versions())
    print(text.split("## At a glance\n\n")[1].split("\n\n## ")[0])
    count = sum(found.count for found in results.values())
    print(f"\n{count:,} inputs in {seconds:.0f} s: {count / seconds / 1e6:.2f} million a second")
    missing = list(unexplained(results))
    for line in missing:
        print(f"✗ {line}")
    if given.docs is not None:
        _write(given.docs, text, results)
    if given.report_json is not None:
        values = json.dumps(as_json(results, plan))
        given.report_json.write_text(values + "\n", encoding="utf-8")
    return 1 if missing else 0


def _gathered(plan: Plan, processes: int) -> Results:
    parts = shares(plan, 64 if plan.every else 8)
    results: Results = {}
    with _progress() as bar:
        task = bar.add_task("measuring", total=len(parts))
        for part in _measured(plan, parts, processes):
            merge(results, part)
            bar.advance(task)
    # In the order of the plan, whatever was ready first.
    order = [(name, subject) for name in plan.activations for subject in roster_of(plan.subjects)]
    return {key: results[key] for key in order}


def _measured(plan: Plan, parts: Sequence[Share], processes: int) -> Iterator[Results]:
    for _, result in spread(functools.partial(measure, plan), parts, processes):
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


def _write(folder: Path, text: str, results: Results) -> None:
    (folder / "accuracy.md").write_text(text, encoding="utf-8")
    pictures = folder / "accuracy"
    pictures.mkdir(exist_ok=True)
    for name in dict.fromkeys(name for name, _ in results):
        curves = [Curve(s, found.parts) for (n, s), found in results.items() if n == name]
        (pictures / f"{name}.svg").write_text(draw(name, curves), encoding="utf-8")


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
        type=_layer,
        metavar="NAME",
        help="such as gelu; repeatable; default: all activations",
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--per-exponent",
        type=positive,
        default=Plan.per_stratum,
        metavar="N",
        help="how many numbers of each sign and exponent (default: %(default)s)",
    )
    which.add_argument(
        "--every",
        "--all",
        action="store_true",
        help="all 4,294,967,296 numbers: up to 50 minutes of one core for each activation",
    )
    add("-n", type=positive, default=1, metavar="PROCESSES", help="default: 1")
    add("--docs", type=folder, metavar="DIR", help="write DIR/accuracy.md and DIR/accuracy/*.svg")
    add("--report-json", type=Path, metavar="FILE", help="write everything to FILE")
    return parser


def _layer(name: str) -> list[str]:
    try:
        return [each.name for each in activations_named(name)]
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
