"""A module's session: cosmic-ray's database of its mutants, and what became of each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from cosmic_ray.work_db import WorkDB
from cosmic_ray.work_item import TestOutcome, WorkerOutcome, WorkItem, WorkResult

from mutation.matrix import STORE
from mutation.mutants import Mutant
from mutation.targets import Target


class Book:
    """What is known about a module's mutants; it outlives the run that finds it out.

    Parameters
    ----------
    target : Target
        The module. Once its text changes, what was known is of no use and a new file is begun.
    """

    def __init__(self, target: Target, mutants: Iterable[Mutant]) -> None:
        name = target.module.replace(".", "-")
        mark = hashlib.sha256(target.source.encode()).hexdigest()[:12]
        self.path = STORE / f"{name}-{mark}.sqlite"
        self.ids = {mutant: _name(mutant) for mutant in mutants}
        STORE.mkdir(exist_ok=True)
        self._db = WorkDB(str(self.path), WorkDB.Mode.create)
        there = {item.job_id for item in self._db.work_items}
        self._db.add_work_items(
            WorkItem(name, mutant.item.mutations)
            for mutant, name in self.ids.items()
            if name not in there
        )

    def known(self) -> Mapping[Mutant, str]:
        """Mutant -> who noticed it; empty if nobody did."""
        results = {job: result.output or "" for job, result in self._db.results}
        return {mutant: results[name] for mutant, name in self.ids.items() if name in results}

    def note(self, mutant: Mutant, killer: str) -> None:
        """Write down who noticed a mutant."""
        outcome = TestOutcome.KILLED if killer else TestOutcome.SURVIVED
        diff = f"- {mutant.before}\n+ {mutant.after}"
        result = WorkResult(WorkerOutcome.NORMAL, killer, outcome, diff)
        self._db.set_result(self.ids[mutant], result)


def _name(mutant: Mutant) -> str:
    (spec,) = mutant.item.mutations
    return f"{spec.operator_name}/{spec.occurrence}"
