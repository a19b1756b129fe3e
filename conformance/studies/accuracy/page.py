"""The accuracy of activations as a page, and as JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from conformance.oracle.bounds import LIMIT
from conformance.report.markdown import (
    format_console,
    format_origin,
    format_superscript,
    format_table,
)
from conformance.studies.accuracy.exact import NEAR_ZERO, OWN_ERROR
from conformance.studies.accuracy.explanations import (
    UNEXPLAINED,
    exceeds_limit,
    explain_large_k,
    explain_ulp_errors,
    stale_divergences,
)
from conformance.studies.accuracy.measure import AccuracyPlan, Results
from conformance.studies.accuracy.results import (
    QUANTITIES,
    ActivationResult,
    InputRange,
    WorstByStratum,
    WorstCase,
)

_EVERY = "All 4,294,967,296 numbers of float32 were tried."
_SAMPLE = """\
There are 512 signs and exponents in float32, if zero and the subnormal numbers count as one
exponent, and infinity and NaN as another. Of each, {drawn:,} numbers were tried, drawn from
equal parts of the mantissas; the first two and the last two; and the neighbours of every point
where an activation bends, takes a short cut, overflows or has a slope of zero. So an error
below is the largest that was *met*: `--every` tries all numbers."""
_CALLED = """\
Each activation is called with its dialect's defaults, as a function where there is one, on
arrays long enough for vectorised kernels, forward, and backward with a cotangent of 1."""
_UNITS = """\
**The unit.** The error is |got − exact| / ulp(exact). For 2ᵉ ≤ |exact| < 2ᵉ⁺¹ the unit in the
last place is 2ᵉ⁻²³, with e at least −126: below that and at zero it is 2⁻¹⁴⁹, the distance of
the subnormal numbers. A correctly rounded result is off by at most ½. NaN or infinity in place
of a number, or the reverse, is an infinite error (∞); only where the exact value is within one
unit of 2¹²⁸ does infinity stand for that. Results whose exact value is below 2⁻¹²⁶ have a
column of their own: kernels may flush them to zero, which costs up to 2²³ units.

**K** is the distance in units of the [derived bound](bounds.md), by which the matrix judges,
with the limit {limit:g}. The two part where a formula cancels. `1 − tanh²` loses all digits far
out, and so does every implementation that computes it: that is 10⁷ units and a K below 1, for
the bound is that of the formula. Next to where a slope is zero, units in the last place grow
without limit for the same reason. A K above the limit is a result that the formula does not
explain; what does is named.

