"""What a soak found under each seed, kept in a folder, so that hours of it are not lost."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from conformance.judging.verdict import Record, Verdict
from conformance.report.json import versions
from conformance.studies.soak.run import COMPILED_EVERY, Cell, Plan, Soak, Spread


class OtherPlanError(ValueError):
    """What is kept was looked for in another way."""


def write(folder: Path, plan: Plan, seed: int, found: Soak) -> None:
    """
    Keep what a seed found.

    Parameters
    ----------
    folder : Path
        A folder that exists.
    plan : Plan
        What was looked at.
    seed : int
        Under which seed.
    found : Soak
        What was found.
    """
    values = {
        "plan": _of(plan, seed),
        "verdicts": found.verdicts,
        "covered": found.covered,
        "alarms": [(seed, record.to_json()) for seed, record in found.alarms],
        "spreads": [
            (cell, spread.counts, spread.worst, spread.where)
            for cell, spread in found.spreads.items()
        ],
    }
    unfinished = folder / f"seed-{seed}.part"
    unfinished.write_text(json.dumps(values), encoding="utf-8")
    unfinished.replace(_file(folder, seed))


def read(folder: Path, plan: Plan) -> dict[int, Soak]:
    """
    Read what has been kept.

    Parameters
    ----------
    folder : Path
        A folder that exists.
    plan : Plan
        What is wanted.

    Returns
    -------
    dict
        Seed -> what it found; only those that are there.

    Raises
    ------
    OtherPlanError
        If something was kept with other subjects, cases or versions.
    """
    found = {}
    for seed in plan.seeds:
        file = _file(folder, seed)
        if file.exists():
            values = json.loads(file.read_text(encoding="utf-8"))
            if values["plan"] != _of(plan, seed):
                raise OtherPlanError(
                    f"{file} was found with {values['plan']}; wanted is {_of(plan, seed)}:"
                    " delete it, or keep this soak elsewhere"
                )
            found[seed] = _soak(values)
    return found


def _soak(values: Any) -> Soak:
    return Soak(
        spreads={
            Cell(*cell): Spread(Counter({int(k): n for k, n in counts.items()}), worst, where)
            for cell, counts, worst, where in values["spreads"]
        },
        alarms=[(seed, Record.from_json(record)) for seed, record in values["alarms"]],
        covered=values["covered"],
        verdicts=Counter({Verdict(name): count for name, count in values["verdicts"].items()}),
    )


def _of(plan: Plan, seed: int) -> dict[str, Any]:
    return {
        "subjects": list(plan.subjects),
        "share": plan.share,
        "words": list(plan.words),
        "compiled_every": COMPILED_EVERY,
        "first": seed == plan.seeds[0],  # which looks at what is the same under all
        "versions": versions(),
    }


def _file(folder: Path, seed: int) -> Path:
    return folder / f"seed-{seed}.json"
