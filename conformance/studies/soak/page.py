"""The results of a soak as a page: how far below the limit healthy subjects stay."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from conformance.judging.verdict import Verdict
from conformance.oracle.bounds import LIMIT
from conformance.report.markdown import format_console, format_origin, format_table
from conformance.studies.soak.run import COMPILED_EVERY, Distribution, SoakPlan, SoakResults

_EDGES = (0.0, 0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, LIMIT)


def render_page(
    found: SoakResults, wanted: SoakPlan, command: str, versions: Mapping[str, str | None]
) -> str:
    """
    Write what was found as Markdown.

    Parameters
    ----------
    found : SoakResults
        All parts together.
    wanted : SoakPlan
        What was looked at.
    command : str
        The command that was given.
    versions : mapping
        Package -> version.

    Returns
    -------
    str
    """
    shown = ", ".join(
        f"{name} {version}" for name, version in versions.items() if version and name != "platform"
    )
    seeds = f"{wanted.seeds[0]} to {wanted.seeds[-1]}" if len(wanted.seeds) > 1 else "0"
    blocks = [
        "# The soak: many inputs, and no false alarm",
        format_origin(command),
        f"The seeds {seeds}, each with {_format_share(wanted)}:"
        f" {found.checked:,} claims were judged whose numbers depend on the inputs"
        f" (every {COMPILED_EVERY}th seed alone looks at what Keras compiles anew at each call:"
        f" convolutions in groups, and those of three axes with the channels first)."
        f" **{len(found.alarms)} false alarms**: so many claims of a healthy subject came out above"
        f" the limit K = {LIMIT:g}, or raised. {found.verdicts[Verdict.EXPECTED]:,} were recorded"
        f" deviations, {found.verdicts[Verdict.STALE]:,} recorded deviations that these inputs did"
        f" not excite, and {found.covered:,} passed that are on record for other data: how large"
        f" such a deviation is depends on the numbers, so they are not among what follows."
        f" Versions: {shown}.",
        format_console(command),
        "## The distribution of K",
        "Among what passed: how many claims have a K in each range.",
        _histogram_table(found, wanted.subjects),
        "## By dtype",
        "Each cell: the largest K, and the K that 99.9 % of the claims do not exceed.",
        _quantile_table(found, "dtype", wanted.subjects),
        "## By layer and aspect",
    ]
    aspects = dict.fromkeys(cell.aspect for cell in found.spreads)
    for aspect in aspects:
        part = SoakResults(
            {cell: each for cell, each in found.spreads.items() if cell.aspect == aspect}
        )
        blocks += [f"### {aspect}", _quantile_table(part, "layer", ())]
    blocks += ["## The largest K of each subject", _worst_table(found)]
    return "\n\n".join(blocks) + "\n"


def _format_share(wanted: SoakPlan) -> str:
    if wanted.share == 1.0:
        return "all cases"
    return f"{wanted.share * 100:g} % of the cases (drawn anew for each seed)"


def to_json(found: SoakResults, wanted: SoakPlan) -> dict[str, Any]:
    """
    Return what was found as plain JSON values.

    Parameters
    ----------
    found : SoakResults
        All parts together.
    wanted : SoakPlan
        What was looked at.

    Returns
    -------
    dict
    """
    return {
        "seeds": list(wanted.seeds),
        "share": wanted.share,
        "limit": LIMIT,
        "checked": found.checked,
        "covered": found.covered,
        "verdicts": {verdict.value: n for verdict, n in sorted(found.verdicts.items())},
        "alarms": [{"seed": seed, **record.to_json()} for seed, record in found.alarms],
        "spreads": [
            {
                **cell._asdict(),
                "claims": spread.counts.total(),
                "worst": spread.worst,
                "where": spread.where,
                "quantile_999": spread.quantile(0.999),
                "histogram": [n for _, n in _count_ranges(spread)],
            }
            for cell, spread in sorted(found.spreads.items())
        ],
    }


def _count_ranges(spread: Distribution) -> list[tuple[str, int]]:
    """Count K in ranges that are closed above; the first holds those that are exactly 0."""
    ranges = [("0", spread.counts[0])]
    for low, high in itertools.pairwise(_EDGES):
        count = sum(n for step, n in spread.counts.items() if low * 100 < step <= high * 100)
        ranges.append((f"{low:g} to {high:g}", count))
    return ranges


def _subjects_in_order(found: SoakResults, subjects: Sequence[str]) -> list[str]:
    occurring = dict.fromkeys(sorted(cell.subject for cell in found.spreads))
    return [
        *(name for name in subjects if name in occurring),
        *(name for name in occurring if name not in subjects),
    ]


def _histogram_table(found: SoakResults, subjects: Sequence[str]) -> str:
    columns = _subjects_in_order(found, subjects)
    counted = [dict(_count_ranges(found.over(subject=name))) for name in columns]
    rows = [[label, *(f"{each[label]:,}" for each in counted)] for label in counted[0]]
    return format_table(["K", *columns], rows)


def _quantile_table(found: SoakResults, coordinate: str, subjects: Sequence[str]) -> str:
    columns = _subjects_in_order(found, subjects)
    rows = []
    for value in dict.fromkeys(getattr(cell, coordinate) for cell in found.spreads):
        cells = (found.over(subject=name, **{coordinate: value}) for name in columns)
        rows.append([value, *map(_format_cell, cells)])
    return format_table([coordinate, *columns], rows)


def _format_cell(spread: Distribution) -> str:
    return f"{spread.worst:.2f} / {spread.quantile(0.999):.2f}" if spread.counts else ""


def _worst_table(found: SoakResults) -> str:
    rows = []
    for name in dict.fromkeys(cell.subject for cell in found.spreads):
        spread = found.over(subject=name)
        rows.append([name, f"{spread.worst:.2f}", f"`{spread.where}`"])
    return format_table(["subject", "K", "where"], rows)
