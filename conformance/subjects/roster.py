"""The roster: the subjects of a run by name, from names, references or objects."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from conformance.layers.dialects import DIALECTS
from conformance.subjects import loading
from conformance.subjects.gap import Gap, check_gaps
from conformance.subjects.protocol import Subject
from conformance.subjects.reference import reference_to
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
    """

    name: str
    dialect: str
    load: Callable[[], Subject]
    reference: str | None
    built_in: bool = False
    lacks: tuple[Gap, ...] = ()


Roster: TypeAlias = Mapping[str, RosterEntry]


def roster_of(given: Iterable[SubjectLike]) -> Roster:
    """Look up the subjects of a run.

    Parameters
    ----------
    given : iterable of str, Subject or callable
        Names of built-in subjects, references to others (see `loading.load`), subjects, or
        classes and functions that make one.

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
        entry = _make_entry(each)
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
        lacks=gaps_of(subject, name),
    )


def loader_of(entry: RosterEntry) -> Callable[[], Subject]:
    """Return a function that loads a subject by its reference, in any process.

    Parameters
    ----------
    entry : RosterEntry
        Of a subject that has one.

    Returns
    -------
    callable
    """
    assert entry.reference is not None
    return functools.partial(loading.load, entry.reference)


def gaps_of(subject: Any, shown: str) -> tuple[Gap, ...]:
    """Return what a subject declares that it lacks.

    Parameters
    ----------
    subject : Subject
        The subject.
    shown : str
        What it is called in an error.

    Returns
    -------
    tuple of Gap

    Raises
    ------
    TypeError, ValueError
        If that can be no gaps, or one covers nothing.
    """
    lacks: Sequence[object] = getattr(subject, "lacks", ())
    if isinstance(lacks, Gap) or any(not isinstance(each, Gap) for each in lacks):
        raise TypeError(f"lacks of {shown} must be a sequence of conformance.Gap; got {lacks!r}")
    gaps = tuple(each for each in lacks if isinstance(each, Gap))
    try:
        check_gaps(gaps, subject.dialect)
    except ValueError as error:
        raise ValueError(f"{shown}: {error}") from None
    return gaps


def _builtin_name(given: SubjectLike) -> SubjectLike:
    """Call a built-in subject by its name, also where it is given as module:Class."""
    names = {path: name for name, path in loading.BUILT_IN.items()}
    return names.get(given, given) if isinstance(given, str) else given


def _make_entry(given: SubjectLike) -> RosterEntry:
    if isinstance(given, str) and given in loading.BUILT_IN:
        load = functools.partial(loading.load, given)
        return RosterEntry(given, loading.DIALECT_OF[given], load, given, built_in=True)
    subject = loading.load(given) if isinstance(given, str) else loading.instantiate(given)
    shown = _display_name(given)
    for attribute in ("dialect", "run"):
        if not hasattr(subject, attribute):
            raise TypeError(
                f"{shown} is not a subject: it has no {attribute!r}; derive it from"
                " conformance.LayerSubject or conformance.FunctionSubject"
            )
    name = getattr(subject, "name", "") or type(subject).__name__
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(
            f"name of {shown} must consist of letters, digits, '_', '.' and '-'; got {name!r}"
        )
    if subject.dialect not in DIALECTS:
        allowed = " or ".join(map(repr, sorted(DIALECTS)))
        raise ValueError(f"dialect of {shown} must be {allowed}; got {subject.dialect!r}")
    _check_functions_of(subject, shown)
    return RosterEntry(
        name,
        subject.dialect,
        lambda: subject,
        given if isinstance(given, str) else reference_to(given),
        lacks=gaps_of(subject, shown),
    )


def _check_functions_of(subject: Any, shown: str) -> None:
    functions: object = getattr(subject, "functions", {})
    if not isinstance(functions, Mapping):
        kind = type(functions).__name__
        raise TypeError(f"functions of {shown} must be a mapping of names to callables; got {kind}")
    try:
        check_functions(functions, subject.dialect)
    except ValueError as error:
        raise ValueError(f"{shown}: {error}") from None


def _display_name(given: SubjectLike) -> str:
    if isinstance(given, str):
        return given
    return getattr(given, "__name__", "") or type(given).__name__
