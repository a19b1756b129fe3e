"""Named axes: which sizes of a layer's arrays are one and the same.

A pattern names the axes of one array in order, in the manner of einops:

- ``features`` is one axis;
- ``batch?`` is one that an array may lack;
- ``*space`` is any number of axes, numbered by their place;
- ``(groups in_channels)`` is one axis that holds as many times ``in_channels`` as the option
  `groups` says.

Axes of the same name are of the same size; where one of them is 1, it is broadcast.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

Shapes = Mapping[str, tuple[int, ...]]

_TOKEN = re.compile(
    r"(?P<star>\*)?(?:\((?P<groups>\w+) (?P<inner>\w+)\)|(?P<name>\w+))(?P<may>\?)?"
)


class Axis(NamedTuple):
    """One axis of an array.

    Attributes
    ----------
    name : str
        Its name.
    place : int or None
        Its place among several axes of this name; None where there is but one.
    groups : str
        The option that says how many times the name's size it holds; '' if once.
    """

    name: str
    place: int | None = None
    groups: str = ""


class _Token(NamedTuple):
    name: str
    starred: bool = False
    optional: bool = False
    groups: str = ""


def resolve_axes(
    patterns: Mapping[str, str],
    dimensions: Mapping[str, int],
    config: Mapping[str, Any],
    rank: int | None = None,
) -> Mapping[str, tuple[Axis, ...]]:
    """Name the axes of arrays.

    Parameters
    ----------
    patterns : mapping
        Array -> its pattern.
    dimensions : mapping
        Array -> how many dimensions it has; the input first. It says how long a starred name is
        and whether the batch is there, and the other arrays follow it.
    config : mapping
        The configuration, for the numbers of groups.
    rank : int, optional
        How many axes a starred name of the input stands for, where an optional one may be missing.

    Returns
    -------
    mapping
        Array -> its axes, for each array that has dimensions.

    Raises
    ------
    ValueError
        If an array does not fit its pattern.
    """
    lengths: dict[str, int] = {}
    return {
        array: _resolve(array, _parse(patterns[array]), count, config, rank, lengths)
        for array, count in dimensions.items()
    }


def order_names(patterns: Mapping[str, str]) -> Mapping[str, int]:
    """Order names by their first occurrence.

    Parameters
    ----------
    patterns : mapping
        Array -> its pattern.

    Returns
    -------
    mapping
        Name -> its place. Starred names that follow each other share one: their axes of one place
        belong together.
    """
    order: dict[str, int] = {}
    after_starred = False
    for pattern in patterns.values():
        for token in _parse(pattern):
            if token.name not in order:
                shared = token.starred and after_starred
                order[token.name] = len(order) - 1 if shared else len(order)
                after_starred = token.starred
    return order


def common_sizes(
    axes: Mapping[str, tuple[Axis, ...]], shapes: Shapes, config: Mapping[str, Any]
) -> Mapping[Axis, int]:
    """Find the one size of each name.

    Parameters
    ----------
    axes : mapping
        Array -> its axes.
    shapes : mapping
        Array -> its shape.
    config : mapping
        The configuration, for the numbers of groups.

    Returns
    -------
    mapping
        Axis, without groups -> its size.

    Raises
    ------
    ValueError
        If the arrays do not agree.
    """
    sizes: dict[Axis, int] = {}
    for array, named in axes.items():
        for axis, size in zip(named, shapes[array], strict=True):
            one = axis._replace(groups="")
            inner, rest = divmod(size, config[axis.groups] if axis.groups else 1)
            known = sizes.get(one, 1)
            if rest or (inner != known and 1 not in (inner, known)):
                raise ValueError(f"{axis.name} of {array} is {size}, elsewhere {known}")
            sizes[one] = max(inner, known)
    return sizes


def _parse(pattern: str) -> list[_Token]:
    tokens = []
    for match in _TOKEN.finditer(pattern):
        name = match["name"] or match["inner"]
        tokens.append(_Token(name, bool(match["star"]), bool(match["may"]), match["groups"] or ""))
    return tokens


def _resolve(
    array: str,
    tokens: list[_Token],
    count: int,
    config: Mapping[str, Any],
    rank: int | None,
    lengths: dict[str, int],
) -> tuple[Axis, ...]:
    """Name the axes of one array; `lengths` holds what is known and learns what is not."""
    varying = [token for token in tokens if token.starred or token.optional]
    unknown = [token for token in varying if token.name not in lengths]
    spare = count - (len(tokens) - len(varying))
    spare -= sum(lengths[token.name] for token in varying if token.name in lengths)
    optional = [token for token in unknown if token.optional]
    for token in unknown:
        if token.starred:
            fixed = rank is not None and optional
            length = rank if fixed and rank is not None else max(spare - len(optional), 0)
            lengths[token.name] = length
            spare -= length
    here = dict(lengths)
    for token in optional:
        here[token.name] = int(spare > 0)
        spare -= here[token.name]
        lengths.setdefault(token.name, here[token.name])
    if spare:
        raise ValueError(f"{array} has {count} dimensions, unlike its named axes")
    return tuple(_expand(tokens, here, config))


def _expand(
    tokens: Iterable[_Token], lengths: Mapping[str, int], config: Mapping[str, Any]
) -> Iterable[Axis]:
    for token in tokens:
        if token.starred:
            yield from (Axis(token.name, place) for place in range(lengths[token.name]))
        elif not token.optional or lengths[token.name]:
            several = token.groups and config[token.groups] > 1
            yield Axis(token.name, groups=token.groups if several else "")
