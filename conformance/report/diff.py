"""The difference of two reports: new failures, fixed ones, and K that grew."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from conformance.judging.verdict import Record, Verdict
from conformance.report.markdown import format_block, format_origin
from conformance.report.summary import Report
from conformance.spec.text import to_line

# A K that grew by more than this is worth a look, though it is still within the limit.
GROWTH = 2.0
_MAX_SHOWN = 20

Change = tuple[Record | None, Record | None]


@dataclass(frozen=True)
class Difference:
    """
    Two reports beside each other.

    Attributes
    ----------
    versions : mapping
        Name -> version before and after, of what is not the same.
    failures, lost, fixed, grown : sequence of (Record or None, Record or None)
        The claim before and after. `failures` fail now, and did not fail or were not judged
        before; `lost` passed before, and now neither pass nor fail; `fixed` failed before, and do
        not now; `grown` passed both times, with a K that is more than `GROWTH` times as large.
    changed : sequence of (Record or None, Record or None)
        All other claims whose verdict is another one, or which are in one report alone.
    same : int
        How many claims have the verdict that they had.
    problems : sequence of str
        Why one of the reports is not a whole run: a sentence for each.
    """

    versions: Mapping[str, tuple[str | None, str | None]]
    failures: Sequence[Change]
    lost: Sequence[Change]
    fixed: Sequence[Change]
    grown: Sequence[Change]
    changed: Sequence[Change]
    same: int
    problems: Sequence[str] = ()

    @property
    def healthy(self) -> bool:
        """Whether the second report is no worse, and both are whole runs."""
        return not (self.failures or self.lost or self.problems)


def compare_reports(
    old: tuple[Report, Mapping[str, str | None]], new: tuple[Report, Mapping[str, str | None]]
) -> Difference:
    """
    Compare two reports.

    Parameters
    ----------
    old, new : tuple of Report and mapping
        As `conformance.report.reading.read_report` gives them: the report, and the versions.

    Returns
    -------
    Difference
    """
    before = {record.key: record for record in old[0].records}
    after = {record.key: record for record in new[0].records}
    groups: dict[str, list[Change]] = {
        name: [] for name in ("failures", "lost", "fixed", "grown", "changed")
    }
    same = 0
    for key in sorted(before.keys() | after.keys()):
        pair = before.get(key), after.get(key)
        group = _group_of(*pair)
        if group is None:
            same += 1
        else:
            groups[group].append(pair)
            same += group == "grown"
    names = sorted(old[1].keys() | new[1].keys())
    versions = {name: (old[1].get(name), new[1].get(name)) for name in names}
    moved = {name: both for name, both in versions.items() if both[0] != both[1]}
    problems = [*_describe_problems("old", old[0]), *_describe_problems("new", new[0])]
    return Difference(moved, **groups, same=same, problems=problems)


def _describe_problems(which: str, report: Report) -> Iterator[str]:
    if not report.ended:
        yield (
            f"The {which} run is incomplete: it did not come to its end, and {report.checked} of"
            f" {report.planned} planned claims were checked."
        )
    elif not report.complete:
        yield (
            f"The {which} run is incomplete: {report.checked} of {report.planned} planned claims"
            " were checked."
        )
    if not report.passed:
        yield f"No claim passed in the {which} run."


def _group_of(old: Record | None, new: Record | None) -> str | None:
    failed = old is not None and not old.verdict.healthy
    fails = new is not None and not new.verdict.healthy
    if fails != failed:
        return "failures" if fails else "fixed" if new is not None else "changed"
    passed = old is not None and old.verdict is Verdict.PASS
    if passed and (new is None or new.verdict is not Verdict.PASS):
        return "lost"
    if old is None or new is None or old.verdict is not new.verdict:
        return "changed"
    measured = passed and old.k is not None and new.k is not None
    return "grown" if measured and _growth(old, new) > GROWTH else None


def _growth(old: Record, new: Record) -> float:
    assert old.k is not None
    assert new.k is not None
    return new.k / old.k if old.k else math.inf if new.k else 1.0


def render_difference(difference: Difference) -> str:
    """
    Lay a difference out for a terminal, or for a page.

    Parameters
    ----------
    difference : Difference
        What to show.

    Returns
    -------
    str
        Plain text. Claims of one layer, aspect, subject and change are shown together.
    """
    lines = [
        f"{name}: {before or 'not installed'} -> {after or 'not installed'}"
        for name, (before, after) in difference.versions.items()
    ]
    sections = (
        ("New failures", difference.failures),
        ("Passes lost", difference.lost),
        ("Fixed", difference.fixed),
        (f"K grown by more than {GROWTH:g}x", difference.grown),
        ("Otherwise changed", difference.changed),
    )
    for title, pairs in sections:
        if pairs:
            lines += ["", f"{title}: {len(pairs)}", *_describe_changes(pairs)]
    counts = ", ".join(
        f"{len(pairs)} {title if title[0] == 'K' else title.lower()}" for title, pairs in sections
    )
    lines += ["", f"{counts}; {difference.same} with the same verdict", *difference.problems, ""]
    return "\n".join(lines)


def render_page(difference: Difference, command: str) -> str:
    """
    Write the difference as a page.

    Parameters
    ----------
    difference : Difference
        What to show.
    command : str
        What wrote it.

    Returns
    -------
    str
        Markdown.
    """
    return f"""\
