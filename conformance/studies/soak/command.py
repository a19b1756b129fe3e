"""``conformance soak``: reruns the matrix with other inputs, and looks for false alarms."""

from __future__ import annotations

import argparse
import functools
import json
import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from conformance.report.json import installed_versions
from conformance.report.spinner import show_count
from conformance.spec.files import FileError
from conformance.spec.text import message_of
from conformance.studies.parallel import map_parallel
from conformance.studies.soak import run as soak
from conformance.studies.soak import store
from conformance.studies.soak.page import render_page, to_json
from conformance.subjects.loading import SUBJECTS
from conformance.tools.arguments import drop_options, existing_folder, positive_int
from conformance.tools.output import file_to_write, folder_to_write, save_files

_PAGE = "soak.md"
_SEEDS_EACH = 10  # for each process, as for COMPILED_EVERY: one of them compiles


def main(arguments: Sequence[str]) -> int:
    """
    Run a soak.

    Parameters
    ----------
    arguments : sequence of str
        What stands on the command line after the command's name.

    Returns
    -------
    int
        0 if no claim failed or raised.
    """
    options = _parser().parse_args(arguments)
    wanted = soak.SoakPlan(
        subjects=tuple(options.subject or SUBJECTS),
        seeds=options.seeds,
        share=options.share,
        words=tuple(options.k.split(" and ")) if options.k else (),
    )
    try:
        found = soak.merge_all(_run_seeds(wanted, options.n, options.keep))
    except (store.StoreError, FileError) as error:
        print(f"soak: {message_of(error)}", file=sys.stderr)
        return 2
    if not found.checked:
        print(f"soak: no claim matches -k {options.k!r}", file=sys.stderr)
        return 4
    command = shlex.join(
        ["python", "-m", "conformance", "soak", *drop_options(arguments, "-n", "--keep")]
    )
    text = render_page(found, wanted, command, installed_versions())
    print(text.split("## By layer and aspect")[0] + text[text.index("## The largest K") :], end="")
    for seed, record in found.alarms[:20]:
        print(f"\nFALSE ALARM at seed {seed}: {record.case} {record.aspect}\n{record.message}")
    files: dict[Path, str] = {}
    if options.docs is not None:
        files[options.docs / _PAGE] = text
    if options.report_json is not None:
        files[options.report_json] = json.dumps(to_json(found, wanted), indent=1) + "\n"
    saved = save_files("soak", files)
    return 0 if saved and not found.alarms else 1


def _run_seeds(
    wanted: soak.SoakPlan, processes: int, keep: Path | None
) -> Iterator[soak.SoakResults]:
    known = {} if keep is None else store.read_seeds(keep, wanted)
    yield from known.values()
    seeds = [seed for seed in wanted.seeds if seed not in known]
    each = _SEEDS_EACH if len(seeds) > _SEEDS_EACH else None
    done = map_parallel(functools.partial(soak.run_seed, wanted), seeds, processes, each)
    with show_count("seeds") as show:
        for count, (place, found) in enumerate(done, 1):
            if keep is not None:
                store.write_seed(keep, wanted, seeds[place], found)
            show(count, len(seeds))
            yield found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "conformance soak", description="Rerun the matrix with the inputs seeded anew."
    )
    add = parser.add_argument
    add("--seeds", type=_parse_seeds, default=tuple(range(10)), help="such as 0-99 (default: 0-9)")
    add(
        "--share",
        type=_parse_share,
        default=1.0,
        help="the share of the cases that each seed looks at",
    )
    add("--subject", action="append", metavar="NAME", help="repeatable; default: all known ones")
    add("-k", metavar="WORDS", help='only claims with these words, such as "conv2d and gradient"')
    add("-n", type=positive_int, default=1, metavar="PROCESSES", help="default: 1")
    add(
        "--keep",
        type=existing_folder,
        metavar="DIR",
        help="keep each seed there, and go on from there",
    )
    add("--docs", type=folder_to_write(_PAGE), metavar="DIR", help=f"write DIR/{_PAGE}")
    add("--report-json", type=file_to_write, metavar="FILE", help="write all distributions to FILE")
    return parser


def _parse_seeds(text: str) -> tuple[int, ...]:
    first, _, last = text.partition("-")
    if not first.isdigit() or (last and not last.isdigit()):
        raise argparse.ArgumentTypeError(f"must be a number or a range such as 0-99; got {text!r}")
    seeds = tuple(range(int(first), int(last or first) + 1))
    if not seeds:
        raise argparse.ArgumentTypeError(f"must be a range that is not empty; got {text!r}")
    return seeds


def _parse_share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = 0.0
    if not 0.0 < share <= 1.0:
        raise argparse.ArgumentTypeError(f"must be above 0 and at most 1; got {text!r}")
    return share
