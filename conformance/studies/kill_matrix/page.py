"""The kill matrix for a reader: what fell short, a table, a page, and JSON."""

from __future__ import annotations

import math
import textwrap
from collections import Counter
from collections.abc import Iterator
from typing import Any

from conformance.judging.selection import ASPECTS
from conformance.oracle.bounds import LIMIT
from conformance.programs import all_cases
from conformance.report.markdown import format_table
from conformance.spec.regimes import REGIMES
from conformance.studies.kill_matrix.coverage import all_rows
from conformance.studies.kill_matrix.run import KillMatrix, MutantResult
from conformance.studies.kill_matrix.waivers import MARGIN, MARGINS, ROWS

COMMAND = "conformance kill-matrix --docs docs/"

_HIGHER_LIMITS = (8.0, 16.0, 32.0, 64.0, 128.0, 1024.0)


def only_killers(matrix: KillMatrix) -> dict[str, int]:
    """Count, for each row of the tables, the mutants that no other row kills.

    Parameters
    ----------
    matrix : KillMatrix
        A run of all mutants.

    Returns
    -------
    dict
    """
    killers = [{kill.row for kill in result.kills} for result in matrix.results]
    alone = Counter(next(iter(rows)) for rows in killers if len(rows) == 1)
    return {row: alone[row] for row in all_rows()}


def idle_aspects(matrix: KillMatrix) -> list[str]:
    """List the aspects that kill nothing.

    Parameters
    ----------
    matrix : KillMatrix
        A run of all mutants.

    Returns
    -------
    list of str
    """
    busy = {aspect for result in matrix.results for aspect in result.aspects}
    return [aspect for aspect in ASPECTS if aspect not in busy]


def idle_regimes(matrix: KillMatrix) -> list[str]:
    """List the regimes of inputs that kill nothing.

    Parameters
    ----------
    matrix : KillMatrix
        A run of all mutants.

    Returns
    -------
    list of str
    """
    busy = {kill.regime for result in matrix.results for kill in result.kills}
    drawn = dict.fromkeys(case.regime for case in all_cases())
    return [regime for regime in drawn if regime not in busy]


def shortcomings(matrix: KillMatrix, *, whole: bool = True) -> Iterator[str]:
    """Say what makes a run fail, one sentence for each thing.

    Parameters
    ----------
    matrix : KillMatrix
        What came of a run.
    whole : bool
        Whether all mutants were run; only then anything is said of rows and aspects.

    Yields
    ------
    str
    """
    for claim in matrix.rejected:
        yield f"a healthy subject is rejected: {claim}"
    for result in matrix.results:
        for target in result.uncalled:
            yield f"nothing calls the patched {target}: {result.mutant.id}"
        name, waived = result.mutant.id, result.mutant.id in MARGINS
        if not result.kills:
            yield f"survives: {name}"
        elif result.mutant.aspect not in result.aspects:
            yield f"not seen by its aspect, {result.mutant.aspect}: {name}"
        elif result.margin < MARGIN and not waived:
            yield f"margin {result.margin:.3g} is below {MARGIN:g}, with no reason given: {name}"
        elif result.margin >= MARGIN and waived:
            yield f"margin {result.margin:.3g} needs no waiver any more: {name}"
    if not whole:
        return
    for row, alone in only_killers(matrix).items():
        if not alone and row not in ROWS:
            yield f"kills nothing that another row does not kill: {row}"
        elif alone and row in ROWS:
            yield f"needs no justification any more: {row}"
    for aspect in idle_aspects(matrix):
        yield f"the aspect {aspect} kills nothing"
    for regime in idle_regimes(matrix):
        yield f"the regime {regime} kills nothing"
    unknown = set(MARGINS) - {result.mutant.id for result in matrix.results}
    for name in sorted(unknown | (set(ROWS) - set(all_rows()))):
        yield f"a waiver for what does not exist: {name}"


def summary(matrix: KillMatrix) -> str:
    """Say in a sentence or two what came of a run.

    Parameters
    ----------
    matrix : KillMatrix
        What came of a run.

    Returns
    -------
    str
    """
    killed = [result for result in matrix.results if result.kills]
    wide = sum(result.margin >= MARGIN for result in killed)
    names = len({result.mutant.name for result in matrix.results})
    return (
        f"{len(killed)} of {len(matrix.results)} mutants are killed ({names} different mistakes),"
        f" {wide} of them with a margin of {MARGIN:g} or more;"
        f" {len(matrix.rejected)} of {matrix.claims:,} claims reject a healthy subject."
    )


def cells(result: MutantResult) -> tuple[str, ...]:
    """The columns that say how a mutant is killed.

    Parameters
    ----------
    result : MutantResult
        One mutant's.

    Returns
    -------
    tuple of str
        Killing cases, first killing aspect, K and margin.
    """
    if not result.kills:
        return ("0", "survives", "–", "–")
    return (str(result.cases), result.aspects[0], _short(result.k), _short(result.margin))


def _short(number: float) -> str:
    return "∞" if math.isinf(number) else f"{number:.3g}"