**The exact values** are the oracle's mathematics in float64, in forms that do not cancel. What
float64 adds itself is at most {own} of a unit, and up to {near} next to a slope of
zero, where the errors themselves are in the millions. The tests hold it to that, against 50
digits."""
_NAMED = ("python", "numpy", "torch", "tensorflow", "keras")  # the numbers may depend on these
_NAMES = {"output": "value", "gradient": "gradient"}


def render_page(
    results: Results, plan: AccuracyPlan, command: str, versions: Mapping[str, str | None]
) -> str:
    """
    Write what was found as Markdown.

    Parameters
    ----------
    results : mapping
        All of it.
    plan : AccuracyPlan
        What was measured.
    command : str
        The command that was given.
    versions : mapping
        Package -> version.

    Returns
    -------
    str
    """
    shown = ", ".join(f"{name} {versions[name]}" for name in _NAMED if versions.get(name))
    subjects = _unique(name for _, name in results)
    blocks = [
        "# The accuracy of the activations in float32",
        format_origin(command),
        *_introduction(plan),
        format_console(command),
        f"Versions: {shown}.",
        "## At a glance",
        *_overview_tables(results, subjects),
    ]
    for name in _unique(name for name, _ in results):
        blocks += _activation_section(
            name, {s: results[name, s] for s in subjects if (name, s) in results}
        )
    return "\n\n".join(blocks) + "\n"


def _introduction(plan: AccuracyPlan) -> Iterator[str]:
    yield (_EVERY if plan.every else _SAMPLE.format(drawn=plan.per_stratum)) + "\n" + _CALLED
    own, near = (
        f"2{format_superscript(round(math.log2(each)))}" for each in (OWN_ERROR, NEAR_ZERO)
    )
    yield _UNITS.format(limit=LIMIT, own=own, near=near)


def _overview_tables(results: Results, subjects: Sequence[str]) -> Iterator[str]:
    for quantity in QUANTITIES:
        yield (
            f"The {_NAMES[quantity]}: largest error in units in the last place where the exact"
            " value is not subnormal / largest K. Bold is what is above the limit of K, or wrong"
            " altogether."
        )
        rows = [
            [
                f"[{name}](#{name})",
                *(_overview_cell(results.get((name, s)), quantity) for s in subjects),
            ]
            for name in _unique(name for name, _ in results)
        ]
        yield format_table(["", *subjects], rows)


def _overview_cell(found: ActivationResult | None, quantity: str) -> str:
    if found is None or quantity not in found.parts:
        return "–"
    part = found.parts[quantity]
    ulp, k = part.ulp.worst_case(), part.k.worst_case()
    error = [] if ulp is None else [format_error(ulp.error)]
    error += ["∞"] if part.lost.any() else []
    text = f"{', '.join(error)} / {format_error(k.error) if k else '–'}"
    return f"**{text}**" if exceeds_limit(found, quantity) else text


def _activation_section(name: str, found: Mapping[str, ActivationResult]) -> Iterator[str]:
    yield f"## {name}"
    yield f"![{name}: the largest error over the exponent of the input](accuracy/{name}.svg)"
    for quantity in QUANTITIES:
        rows = [
            [
                subject,
                *_error_and_input(each.parts[quantity].ulp),
                *_error_and_input(each.parts[quantity].tiny),
                *_error_and_input(each.parts[quantity].k),
            ]
            for subject, each in found.items()
            if quantity in each.parts
        ]
        head = [_NAMES[quantity], "ulp", "at", "ulp below 2⁻¹²⁶", "at", "K", "at"]
        yield format_table(head, rows)
    said: dict[str, list[str]] = {}
    for subject, each in found.items():
        for sentence in _sentences(name, subject, each):
            said.setdefault(sentence, []).append(subject)
    if said:
        yield "\n".join(f"- {', '.join(who)}: {sentence}" for sentence, who in said.items())


def _sentences(name: str, subject: str, found: ActivationResult) -> Iterator[str]:
    yield from sorted(found.notes)
    for mistake, span in sorted(found.mistakes.items()):
        what = f"{mistake.got} in place of {mistake.exact}"
        yield f"{_NAMES[mistake.quantity]}: {what} at {_format_range(span)}."
    for quantity in found.parts:
        for sentence in (
            *explain_large_k(name, quantity, subject, found),
            *explain_ulp_errors(name, quantity, subject, found),
        ):
            yield f"{_NAMES[quantity]}: {sentence}"


def _error_and_input(worst: WorstByStratum) -> tuple[str, str]:
    place = worst.worst_case()
    if place is None:
        return "–", ""
    return format_error(place.error), "" if place.error == 0.0 else format_input(place.input)


def _format_range(span: InputRange) -> str:
    if span.count == 1 or span.least == span.greatest or math.isnan(span.least):
        times = "" if span.count == 1 else f" ({span.count:,} inputs)"
        return f"{format_input(span.least)}{times}"
    return f"{span.count:,} inputs from {format_input(span.least)} to {format_input(span.greatest)}"


def list_unexplained(results: Results) -> Iterator[str]:
    """
    Find what is wrong and on no record, and what is on record and no longer wrong.

    Parameters
    ----------
    results : mapping
        All of it.

    Yields
    ------
    str
        A line for each activation, subject and quantity.
    """
    for (name, subject), found in results.items():
        for quantity in found.parts:
            if UNEXPLAINED in explain_large_k(name, quantity, subject, found):
                yield f"{name}, {subject}, {_NAMES[quantity]}: not on record"
            for sentence in stale_divergences(name, quantity, subject, found):
                yield f"{name}, {subject}, {_NAMES[quantity]}: no longer happens: {sentence}"


def format_input(value: float) -> str:
    """
    Write a float32 number as decimal and as hexadecimal.

    Parameters
    ----------
    value : float
        The number.

    Returns
    -------
    str

    Examples
    --------
    >>> number(-0.75)
    '−0.75 (`-0x1.8p-1`)'
    """
    if not math.isfinite(value):
        return {math.inf: "∞", -math.inf: "−∞"}.get(value, "NaN")
    mantissa, exponent = value.hex().split("p")
    shown = f"{mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa}p{exponent}"
    return f"{value:.9g} (`{shown}`)".replace("-", "−", 1 if value < 0 else 0)


def format_error(error: float) -> str:
    """
    Write an error in few digits.

    Parameters
    ----------
    error : float
        Not negative.

    Returns
    -------
    str

    Examples
    --------
    >>> figure(0.5), figure(1234.0), figure(16756656.9)
    ('0.50', '1,234', '1.7·10⁷')
    """
    if math.isinf(error):
        return "∞"
    if error == 0.0:
        return "0"
    if error < 100.0:
        return f"{error:.2f}"
    if error < 1e5:
        return f"{error:,.0f}"
    digits, exponent = f"{error:.1e}".split("e")
    return f"{digits}·10{format_superscript(int(exponent))}"


def to_json(results: Results, plan: AccuracyPlan) -> dict[str, Any]:
    """
    Return what was found as plain JSON values.

    Parameters
    ----------
    results : mapping
        All of it.
    plan : AccuracyPlan
        What was measured.

    Returns
    -------
    dict
    """
    return {
        "dtype": "float32",
        "every": plan.every,
        "per_stratum": None if plan.every else plan.per_stratum,
        "limit": LIMIT,
        "activations": [
            {
                "activation": name,
                "subject": subject,
                "form": found.form,
                "inputs": found.count,
                "notes": sorted(found.notes),
                "quantities": {
                    quantity: {
                        "ulp": _worst_to_json(part.ulp.worst_case()),
                        "ulp_subnormal": _worst_to_json(part.tiny.worst_case()),
                        "k": _worst_to_json(part.k.worst_case()),
                        "wrong": int(part.lost.sum()),
                        # By the first nine bits of the input: sign and exponent.
                        "ulp_by_stratum": [_to_json_number(each) for each in part.ulp.error],
                    }
                    for quantity, part in found.parts.items()
                },
                "wrong": [
                    {
                        **mistake._asdict(),
                        "count": span.count,
                        "least": _to_json_number(span.least),
                        "greatest": _to_json_number(span.greatest),
                    }
                    for mistake, span in sorted(found.mistakes.items())
                ],
            }
            for (name, subject), found in results.items()
        ],
    }


def _worst_to_json(place: WorstCase | None) -> dict[str, Any] | None:
    if place is None:
        return None
    return {name: _to_json_number(value) for name, value in place._asdict().items()}


def _to_json_number(value: float) -> float | str | None:
    """Write what is not finite as text, which JSON has no number for."""
    return float(value) if math.isfinite(value) else str(float(value))


def _unique(names: Any) -> list[str]:
    return list(dict.fromkeys(names))
