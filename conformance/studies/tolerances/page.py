"""The results of the rules side by side, as a page and as JSON values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from conformance.report.markdown import format_console, format_list, format_table
from conformance.report.markdown import join_blocks as joined
from conformance.spec.mutant import MISTAKE_KINDS, Mutant
from conformance.studies.kill_matrix.run import MUTANTS
from conformance.studies.tolerances.results import ToleranceResults
from conformance.studies.tolerances.rules import OURS, RULES

_PROSE = Path(__file__).with_name("prose.md")
_COMMAND = "conformance tolerances --docs docs/"
_NAMES = tuple(rule.name for rule in RULES)
# So loose that a line for each mutant that it misses would say little.
_LOOSE = "array-api-tests"
_BREAKDOWNS = {
    "regime": "By the kind of numbers",
    "dtype": "By dtype",
    "aspect": "By aspect",
    "subject": "By subject",
}


def render_page(found: ToleranceResults) -> str:
    """Write the page `docs/tolerances.md`.

    Parameters
    ----------
    found : ToleranceResults
        A run of all layers.

    Returns
    -------
    str
        Markdown.
    """
    introduction, how_compared, *choices = _read_prose()
    blocks = [
        "# Derived bounds and fixed tolerances",
        f"<!-- Written by `{_COMMAND}`: change the data, not this page. -->",
        introduction,
        format_console("python -m conformance tolerances -n 2"),
        _overview_table(found),
        _count_sentence(found),
        how_compared,
        format_list(choices),
        "## The rules",
        format_table(
            ("rule", "what it says", "where"),
            ((each.name, each.says, each.source) for each in RULES),
        ),
        "## Healthy arrays that are rejected",
        "Each cell: how many are rejected, of how many that are judged.",
    ]
    for coordinate, title in _BREAKDOWNS.items():
        blocks += [f"### {title}", _breakdown_table(found, coordinate)]
    blocks += [
        "### Examples",
        "For each kind of numbers the first array that a rule rejects, and of the elements that it"
        " rejects the one that is off most. K is the array's: up to 4 is healthy.",
        format_table(
            ("rule", "claim", "array", "got", "exact, rounded", "K"), _example_rows(found)
        ),
        "## Mutants that are caught",
        "Each cell: how many are caught, of how many that the rule speaks about.",
        _by_kind(found),
        "### Missed",
        f"The mutants that some rule lets through; {_LOOSE}, which lets most of the small mistakes"
        " through, counts in the table above only. ✓ caught, ✗ let through, (✗) rejected only where"
        " the healthy subject is, too, – the rule does not speak about it.",
        _missed_table(found),
    ]
    return joined(blocks)


def summarise(found: ToleranceResults) -> Iterator[str]:
    """Summarise a run in a line for each rule.

    Parameters
    ----------
    found : ToleranceResults
        What a run found.

    Yields
    ------
    str
    """
    for name in _NAMES:
        judged, rejected = found.healthy.counts(name, recorded=False)
        of, caught, _ = found.mutants(name, found.fates)
        yield (
            f"{name:16} rejects {rejected:6,} of {judged:7,} healthy arrays,"
            f" catches {caught:3} of {of:3} mutants"
        )


def _read_prose() -> list[str]:
    """Return the paragraphs of prose.md, each in one line."""
    return [" ".join(each.split()) for each in _PROSE.read_text("utf-8").split("\n\n")]


def _overview_table(found: ToleranceResults) -> str:
    head = ("rule", "healthy arrays", "rejected", "on record", "rejected", "mutants", "caught")
    return format_table((*head, "rejects any"), map(_rule_row, [found] * len(_NAMES), _NAMES))


def _rule_row(found: ToleranceResults, name: str) -> tuple[str, ...]:
    judged, rejected = found.healthy.counts(name, recorded=False)
    recorded, seen = found.healthy.counts(name, recorded=True)
    of, caught, any_at_all = found.mutants(name, found.fates)
    share = f" ({rejected / judged:.2%})" if rejected else ""
    return (
        f"**{name}**" if name == OURS.name else name,
        f"{judged:,}",
        f"{rejected:,}{share}",
        f"{recorded:,}",
        f"{seen:,}",
        f"{of}",
        f"{caught}",
        f"{any_at_all}",
    )


def _count_sentence(found: ToleranceResults) -> str:
    others = found.others.total()
    same = len(found.fates) - len(found.numeric)
    aspects = ", ".join(f"{aspect} {count}" for aspect, count in found.others.most_common())
    return (
        f"{found.healthy.claims:,} claims about healthy subjects, and {len(found.numeric)} of"
        f" {others + len(found.fates)} mutants: {others} are left out for all rules because their"
        f" mistake is no matter of these numbers ({aspects}), and {same} because every number of"
        " theirs is the healthy subject's."
    )


def _breakdown_table(found: ToleranceResults, coordinate: str) -> str:
    totals: dict[tuple[str, str], list[int]] = {}
    for place, counter in enumerate((found.healthy.judged, found.healthy.rejected)):
        for cell, count in counter.items():
            if not cell.recorded:
                key = getattr(cell, coordinate), cell.rule
                totals.setdefault(key, [0, 0])[place] += count
    values = sorted({value for value, _ in totals})  # in whatever order the parts were done
    return format_table(
        (coordinate, *_NAMES),
        (
            (value, *(_format_share(totals.get((value, name))) for name in _NAMES))
            for value in values
        ),
    )


def _format_share(counts: Iterable[int] | None) -> str:
    judged, rejected = counts or (0, 0)
    return f"{rejected:,}/{judged:,}" if judged else "–"


def _example_rows(found: ToleranceResults) -> Iterator[tuple[str, ...]]:
    for name in _NAMES:
        for (rule, _), each in sorted(found.healthy.examples.items()):
            if rule == name:
                numbers = (f"{each.got:.9g}", f"{each.reference:.9g}", f"{each.k:.2g}")
                yield name, f"`{each.claim}`", each.what, *numbers


def _by_kind(found: ToleranceResults) -> str:
    rows = []
    kinds = [(kind, [each for each in MUTANTS if each.kind == kind]) for kind in MISTAKE_KINDS]
    for kind, mutants in (*kinds, ("**all**", MUTANTS)):
        counts = [found.mutants(name, mutants) for name in _NAMES]
        if counts[0][0]:
            rows.append((kind, *(f"{caught}/{of}" if of else "–" for of, caught, _ in counts)))
    return format_table(("kind of mistake", *_NAMES), rows)


def _missed_table(found: ToleranceResults) -> str:
    names = [name for name in _NAMES if name != _LOOSE]
    rows = [
        (f"`{mutant.layer}`", mutant.name, f"`{mutant.subject}`", *marks)
        for mutant in found.numeric
        if {"✗", "(✗)"} & set(marks := [_mark_of(found, mutant, name) for name in names])
    ]
    return format_table(("layer", "mutant", "of", *names), rows)


def _mark_of(found: ToleranceResults, mutant: Mutant, name: str) -> str:
    fate = found.fates[mutant]
    if name not in fate.judged:
        return "–"
    if name in fate.caught:
        return "✓"
    return "(✗)" if name in fate.rejected else "✗"


def to_json(found: ToleranceResults) -> Mapping[str, Any]:
    """Return what was found as plain JSON values.

    Parameters
    ----------
    found : ToleranceResults
        What a run found.

    Returns
    -------
    dict
    """
    return {
        "rules": [{"name": each.name, "says": each.says, "source": each.source} for each in RULES],
        "claims": found.healthy.claims,
        "healthy": [
            {**cell._asdict(), "judged": count, "rejected": found.healthy.rejected[cell]}
            for cell, count in sorted(found.healthy.judged.items())
        ],
        "examples": [
            {"rule": rule, "regime": regime, **{k: str(v) for k, v in each._asdict().items()}}
            for (rule, regime), each in sorted(found.healthy.examples.items())
        ],
        "mutants": [
            {
                "name": mutant.id,
                "sin": mutant.description,
                "differs": fate.differs,
                "judged": sorted(fate.judged),
                "rejected": sorted(fate.rejected),
                "caught": dict(sorted(fate.caught.items())),
            }
            for mutant, fate in found.fates.items()
        ],
        "left_out": dict(found.others),
    }
