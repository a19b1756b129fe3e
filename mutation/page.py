"""The scores, kept in a file, and docs/mutation.md, made from them."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from mutation.targets import ROOT, Target, targets

if TYPE_CHECKING:
    from mutation.mutants import Mutant  # which needs cosmic-ray, and the page does not

SCORES = ROOT / "mutation" / "scores.json"
EQUIVALENT = ROOT / "mutation" / "equivalent.toml"
WORDS = ROOT / "mutation" / "page.md"
PAGE = ROOT / "docs" / "mutation.md"
PARTS = ("refimpl", "conformance")

_HEAD = (
    "| module | mutants | tried | matrix | tests | equivalent | survive | killed |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
)


@dataclass(frozen=True)
class Score:
    """What became of a module's mutants.

    Attributes
    ----------
    file : str
        The module.
    mutants, tried : int
        How many there are, and how many of them were tried.
    matrix, tests : int
        How many a claim noticed, and how many a test noticed after the claims had not. One that
        does not end, or ends its process, counts as the matrix's.
    equivalent : int
        How many survive because they change nothing that anybody could see.
    survivors : list
        The rest: line before, and after.
    """

    file: str
    mutants: int
    tried: int
    matrix: int
    tests: int
    equivalent: int
    survivors: list[list[str]]

    @classmethod
    def of(cls, target: Target, mutants: list[Mutant], known: Mapping[Mutant, str]) -> Score:
        """Count."""
        excused = equivalent(target)
        alive = [mutant for mutant, by in known.items() if not by]
        killers = [by for by in known.values() if by]
        return cls(
            target.file,
            len(mutants),
            len(known),
            sum(not by.startswith("tests") for by in killers),
            sum(by.startswith("tests") for by in killers),
            sum(mutant.key in excused for mutant in alive),
            sorted(list(mutant.key) for mutant in alive if mutant.key not in excused),
        )

    @property
    def killed(self) -> int:
        """How many somebody noticed."""
        return self.matrix + self.tests

    def __str__(self) -> str:
        return (
            f"{self.file}: {self.killed} of {self.tried} killed ({self.matrix} by the matrix), "
            f"{self.equivalent} equivalent, {len(self.survivors)} survive"
            + (f"; {self.mutants - self.tried} not tried" if self.tried < self.mutants else "")
        )


def equivalent(target: Target) -> dict[tuple[str, str], str]:
    """The mutants of a module that nobody could notice -> why."""
    return {
        (row["before"], row["after"]): row["reason"]
        for row in excuses()
        if row["file"] == target.file
    }


def excuses() -> list[dict[str, str]]:
    """List the mutants that nobody could notice, of all modules: file, before, after, reason."""
    rows: list[dict[str, str]] = tomllib.loads(EQUIVALENT.read_text()).get("equivalent", [])
    return rows


def keep(score: Score) -> None:
    """Put one module's score beside the others'."""
    scores = json.loads(SCORES.read_text()) if SCORES.exists() else {}
    scores[score.file] = asdict(score)
    SCORES.write_text(json.dumps(dict(sorted(scores.items())), indent=1, ensure_ascii=False) + "\n")


def scores() -> list[Score]:
    """What is known of each module that was tried, in the order of its path."""
    return [Score(**row) for row in json.loads(SCORES.read_text()).values()]


def write() -> None:
    """Write the page."""
    PAGE.write_text(text())


def text() -> str:
    """Give the page: the words of page.md, with tables made of the scores."""
    done = scores()
    groups = {part: [each for each in done if each.file.startswith(part)] for part in PARTS}
    alive = [(each.file, *change, "") for each in done for change in each.survivors]
    excused = [(row["file"], row["before"], row["after"], row["reason"]) for row in excuses()]
    words = {
        "summary": "\n".join(f"- `{part}`: {_summary(of)}" for part, of in groups.items()),
        "table": "\n".join([*_HEAD, *map(_row, done)]),
        "untried": _untried(done),
        "mutants": str(sum(each.mutants for each in done)),
        "survivors": _changes(alive),
        "equivalent": _changes(excused),
    }
    page = WORDS.read_text()
    for name, value in words.items():
        page = page.replace(f"{{{name}}}", value)
    return page


def _untried(done: list[Score]) -> str:
    missing = sorted({target.file for target in targets()} - {score.file for score in done})
    return ", ".join(f"`{file}`" for file in missing) or "none"


def _changes(rows: list[tuple[str, str, str, str]]) -> str:
    """List changes by file, each with its reason if there is one."""
    blocks = []
    for file in sorted({row[0] for row in rows}):
        lines = [f"`{file}`", ""]
        for _, before, after, reason in (row for row in rows if row[0] == file):
            lines.append(f"- `{before}`  \n  → `{after}`" + (f"  \n  {reason}" if reason else ""))
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) or "None."


def _summary(group: list[Score]) -> str:
    tried, killed = sum(each.tried for each in group), sum(each.killed for each in group)
    same, all_ = sum(each.equivalent for each in group), sum(each.mutants for each in group)
    return (
        f"{killed} of {tried - same} are killed, {_percent(killed, tried - same)} "
        f"({same} equivalent ones are left out; {tried} of {all_} mutants tried)."
    )


def _row(score: Score) -> str:
    cells = (
        f"`{score.file}`",
        *(score.mutants, score.tried, score.matrix, score.tests, score.equivalent),
        len(score.survivors),
        _percent(score.killed, score.tried - score.equivalent),
    )
    return "| " + " | ".join(map(str, cells)) + " |"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"
