"""Pages of the documents that are generated from data, so that they agree with it.

``python -m conformance.studies.docs_pages docs/`` writes the chapter's claims and the recorded
divergences; with ``--json FILE``, the report of a run, it draws the matrix, too.
"""

from __future__ import annotations

import argparse
import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from conformance.judging.divergences import DIVERGENCES
from conformance.layers.dialects import DIALECTS
from conformance.layers.registry import layer_cases
from conformance.programs import all_cases
from conformance.programs.chapter import STATEMENTS, Statement
from conformance.programs.chapter import programs as chapter_programs
from conformance.report.markdown import format_console, format_table, join_blocks
from conformance.report.reading import read_report
from conformance.report.summary import Report
from conformance.spec.call import Unsupported
from conformance.spec.divergence import Divergence
from conformance.spec.text import message_of
from conformance.subjects.loading import SUBJECTS
from conformance.tools.output import folder_to_write, save_files

_COMMAND = "python -m conformance.studies.docs_pages docs/"
_PICTURE = "matrix.svg"
_NOTE = f"<!-- Written by `{_COMMAND}`: change the data, not this page. -->"
_FRAMEWORKS = {"torch": "PyTorch", "tf": "TensorFlow"}
_SECTIONS = {
    "0": "Functions and classes",
    "1": "Convolution",
    "2": "Pooling",
    "3": "Linear",
    "4": "Batch normalisation",
    "5": "Dropout",
    "6": "Activations",
    "7": "Loss",
    "8": "The chapter as one program",
}
_KINDS = {"raises": "refuses", "differs": "answers otherwise", "either": "refuses or differs"}


def render_chapter() -> str:
    """
    List the chapter's claims, each with the case that covers it.

    Returns
    -------
    str
        Markdown.
    """
    ids = {program.content.number: program.id for program in chapter_programs()}
    first = STATEMENTS[0]
    blocks = [
        "# The chapter, claim by claim",
        _NOTE,
        "The project follows one tutorial chapter, which sets PyTorch's basic layers beside"
        " TensorFlow's. It says things that can be checked. Here is each, restated for today's"
        " versions, with the case that checks it. A case is run on the real framework and on"
        " refimpl's dialect of it.",
        format_console(
            "python -m conformance -k chapter",
            f'python -m conformance -k "chapter and {first.name}"',
            f"python -m conformance --subject torch --claim {ids[first.number]}-torch-told",
        ),
        "The claims are data (`conformance/programs/chapter.py`), and each has a check of its own"
        " (`conformance/checks/chapter/`). Beside them every layer has its table of cases, which"
        " goes through all its options; `python -m conformance --collect-only -q` lists them.",
    ]
    for section, title in _SECTIONS.items():
        statements = [each for each in STATEMENTS if each.number.split(".")[0] == section]
        blocks += [f"## {section}. {title}", _statement_table(statements, ids)]
    return join_blocks(blocks)


def _statement_table(statements: Sequence[Statement], ids: Mapping[str, str]) -> str:
    return format_table(
        ("claim", "what it says", "about", "case"),
        (
            (
                each.number,
                each.sentence,
                ", ".join(_FRAMEWORKS[dialect] for dialect in each.dialects),
                f"`{ids[each.number]}`",
            )
            for each in statements
        ),
    )


def render_divergences() -> str:
    """
    List the recorded divergences and limitations, and the cases that a dialect cannot express.

    Returns
    -------
    str
        Markdown.
    """
    groups: dict[tuple[str, ...], list[Divergence]] = {}
    for each in DIVERGENCES:
        groups.setdefault(each.subjects, []).append(each)
    blocks = [
        "# Recorded divergences and limitations",
        _NOTE,
        "What a subject lacks or does differently is recorded once, with a sentence and a reason,"
        " in the `divergences.py` of its family in `conformance/layers/`. A claim that shows a"
        " recorded deviation is `expected`. A deviation that is not recorded is a `fail`. A"
        " recorded one that no longer happens is `stale`, which fails the run as well. So this list"
        " is neither too short nor too long for the versions that are pinned.",
        "*Refuses* means that the subject raises, *answers otherwise* that its numbers, shapes or"
        " dtypes are not what the oracle says. A record often speaks about some cases of a layer"
        " only: the data file says which.",
    ]
    for subjects in sorted(groups, key=_column_order):
        blocks += [f"## {_join_patterns(subjects)}", _record_table(groups[subjects])]
    blocks += [
        "## Not in the dialect's words",
        "A dialect has no words for some cases: there is no such argument. Its subjects are not"
        " asked, and the claim is `unsupported`.",
        format_table(("dialect", "layers", "why"), _untranslated_cases()),
    ]
    return join_blocks(blocks)


