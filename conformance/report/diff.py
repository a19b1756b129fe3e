"""What changed between two reports: failures that are new, failures that are gone, K that grew."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from conformance.judging.verdict import Record, Verdict
from conformance.report import Report

# A K that grew by more than this is worth a look, though it is still within the limit.
GROWTH = 2.0
_SHOWN = 20

Pair = tuple[Record | None, Record | None]


@dataclass(frozen=True)
class Difference:
    """
    Two reports beside each other.

    Attributes
    ----------
    versions : mapping
        Name -> version before and after, of what is not the same.
    failures, fixed, grown : sequence of (Record or None, Record or None)
        The claim before and after. `failures` fail now, and did not fail or were not judged
        before; `fixed` is the reverse; `grown` passed both times, with a K that is more than
        `GROWTH` times as large.
    changed : sequence of (Record or None, Record or None)
        All other claims whose verdict is another one, or which are in one report alone.
    same : int
        How many claims have the verdict that they had.
    """

    versions: Mapping[str, tuple[str | None, str | None]]
    failures: Sequence[Pair]
    fixed: Sequence[Pair]
    grown: Sequence[Pair]
    changed: Sequence[Pair]
    same: int


def compare(
    old: tuple[Report, Mapping[str, str | None]], new: tuple[Report, Mapping[str, str | None]]
) -> Difference:
    """
    Compare two reports.

    Parameters
    ----------
    old, new : tuple of Report and mapping
        As `conformance.report.json.read` gives them: the report, and the versions.

    Returns
    -------
    Difference
    """
    before = {record.key: record for record in old[0].records}
    after = {record.key: record for record in new[0].records}
    groups: dict[str, list[Pair]] = {name: [] for name in ("failures", "fixed", "grown", "changed")}
    same = 0
    for key in sorted(before.keys() | after.keys()):
        pair = before.get(key), after.get(key)
        group = _group(*pair)
        if group is None:
            same += 1
        else:
            groups[group].append(pair)
            same += group == "grown"
    names = sorted(old[1].keys() | new[1].keys())
    versions = {name: (old[1].get(name), new[1].get(name)) for name in names}
    moved = {name: both for name, both in versions.items() if both[0] != both[1]}
    return Difference(moved, **groups, same=same)


def _group(old: Record | None, new: Record | None) -> str | None:
    failed = old is not None and not old.verdict.healthy
    fails = new is not None and not new.verdict.healthy
    if fails != failed:
        return "failures" if fails else "fixed" if new is not None else "changed"
    if old is None or new is None or old.verdict is not new.verdict:
        return "changed"
    passed = new.verdict is Verdict.PASS and old.k is not None and new.k is not None
    return "grown" if passed and _growth(old, new) > GROWTH else None


def _growth(old: Record, new: Record) -> float:
    assert old.k is not None
    assert new.k is not None
    return new.k / old.k if old.k else math.inf if new.k else 1.0


def render(difference: Difference) -> str:
    """
    Lay a difference out for a terminal, or for a page.

    Parameters
    ----------
    difference : Difference
        What to show.

    Returns
    -------
    str
        Plain text. Claims of one layer, aspect, subject and change are told together.
    """
    lines = [
        f"{name}: {before or 'not installed'} -> {after or 'not installed'}"
        for name, (before, after) in difference.versions.items()
    ]
    sections = (
        ("New failures", difference.failures),
        ("Fixed", difference.fixed),
        (f"K grown by more than {GROWTH:g}x", difference.grown),
        ("Otherwise changed", difference.changed),
    )
    for title, pairs in sections:
        if pairs:
            lines += ["", f"{title}: {len(pairs)}", *_told(pairs)]
    counts = ", ".join(
        f"{len(pairs)} {title if title[0] == 'K' else title.lower()}" for title, pairs in sections
    )
    return "\n".join([*lines, "", f"{counts}; {difference.same} with the same verdict", ""])


def page(difference: Difference, command: str) -> str:
    """
    Write the difference down as a page.

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

<!-- Written by `{command}`: run it again, do not change this page. -->

The same claims, judged on two versions of a framework. TensorFlow's column on 2.20.0 and on 2.21.0:

```console
tox run -e conformance-tf220 -- --report-json tf220.json
tox run -e conformance-tf221 -- --report-json tf221.json
{command}
```

```
{render(difference).strip()}
```

The records of `conformance/layers/*/divergences.py` hold for the newer version. Where the older
one does otherwise, it is *stale* or fails there, and so is listed as fixed.
"""


def _told(pairs: Sequence[Pair]) -> list[str]:
    kinds: dict[str, list[Pair]] = {}
    for pair in pairs:
        kinds.setdefault(_kind(pair), []).append(pair)
    lines = []
    for kind, group in list(kinds.items())[:_SHOWN]:
        old, new = max(group, key=_weight)
        record = _one(old, new)
        lines.append(f"  {len(group)}  {kind}")
        lines.append(
            f"     {record.aspect}/{record.case}-{record.subject}-{record.form}{_k(old, new)}"
        )
        said = _said(old, new)
        lines += [f"     {said}"] if said else []
    hidden = sum(map(len, list(kinds.values())[_SHOWN:]))
    return lines + ([f"  … and {hidden} more"] if hidden else [])


def _kind(pair: Pair) -> str:
    old, new = pair
    record = _one(old, new)
    before = "not judged" if old is None else old.verdict.value
    after = "not judged" if new is None else new.verdict.value
    change = after if before == after else f"{before} -> {after}"
    return f"{record.layer}, {record.aspect}: {record.subject} ({change})"


def _said(old: Record | None, new: Record | None) -> str:
    """The first line of what there is to say, of what fails or of what failed."""
    for record in (new, old):
        if record is not None and not record.verdict.healthy:
            lines = record.message.splitlines() or [""]
            wrong = [line.strip() for line in lines if line.strip().startswith("wrong: ")]
            return (wrong or lines)[0]
    return ""


def _k(old: Record | None, new: Record | None) -> str:
    figures = ["–" if each is None or each.k is None else f"{each.k:.3g}" for each in (old, new)]
    return "" if figures == ["–", "–"] else f"  K {figures[0]} -> {figures[1]}"


def _weight(pair: Pair) -> float:
    old, new = pair
    if old is not None and new is not None and old.k is not None and new.k is not None:
        return _growth(old, new)
    return 0.0


def _one(old: Record | None, new: Record | None) -> Record:
    record = new or old
    assert record is not None
    return record
