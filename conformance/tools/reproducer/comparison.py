"""Writes the end of a program: compares the result with the expected value, and exits."""

from __future__ import annotations

import math

import numpy as np

from conformance.oracle.bounds import LIMIT
from conformance.tools.reproducer.codegen import Codegen
from conformance.tools.reproducer.codegen.base import Lines
from conformance.tools.reproducer.failure import Failure


def write_comparison(failure: Failure, words: Codegen) -> Lines:
    """Write the last lines of a program that has got an answer.

    Parameters
    ----------
    failure : Failure
        What is off.
    words : Codegen
        The library's.

    Returns
    -------
    list of str
        They exit 1 if the failure is there, 0 if not.
    """
    if failure.facet != "element":
        return _compare_facet(failure, words)
    place = failure.place
    lines = [f"got = float({format_element('found', place)})"]
    if failure.drawn:
        return [*lines, *_compare_masked(failure)]
    if failure.kind == "input" and failure.trial.case.inplace:
        return [
            *lines,
            f"expected = float({format_element('output', place)})",
            *_compare_exactly("got == expected"),
        ]
    lines.append(f"expected = {_format_float(failure.value)}")
    if not failure.bound or not math.isfinite(failure.value):
        return [
            *lines,
            *_compare_exactly("got != got" if math.isnan(failure.value) else "got == expected"),
        ]
    if math.isfinite(failure.overflow):
        largest = repr(failure.overflow)
        lines.append(f"got = max(-{largest}, min(got, {largest}))  # an infinity counts as this")
    return [*lines, *_compare_with_bound(failure.bound)]


def format_element(array: str, place: tuple[int, ...] | None) -> str:
    """Write one element of an array.

    Parameters
    ----------
    array : str
        Its variable.
    place : tuple of int or None
        Which; of an array without axes, none.

    Returns
    -------
    str
    """
    return f"{array}[{', '.join(map(str, place))}]" if place else array


def _compare_facet(failure: Failure, words: Codegen) -> Lines:
    """Compare names, shapes and dtypes."""
    asks, expected = failure.facet, failure.finding.expected
    if asks == "shape" and failure.kind != "owned":
        shape = failure.expected.shape
        expected = shape if failure.move is None else failure.move.to(np.zeros(shape)).shape
        expected = tuple(map(int, expected))
    shows = words.inspections.get(f"{failure.kind} {asks}", words.inspections[asks])
    return [
        f"got = {shows}",
        f"expected = {expected!r}",
        'print("got", got, "expected", expected)',
        "sys.exit(got != expected)",
    ]


def _compare_with_bound(bound: float) -> Lines:
    return [
        f"bound, limit = {bound!r}, {LIMIT:g}  # of an honest rounding; of K",
        "k = abs(got - expected) / bound",
        'print(f"got {got!r}, expected {expected!r}, bound {bound:.3g}, K {k:.4g}, limit {limit}")',
        "sys.exit(not k <= limit)",
    ]


def _compare_exactly(right: str) -> Lines:
    return [
        'print(f"got {got!r}, expected exactly {expected!r}")',
        f"sys.exit(not {right})",
    ]


def _compare_masked(failure: Failure) -> Lines:
    """Compare an element of a dropout; which mask was drawn is not judged."""
    place, value, bound = failure.survivor()
    return [
        f"kept = bool({format_element('output', place)} != 0)  # what is drawn is not judged",
        f"expected, bound = ({_format_float(value)}, {bound!r}) if kept else (0.0, 0.0)",
        f"limit = {LIMIT:g}  # in units of the bound of an honest rounding",
        'print(f"got {got!r}, expected {expected!r}, bound {bound:.3g}, limit {limit}")',
        "sys.exit(not abs(got - expected) <= limit * bound)",
    ]


def _format_float(value: float) -> str:
    return repr(value) if math.isfinite(value) else f'float("{value}")'
