"""The summary of a run: how many claims were planned and checked, and every record."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from conformance.judging.verdict import Record, Verdict


@dataclass(frozen=True)
class Report:
    """
    A whole run, the same whatever the order or the number of processes it ran in.

    Attributes
    ----------
    planned, checked : int
        How many claims the run set out to judge, and how many it did judge.
    records : tuple of Record
        Sorted by their keys. Claims lost on the way, to a worker that died for instance, may be
        among them with the verdict `error`; they do not count as checked.
    subjects, layers : tuple of str
        The order of columns and rows. Those that occur in no record are left out, those that are
        missing here come last.
    ended : bool
        Whether the run came to its end; what is read from the journal of one did not.
    unguarded : tuple of str
        The subjects of the user's own that ran in the process that judged them.
    """

    planned: int
    checked: int
    records: tuple[Record, ...]
    subjects: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    ended: bool = True
    unguarded: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        records: Iterable[Record],
        *,
        planned: int | None = None,
        checked: int | None = None,
        subjects: Sequence[str] = (),
        layers: Sequence[str] = (),
        ended: bool = True,
        unguarded: Sequence[str] = (),
    ) -> Report:
        """
        Sort `records` and put rows and columns in order.

        Parameters
        ----------
        records : iterable of Record
            In any order.
        planned, checked : int, optional
            As many as there are records, if not given.
        subjects, layers : sequence of str
            The order to use. Layers that differ only in their number of dimensions come together
            nevertheless, the one-dimensional first.
        ended : bool
            Whether the run came to its end.
        unguarded : sequence of str
            The subjects that ran in the process that judged them.

        Returns
        -------
        Report
            Equal for equal records in any order.
        """
        ordered = tuple(sorted(records, key=lambda record: record.key))
        return cls(
            planned=len(ordered) if planned is None else planned,
            checked=len(ordered) if checked is None else checked,
            records=ordered,
            subjects=_order_names(subjects, (record.subject for record in ordered)),
            layers=_group_families(_order_names(layers, (record.layer for record in ordered))),
            ended=ended,
            unguarded=tuple(unguarded),
        )

    @property
    def complete(self) -> bool:
        """Whether every planned claim was checked, and the run came to its end."""
        return self.ended and self.checked >= self.planned

    @property
    def passed(self) -> int:
        """How many claims passed."""
        return sum(record.verdict is Verdict.PASS for record in self.records)

    @property
    def healthy(self) -> bool:
        """Whether the run may exit 0: complete, something passed, and nothing is unhealthy."""
        sound = all(record.verdict.healthy for record in self.records)
        return self.complete and sound and self.passed > 0


def _order_names(wanted: Sequence[str], found: Iterable[str]) -> tuple[str, ...]:
    names = dict.fromkeys(found)
    return tuple(dict.fromkeys([*(name for name in wanted if name in names), *names]))


def _group_families(layers: Sequence[str]) -> tuple[str, ...]:
    families: dict[str, list[str]] = {}
    for layer in layers:
        families.setdefault(re.sub(r"\dd$", "", layer), []).append(layer)
    return tuple(layer for family in families.values() for layer in sorted(family))