def _column_order(subjects: tuple[str, ...]) -> list[int]:
    return [SUBJECTS.index(name) if name in SUBJECTS else len(SUBJECTS) for name in subjects]


def _record_table(records: Iterable[Divergence]) -> str:
    return format_table(
        ("layers", "forms", "aspects", "what", "", "why"),
        (
            (
                _join_patterns(each.layers),
                _join_patterns(each.forms),
                _join_patterns(each.aspects),
                each.sentence,
                _KINDS[each.kind],
                each.reason,
            )
            for each in records
        ),
    )


def _join_patterns(patterns: Iterable[str]) -> str:
    return ", ".join("all" if pattern == "*" else f"`{pattern}`" for pattern in patterns)


def _untranslated_cases() -> list[tuple[str, str, str]]:
    layers: dict[tuple[str, str], set[str]] = {}
    for name, dialect in DIALECTS.items():
        for case in layer_cases():
            for form in dialect.forms[case.layer]:
                try:
                    dialect.translate(case, form)
                except Unsupported as answer:
                    layers.setdefault((name, str(answer)), set()).add(case.layer)
    rows = [
        (dialect, sorted(found, key=_layer_order), why) for (dialect, why), found in layers.items()
    ]
    rows.sort(key=lambda row: (row[0] != "torch", _layer_order(row[1][0]), row[2]))
    return [(_FRAMEWORKS[dialect], _join_patterns(found), why) for dialect, found, why in rows]


def _layer_order(layer: str) -> tuple[int, str]:
    """Return the rank of a layer in the matrix: the dimensions of one layer come together."""
    families = [re.sub(r"\dd$", "", each) for each in _layer_names()]
    return families.index(re.sub(r"\dd$", "", layer)), layer


@functools.cache
def _layer_names() -> tuple[str, ...]:
    return tuple(dict.fromkeys(case.layer for case in all_cases()))


WRITERS = {"chapter.md": render_chapter, "divergences.md": render_divergences}


def order_report(report: Report) -> Report:
    """
    Put a report that was read back in order.

    Parameters
    ----------
    report : Report
        The report.

    Returns
    -------
    Report
        Its rows and columns in the order of the tables and of the subjects.
    """
    return Report.of(
        report.records,
        planned=report.planned,
        checked=report.checked,
        subjects=SUBJECTS,
        layers=_layer_names(),
        ended=report.ended,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Write the documents.

    Parameters
    ----------
    arguments : sequence of str, optional
        What stands on the command line after the program's name.

    Returns
    -------
    int
        The exit status.
    """
    parser = argparse.ArgumentParser(prog="python -m conformance.studies.docs_pages")
    parser.add_argument(
        "folder",
        type=folder_to_write(*WRITERS, _PICTURE),
        help="where the documents stand: docs/",
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="report of a run, to draw the matrix from"
    )
    options = parser.parse_args(arguments)
    files = {options.folder / name: write() for name, write in WRITERS.items()}
    if options.json is not None:
        from conformance.report.svg import to_svg

        try:
            report, _ = read_report(options.json)
        except ValueError as error:
            parser.error(message_of(error))
        files[options.folder / _PICTURE] = to_svg(order_report(report))
    return 0 if save_files(parser.prog, files) else 1


if __name__ == "__main__":
    raise SystemExit(main())
