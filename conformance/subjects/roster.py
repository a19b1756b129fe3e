"""The roster: the subjects of a run by name, from names, references or objects."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from conformance.layers.dialects import DIALECTS
from conformance.subjects import loading
from conformance.subjects.checking import check_subject
from conformance.subjects.gap import Gap, check_gaps
from conformance.subjects.protocol import Subject
from conformance.subjects.reference import reference_to
from conformance.subjects.remote import Isolation
from conformance.subjects.targets import check_functions

SubjectLike: TypeAlias = "str | Subject | Callable[[], Subject]"

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


@dataclass(frozen=True)
class RosterEntry:
    """One subject of a run.

    Attributes
    ----------
    name : str
        Its column, and part of the names of its claims.
    dialect : str
        'torch' or 'tf'.
    load : callable
        Gives the subject; only here is the framework of a built-in one imported.
    reference : str or None
        What `--subject` takes for it; None for an object that was handed over, and for a class
        that stands in no file.
    built_in : bool
        Whether it is one of `loading.SUBJECTS`: those are what our records speak about.
    lacks : tuple of Gap
        What it declares that it does not do.
    isolated : bool
        Whether it runs in a process of its own.
    only : frozenset of str
        The targets that it is asked about; empty for all.
    """

    name: str
    dialect: str
    load: Callable[[], Subject]
    reference: str | None
    built_in: bool = False
    lacks: tuple[Gap, ...] = ()
    isolated: bool = False
    only: frozenset[str] = frozenset()

    @property
    def unguarded(self) -> bool:
        """Whether it is the user's own, and runs in the process that judges it."""
        return not self.built_in and not self.isolated


Roster: TypeAlias = Mapping[str, RosterEntry]


def roster_of(given: Iterable[SubjectLike], isolation: Isolation | None = None) -> Roster:
    """Look up the subjects of a run.

    Parameters
    ----------
    given : iterable of str, Subject or callable
        Names of built-in subjects, references to others (see `loading.load`), subjects, or
        classes and functions that make one.
    isolation : Isolation, optional
        Where subjects are loaded that are not built in; without it, in this process. One that was
        handed over as an object is loaded already.

    Returns
    -------
    mapping
        Name -> entry, in the order given; what is given twice stands once.

    Raises
    ------
    ValueError, TypeError, ImportError
        For one that cannot be found or is not a subject, and for two of one name.
    """
    roster: dict[str, RosterEntry] = {}
    seen: list[SubjectLike] = []
    for each in map(_builtin_name, given):
        if each in seen:
            continue
        seen.append(each)
        entry = _make_entry(each, isolation)
        if entry.name in roster or (entry.name in loading.BUILT_IN and not entry.built_in):
            raise ValueError(
                f"{_display_name(each)} calls itself {entry.name!r}, as another subject does:"
                " give it a name of its own"
            )
        roster[entry.name] = entry
    return roster


@functools.cache
def built_in() -> Roster:
    """Return the built-in subjects.

    Returns
    -------
    mapping
        Name -> entry, in the order of the matrix.
    """
    return roster_of(loading.SUBJECTS)


def entry_for(name: str, subject: Subject) -> RosterEntry:
    """Return the entry of a subject that is an object.

    Parameters
    ----------
    name : str
        Its column.
    subject : Subject
        The subject.

    Returns
    -------
    RosterEntry
    """
    return RosterEntry(
        name,
        subject.dialect,
        lambda: subject,
        None,
        built_in=name in loading.BUILT_IN,  # it takes the place of that one
        lacks=_gaps_of(subject, name),
    )


def _builtin_name(given: SubjectLike) -> SubjectLike:
    """Call a built-in subject by its name, also where it is given as module:Class."""
    names = {path: name for name, path in loading.BUILT_IN.items()}
    return names.get(given, given) if isinstance(given, str) else given


def _make_entry(given: SubjectLike, isolation: Isolation | None) -> RosterEntry:
    if isinstance(given, str) and given in loading.BUILT_IN:
        load = functools.partial(loading.load, given)
        return RosterEntry(given, loading.DIALECT_OF[given], load, given, built_in=True)
    reference = given if isinstance(given, str) else reference_to(given)
    shown = _display_name(given)
    isolated = isolation is not None and reference is not None
    subject: Any
    if isolation is not None and reference is not None:
        subject = isolation.load(reference)
    else:
        subject = loading.load(given) if isinstance(given, str) else loading.instantiate(given)
    check_subject(subject, shown)
    name = getattr(subject, "name", "") or type(subject).__name__
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(
            f"name of {shown} must consist of letters, digits, '_', '.' and '-'; got {name!r}"
        )
    if subject.dialect not in DIALECTS:
        allowed = " or ".join(map(repr, sorted(DIALECTS)))
        raise ValueError(f"dialect of {shown} must be {allowed}; got {subject.dialect!r}")
    try:
        check_functions(getattr(subject, "functions", {}), subject.dialect)
    except ValueError as error:
        raise ValueError(f"{shown}: {error}") from None
    return RosterEntry(
        name,
        subject.dialect,
        lambda: subject,
        reference,
        lacks=_gaps_of(subject, shown),
        isolated=isolated,
        only=frozenset(getattr(subject, "only", ())),
    )


def _gaps_of(subject: Any, shown: str) -> tuple[Gap, ...]:
    gaps = tuple(getattr(subject, "lacks", ()))
    try:
        check_gaps(gaps, subject.dialect)
    except ValueError as error:
        raise ValueError(f"{shown}: {error}") from None
    return gaps


def _display_name(given: SubjectLike) -> str:
    if isinstance(given, str):
        return given
    return getattr(given, "__name__", "") or type(given).__name__