# From one version to the next

{format_origin(command, "run it again, do not change this page")}

The same claims, judged on two versions of a framework. TensorFlow's column on 2.20.0 and on 2.21.0:

```console
tox run -e conformance-tf220 -- --report-json tf220.json
tox run -e conformance-tf221 -- --report-json tf221.json
{to_line(command)}
```

{format_block(render_difference(difference).strip())}

The recorded divergences (`conformance/layers/*/divergences.py`) hold for the newer version. Where
the older one behaves differently, a claim is *stale* or fails there, and is listed as fixed.
"""


def _describe_changes(pairs: Sequence[Change]) -> list[str]:
    kinds: dict[str, list[Change]] = {}
    for pair in pairs:
        kinds.setdefault(_describe_kind(pair), []).append(pair)
    lines = []
    for kind, group in list(kinds.items())[:_MAX_SHOWN]:
        old, new = max(group, key=_growth_of)
        record = _newest(old, new)
        claim = f"{record.aspect}/{record.case}-{record.subject}-{record.form}"
        lines += [f"  {len(group)}  {kind}", f"     {claim}{_format_k(old, new)}"]
        message = _first_message(old, new)
        lines += [f"     {message}"] if message else []
    hidden = sum(map(len, list(kinds.values())[_MAX_SHOWN:]))
    return lines + ([f"  … and {hidden} more"] if hidden else [])


def _describe_kind(pair: Change) -> str:
    old, new = pair
    record = _newest(old, new)
    before = "not judged" if old is None else old.verdict.value
    after = "not judged" if new is None else new.verdict.value
    change = after if before == after else f"{before} -> {after}"
    return f"{record.layer}, {record.aspect}: {record.subject} ({change})"


def _first_message(old: Record | None, new: Record | None) -> str:
    """The first line of what there is to say, of what fails or of what failed."""
    for record in (new, old):
        if record is not None and not record.verdict.healthy:
            lines = record.message.splitlines() or [""]
            wrong = [line.strip() for line in lines if line.strip().startswith("wrong: ")]
            return (wrong or lines)[0]
    return ""


def _format_k(old: Record | None, new: Record | None) -> str:
    figures = ["–" if each is None or each.k is None else f"{each.k:.3g}" for each in (old, new)]
    return "" if figures == ["–", "–"] else f"  K {figures[0]} -> {figures[1]}"


def _growth_of(pair: Change) -> float:
    old, new = pair
    if old is not None and new is not None and old.k is not None and new.k is not None:
        return _growth(old, new)
    return 0.0


def _newest(old: Record | None, new: Record | None) -> Record:
    record = new or old
    assert record is not None
    return record
