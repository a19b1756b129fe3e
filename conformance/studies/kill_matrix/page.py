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
from conformance.studies.kill_matrix.run import Found, Outcome
from conformance.studies.kill_matrix.waivers import MARGIN, MARGINS, ROWS

COMMAND = "conformance kill-matrix --docs docs/"

_HIGHER_LIMITS = (8.0, 16.0, 32.0, 64.0, 128.0, 1024.0)


def only_killers(found: Found) -> dict[str, int]:
    """Count, for each row of the tables, the mutants that no other row kills.

    Parameters
    ----------
    found : Found
        A run of all mutants.

    Returns
    -------
    dict
    """
    killers = [{kill.row for kill in outcome.kills} for outcome in found.outcomes]
    alone = Counter(next(iter(rows)) for rows in killers if len(rows) == 1)
    return {row: alone[row] for row in all_rows()}


def idle_aspects(found: Found) -> list[str]:
    """List the aspects that kill nothing.

    Parameters
    ----------
    found : Found
        A run of all mutants.

    Returns
    -------
    list of str
    """
    busy = {aspect for outcome in found.outcomes for aspect in outcome.aspects}
    return [aspect for aspect in ASPECTS if aspect not in busy]


def idle_regimes(found: Found) -> list[str]:
    """List the regimes of inputs that kill nothing.

    Parameters
    ----------
    found : Found
        A run of all mutants.

    Returns
    -------
    list of str
    """
    busy = {kill.regime for outcome in found.outcomes for kill in outcome.kills}
    drawn = dict.fromkeys(case.regime for case in all_cases())
    return [regime for regime in drawn if regime not in busy]


def shortcomings(found: Found, *, whole: bool = True) -> Iterator[str]:
    """Say what makes a run fail, one sentence for each thing.

    Parameters
    ----------
    found : Found
        What a run found.
    whole : bool
        Whether all mutants were run; only then anything is said of rows and aspects.

    Yields
    ------
    str
    """
    for claim in found.rejected:
        yield f"a healthy subject is rejected: {claim}"
    for outcome in found.outcomes:
        name, excused = outcome.mutant.id, outcome.mutant.id in MARGINS
        if not outcome.kills:
            yield f"survives: {name}"
        elif outcome.mutant.aspect not in outcome.aspects:
            yield f"not seen by its aspect, {outcome.mutant.aspect}: {name}"
        elif outcome.margin < MARGIN and not excused:
            yield f"margin {outcome.margin:.3g} is below {MARGIN:g}, with no reason given: {name}"
        elif outcome.margin >= MARGIN and excused:
            yield f"margin {outcome.margin:.3g} needs no excuse any more: {name}"
    if not whole:
        return
    for row, alone in only_killers(found).items():
        if not alone and row not in ROWS:
            yield f"kills nothing that another row does not kill: {row}"
        elif alone and row in ROWS:
            yield f"needs no justification any more: {row}"
    for aspect in idle_aspects(found):
        yield f"the aspect {aspect} kills nothing"
    for regime in idle_regimes(found):
        yield f"the regime {regime} kills nothing"
    unknown = set(MARGINS) - {outcome.mutant.id for outcome in found.outcomes}
    for name in sorted(unknown | (set(ROWS) - set(all_rows()))):
        yield f"an excuse for what does not exist: {name}"


def summary(found: Found) -> str:
    """Say in a sentence or two what a run found.

    Parameters
    ----------
    found : Found
        What a run found.

    Returns
    -------
    str
    """
    killed = [outcome for outcome in found.outcomes if outcome.kills]
    wide = sum(outcome.margin >= MARGIN for outcome in killed)
    sins = len({outcome.mutant.name for outcome in found.outcomes})
    return (
        f"{len(killed)} of {len(found.outcomes)} mutants are killed ({sins} different mistakes),"
        f" {wide} of them with a margin of {MARGIN:g} or more;"
        f" {len(found.rejected)} of {found.claims:,} claims reject a healthy subject."
    )


def cells(outcome: Outcome) -> tuple[str, ...]:
    """The columns that say how a mutant is killed.

    Parameters
    ----------
    outcome : Outcome
        One mutant's.

    Returns
    -------
    tuple of str
        Killing cases, first killing aspect, K and margin.
    """
    if not outcome.kills:
        return ("0", "survives", "–", "–")
    return (str(outcome.cases), outcome.aspects[0], _short(outcome.k), _short(outcome.margin))


def _short(number: float) -> str:
    return "∞" if math.isinf(number) else f"{number:.3g}"


