"""The survey's page, made from reports and from the files that explain failures."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from urllib.parse import quote

from conformance.judging.verdict import Record, Verdict
from conformance.report.markdown import (
    escape_text,
    format_code,
    format_origin,
    format_table,
)
from conformance.report.summary import Report
from conformance.studies.survey.implementation import Implementation
from conformance.studies.survey.results import ExplainedFailure, SurveyColumn

# The folder of the capsules, beside the page.
CAPSULES = "survey"

_TITLES = {"bug": "Bugs", "difference": "Documented differences"}
_SENTENCES = {
    "bug": "The numbers are wrong, or much less exact than the dtype allows, and nothing says that"
    " they shall be. Each was recomputed by hand. The command shows the worst claim; the program"
    " shows it made as small as it gets, with all its numbers.",
    "difference": "It does what its documentation or its code says, and that is something else than"
    " the definition that the claim holds it to.",
}
_INTRODUCTION = """\
Implementations of these layers that nobody here wrote, from the package registries, judged like any
subject. `tox run -e survey` installs them in an environment of their own (`constraints-survey.txt`
pins them), judges each in a process of its own and writes this page. An adapter is a page or two of
code in `examples/subjects`; which claims are looked at, and why each failure fails, stands there as
data (`survey.toml` and `findings/`).

A cell holds *passed/total* and the worst K of all claims, those that fail included; the limit is 4.
K is the distance from the exact value in units of that number's own error bound
([bounds.md](bounds.md)). ✗ marks a cell in which something is explained below as a bug, ~ one with
documented differences only, – what the implementation has not at all. What is unsupported is not in
the total. An explanation is tried, too: one that no longer explains a failure, and a failure
without an explanation, end the run with an error. The ten columns took 17 minutes, two at a time on
two cores that had other work, too; most of that is JAX, which compiles each shape."""


def render_page(
    columns: Sequence[SurveyColumn], command: str, capsules: Container[str] = ()
) -> str:
    """Write the page.

    Parameters
    ----------
    columns : sequence of SurveyColumn
        The implementations, in order.
    command : str
        What writes it.
    capsules : container of str
        The capsules that there are, by the names of their files.

    Returns
    -------
    str
        Markdown.
    """
    blocks = [
        "# A survey of the wild",
        format_origin(command, "change the data, not this page"),
        _INTRODUCTION,
        format_table(
            ("column", "what it is", "versions", "claims (`-k`)"), map(_describe_column, columns)
        ),
        "## Layers × implementations",
        _layer_table(columns),
    ]
    for kind, title in _TITLES.items():
        blocks += [f"## {title}", _SENTENCES[kind]]
        for column in columns:
            blocks += _failure_section(column, kind, capsules)
    blocks += [
        "## Unsupported",
        "What an adapter or a backend says it does not have, in so many claims.",
    ]
    for column in columns:
        blocks += _unsupported_section(column)
    return "\n\n".join(blocks) + "\n"


def _describe_column(column: SurveyColumn) -> tuple[str, ...]:
    it = column.implementation
    file, _, name = it.subject.partition(":")
    return (
        f"`{it.name}`",
        f"{_format_link(it)}, by [{format_code(name)}](../examples/subjects/{quote(file)})",
        ", ".join(f"{name} {version}" for name, version in column.versions.items()),
        format_code(it.select) if it.select else "all",
    )


def _format_link(implementation: Implementation) -> str:
    title = escape_text(implementation.title)
    return f"[{title}]({implementation.link})" if implementation.link else title


def _layer_table(columns: Sequence[SurveyColumn]) -> str:
    together = Report.of(record for column in columns for record in column.report.records)
    rows = []
    for layer in together.layers:
        cells = [_format_cell(column, layer) for column in columns]
        if any(cell != "–" for cell in cells):
            rows.append((escape_text(layer), *cells))
    rows.append(("**all layers**", *(_format_cell(column, None) for column in columns)))
    return format_table(("layer", *(f"`{column.implementation.name}`" for column in columns)), rows)


def _format_cell(column: SurveyColumn, layer: str | None) -> str:
    """Sum up a layer, or all of them, as ``✗ 41/43 2e6``."""
    records = [
        record
        for record in column.report.records
        if layer in (None, record.layer) and not _lacks(column, record)
    ]
    if not records:
        return "–"
    passed = sum(record.verdict is Verdict.PASS for record in records)
    red = [record.divergence or "" for record in records if record.verdict is not Verdict.PASS]
    kinds = {column.sentences.get(sentence, "bug") for sentence in red}
    mark = "✗" if "bug" in kinds else "~" if kinds else "✓"
    return f"{mark} {passed}/{len(records)} {_format_worst(records)}"


def _lacks(column: SurveyColumn, record: Record) -> bool:
    """Whether the implementation does not have it, or the dialect itself refuses it."""
    return record.verdict is Verdict.UNSUPPORTED or (
        record.verdict is Verdict.EXPECTED and record.divergence not in column.sentences
    )


def _format_worst(records: Iterable[Record]) -> str:
    found = [record.k for record in records if record.k is not None]
    worst = max((math.inf if math.isnan(k) else k for k in found), default=None)
    if worst is None:
        return ""
    if worst == 0 or math.isinf(worst):
        return "∞" if worst else "0"
    return (
        f"{worst:.2f}"
        if 0.005 <= worst < 100
        else f"{worst:.0e}".replace("e+0", "e").replace("e+", "e")
    )


def _failure_section(column: SurveyColumn, kind: str, capsules: Container[str]) -> list[str]:
    found = column.findings(kind)
    if not found:
        return []
    lines = "\n".join(_describe_failure(each, capsules) for each in found)
    return [f"### {column.implementation.name}", lines]


def _describe_failure(finding: ExplainedFailure, capsules: Container[str]) -> str:
    """Describe a failure: the sentence, the claims, the worst K and the command."""
    text, records = escape_text(finding.sentence.partition(": ")[2]), finding.records
    layers = escape_text(", ".join(Report.of(records).layers))
    aspects = escape_text(", ".join(sorted({record.aspect for record in records})))
    size = "it raises" if finding.worst.k is None else f"worst K {_format_worst([finding.worst])}"
    claims = "1 claim" if len(records) == 1 else f"{len(records)} claims"
    name, shown = finding.capsule, ""
    if finding.sentence.startswith("bug") and name in capsules:
        shown = f" As a program: [{name}]({CAPSULES}/{name})."
    command = format_code(finding.rerun)
    return f"- {text}  \n  *{layers}: {aspects}; {claims}, {size}.*{shown}  \n  {command}"


def _unsupported_section(column: SurveyColumn) -> list[str]:
    found = Counter(
        (record.divergence or record.message).split("\n")[0]
        for record in column.report.records
        if _lacks(column, record)
    )
    if not found:
        return []
    ordered = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
    lines = [f"- {count}: {escape_text(sentence)}" for sentence, count in ordered]
    return [f"### {column.implementation.name}", "\n".join(lines)]
