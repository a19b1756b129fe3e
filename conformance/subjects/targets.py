"""The names that a dialect's calls have, and the refusal of names that match none of them."""

from __future__ import annotations

import contextlib
import difflib
import functools
from collections.abc import Iterable

from conformance.layers.dialects import DIALECTS
from conformance.layers.registry import layer_cases
from conformance.spec.call import Unsupported


@functools.cache
def _list_targets(dialect: str) -> frozenset[tuple[str, str]]:
    """Return the targets of all calls, each with the kind of its call."""
    found = set()
    for case in layer_cases():
        for translate in DIALECTS[dialect].forms[case.layer].values():
            with contextlib.suppress(Unsupported):
                call = translate(case)
                found.add((call.target, call.kind))
    return frozenset(found)


def targets_of(dialect: str, kind: str | None = None) -> frozenset[str]:
    """Return the targets of all calls that a dialect has.

    Parameters
    ----------
    dialect : str
        'torch' or 'tf'.
    kind : {'function', 'class'}, optional
        Of calls of this kind alone.

    Returns
    -------
    frozenset of str
        The targets of all calls.
    """
    return frozenset(target for target, its in _list_targets(dialect) if kind in (None, its))


def suggest_targets(name: str, targets: Iterable[str]) -> str:
    """Name the targets that are spelled like a name.

    Parameters
    ----------
    name : str
        What matches no target.
    targets : iterable of str
        The targets.

    Returns
    -------
    str
        Such as " (did you mean 'nn.Conv2d'?)"; empty if none is like it.
    """
    near = difflib.get_close_matches(name, sorted(targets), n=3)
    return f" (did you mean {' or '.join(map(repr, near))}?)" if near else ""


def check_functions(functions: Iterable[object], dialect: str) -> None:
    """Raise an error for a function that no call has for a target, such as a misspelled one.

    Parameters
    ----------
    functions : iterable of str
        The names of a subject's functions.
    dialect : str
        Its dialect.

    Raises
    ------
    ValueError
        It names the nearest targets.
    """
    names = list(functions)
    targets = targets_of(dialect, "function") if names else frozenset()
    for name in names:
        if name not in targets:
            raise ValueError(
                f"a key of functions must be a function that the dialect {dialect!r} has;"
                f" got {name!r}{suggest_targets(str(name), targets)}"
            )