def page(found: Found) -> str:
    """Write the page `docs/kill-matrix.md`.

    Parameters
    ----------
    found : Found
        A run of all mutants.

    Returns
    -------
    str
        Markdown.
    """
    blocks = [
        "# Kill matrix",
        f"<!-- Written by `{COMMAND}`: change the data, not this page. -->",
        _filled(
            "What would the matrix have caught? Each line below is refimpl with one mistake, run"
            " through the same protocol as any foreign subject over every claim of its layer. A"
            " mutant is killed by a claim that fails it and passes the healthy subject."
        ),
        "```console\npython -m conformance kill-matrix -n 2\n```",
        f"**{summary(found)}**",
        _filled(
            "*Cases* counts the cases that kill it, *aspect* is the first aspect that does, *K* the"
            " largest error in units of the bound, and *margin* that divided by the limit,"
            f" {LIMIT:g}: how much weaker the mistake could be and still be seen. ∞ stands for a"
            " missed equality (small integers, shapes, names, dtypes) or a NaN. The mutants are"
            " data, in `conformance/studies/kill_matrix/mutants/`."
        ),
        "## Mutants",
        format_table(
            ("layer", "mutant", "of", "what is wrong", "cases", "aspect", "K", "margin"),
            (
                (
                    f"`{each.mutant.layer}`",
                    each.mutant.name,
                    f"`{each.mutant.subject}`",
                    _sin(each),
                    *cells(each),
                )
                for each in found.outcomes
            ),
        ),
        "## Other limits",
        _filled(
            f"What if the limit were not {LIMIT:g}? A mutant is killed as long as its K is above"
            " it. What a lower one would cost, [the soak](soak.md) says."
        ),
        format_table(("limit", "killed", "lost, from the one before"), _limits(found)),
        "## Aspects",
        _filled("How many mutants each aspect kills: every check has something that it catches."),
        format_table(("aspect", "mutants killed"), _aspects(found)),
        "## Regimes",
        _filled(
            "What kind of numbers the inputs are decides what can be seen. How many mutants each"
            " regime kills, and how many of them no other regime does."
        ),
        format_table(("regime", "what it is for", "killed", "by no other"), _regimes(found)),
        "## Rows of the tables",
        _filled(
            "A row is one layer of one table of cases. How many mutants it kills, and how many of"
            " them no other row kills: a row without such a mutant would not be missed."
        ),
        format_table(("row", "killed", "by no other"), _rows(found)),
    ]
    return "\n\n".join(blocks) + "\n"


def _sin(outcome: Outcome) -> str:
    excuse = MARGINS.get(outcome.mutant.id)
    return outcome.mutant.sin if excuse is None else f"{outcome.mutant.sin} *{excuse}*"


def _limits(found: Found) -> Iterator[tuple[str, str, str]]:
    before = 0.0
    for limit in (LIMIT, *_HIGHER_LIMITS):
        lost = [each.mutant for each in found.outcomes if before < each.k <= limit]
        killed = sum(each.k > limit for each in found.outcomes)
        yield f"{limit:,g}", str(killed), ", ".join(f"{m.layer}: {m.name}" for m in lost) or "none"
        before = limit


def _aspects(found: Found) -> Iterator[tuple[str, str]]:
    counts = Counter(aspect for outcome in found.outcomes for aspect in outcome.aspects)
    for aspect in ASPECTS:
        yield aspect, str(counts[aspect])


def _regimes(found: Found) -> Iterator[tuple[str, str, str, str]]:
    killers = [{kill.regime for kill in outcome.kills} for outcome in found.outcomes]
    killed = Counter(regime for regimes in killers for regime in regimes)
    alone = Counter(next(iter(regimes)) for regimes in killers if len(regimes) == 1)
    for regime, sentence in REGIMES.items():
        if regime in killed:
            yield f"`{regime}`", sentence, str(killed[regime]), str(alone[regime])


def _rows(found: Found) -> Iterator[tuple[str, str, str]]:
    killed = Counter(row for each in found.outcomes for row in {kill.row for kill in each.kills})
    for row, alone in only_killers(found).items():
        reason = f" ({ROWS[row]})" if row in ROWS else ""
        yield f"`{row}`", str(killed[row]), f"{alone}{reason}"


def _filled(text: str) -> str:
    return textwrap.fill(text, 100, break_long_words=False, break_on_hyphens=False)


def to_json(found: Found) -> dict[str, Any]:
    """Put a run into plain JSON values; an infinite K becomes ``"inf"``.

    Parameters
    ----------
    found : Found
        What a run found.

    Returns
    -------
    dict
    """
    return {
        "limit": LIMIT,
        "claims": found.claims,
        "rejected": list(found.rejected),
        "mutants": [
            {
                "name": each.mutant.id,
                "sin": each.mutant.sin,
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
            for each in found.outcomes
        ],
        "rows": only_killers(found),
    }


def _number(value: float) -> float | str:
    return value if math.isfinite(value) else "inf"