def page(matrix: KillMatrix) -> str:
    """Write the page `docs/kill-matrix.md`.

    Parameters
    ----------
    matrix : KillMatrix
        A run of all mutants.

    Returns
    -------
    str
        Markdown.
    """
    blocks = [
        "# Kill matrix",
        f"<!-- Written by `{COMMAND}`: change the data, not this page. -->",
        _fill(
            "What would the matrix have caught? Each line below is refimpl with one mistake, run"
            " through the same protocol as any foreign subject over every claim of its layer. A"
            " mutant is killed by a claim that fails it and passes the healthy subject."
        ),
        "```console\npython -m conformance kill-matrix -n 2\n```",
        f"**{summary(matrix)}**",
        _fill(
            "*Cases* counts the cases that kill it, *aspect* is the first aspect that does, *K* the"
            " largest error in units of the bound, and *margin* that divided by the limit,"
            f" {LIMIT:g}: how much weaker the mistake could be and still be seen. ∞ stands for a"
            " missed equality (small integers, shapes, names, dtypes) or a NaN. The mutants are"
            " data, in `conformance/layers/*/mutants.py`, a table for each family of layers."
        ),
        "## Mutants",
        format_table(
            ("layer", "mutant", "of", "what is wrong", "cases", "aspect", "K", "margin"),
            (
                (
                    f"`{each.mutant.layer}`",
                    each.mutant.name,
                    f"`{each.mutant.subject}`",
                    _describe(each),
                    *cells(each),
                )
                for each in matrix.results
            ),
        ),
        "## Other limits",
        _fill(
            f"What if the limit were not {LIMIT:g}? A mutant is killed as long as its K is above"
            " it. What a lower one would cost, [the soak](soak.md) says."
        ),
        format_table(("limit", "killed", "lost, from the one before"), _limits(matrix)),
        "## Aspects",
        _fill("How many mutants each aspect kills: every check has something that it catches."),
        format_table(("aspect", "mutants killed"), _aspects(matrix)),
        "## Regimes",
        _fill(
            "What kind of numbers the inputs are decides what can be seen. How many mutants each"
            " regime kills, and how many of them no other regime does."
        ),
        format_table(("regime", "what it is for", "killed", "by no other"), _regimes(matrix)),
        "## Rows of the tables",
        _fill(
            "A row is one layer of one table of cases. How many mutants it kills, and how many of"
            " them no other row kills: a row without such a mutant would not be missed."
        ),
        format_table(("row", "killed", "by no other"), _rows(matrix)),
    ]
    return "\n\n".join(blocks) + "\n"


def _describe(result: MutantResult) -> str:
    description, reason = result.mutant.description, MARGINS.get(result.mutant.id)
    return description if reason is None else f"{description} *{reason}*"


def _limits(matrix: KillMatrix) -> Iterator[tuple[str, str, str]]:
    before = 0.0
    for limit in (LIMIT, *_HIGHER_LIMITS):
        lost = [each.mutant for each in matrix.results if before < each.k <= limit]
        killed = sum(each.k > limit for each in matrix.results)
        yield f"{limit:,g}", str(killed), ", ".join(f"{m.layer}: {m.name}" for m in lost) or "none"
        before = limit


def _aspects(matrix: KillMatrix) -> Iterator[tuple[str, str]]:
    counts = Counter(aspect for result in matrix.results for aspect in result.aspects)
    for aspect in ASPECTS:
        yield aspect, str(counts[aspect])


def _regimes(matrix: KillMatrix) -> Iterator[tuple[str, str, str, str]]:
    killers = [{kill.regime for kill in result.kills} for result in matrix.results]
    killed = Counter(regime for regimes in killers for regime in regimes)
    alone = Counter(next(iter(regimes)) for regimes in killers if len(regimes) == 1)
    for regime, sentence in REGIMES.items():
        if regime in killed:
            yield f"`{regime}`", sentence, str(killed[regime]), str(alone[regime])


def _rows(matrix: KillMatrix) -> Iterator[tuple[str, str, str]]:
    killed = Counter(row for each in matrix.results for row in {kill.row for kill in each.kills})
    for row, alone in only_killers(matrix).items():
        reason = f" ({ROWS[row]})" if row in ROWS else ""
        yield f"`{row}`", str(killed[row]), f"{alone}{reason}"


def _fill(text: str) -> str:
    return textwrap.fill(text, 100, break_long_words=False, break_on_hyphens=False)


def to_json(matrix: KillMatrix) -> dict[str, Any]:
    """Put a run into plain JSON values; an infinite K becomes ``"inf"``.

    Parameters
    ----------
    matrix : KillMatrix
        What came of a run.

    Returns
    -------
    dict
    """
    return {
        "limit": LIMIT,
        "claims": matrix.claims,
        "rejected": list(matrix.rejected),
        "mutants": [
            {
                "name": each.mutant.id,
                "sin": each.mutant.description,
                "layer": each.mutant.layer,
                "subject": each.mutant.subject,
                "killed_by": len(each.kills),
                "cases": each.cases,
                "first": each.kills[0].claim if each.kills else None,
                "aspect": each.aspects[0] if each.kills else None,
                "aspects": list(each.aspects),
                "k": _number(each.k) if each.kills else None,
                "margin": _number(each.margin) if each.kills else None,
                "excuse": MARGINS.get(each.mutant.id),
            }
            for each in matrix.results
        ],
        "rows": only_killers(matrix),
    }


def _number(value: float) -> float | str:
    return value if math.isfinite(value) else "inf"
