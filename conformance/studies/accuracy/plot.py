"""The picture of one activation: the largest error over the input's exponent, drawn as SVG.

The horizontal axis is the number line by exponents, from the largest negative number to the
largest positive one, stretched where most happens. The vertical one is logarithmic above one unit.
The colours of text and lines follow the page, light or dark.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

import numpy as np
import numpy.typing as npt

from conformance.report.markdown import format_superscript
from conformance.studies.accuracy.inputs import STRATA, exponent_of
from conformance.studies.accuracy.results import QUANTITIES, QuantityResult

COLOURS: Mapping[str, str] = {
    "refimpl.torch": "#e377a8",
    "torch": "#e4572e",
    "refimpl.tf": "#2ca07a",
    "tensorflow": "#3b8ad9",
}
_OTHERS = ("#a06cd5", "#c9a227", "#17a2b8", "#8c6d46")

_WIDTH, _LEFT, _RIGHT = 860, 74, 16
_HEIGHT, _GAP, _TOP = 190, 70, 50
_LANE = 6  # the height of one subject's lane of results that are wrong altogether
_STRETCH = 6.0  # exponents up to about this are far apart
_TICKS = (64, 32, 16, 8, 4, 0, -8, -16, -32, -64)
_SPAN = math.asinh(128 / _STRETCH)
_END = 8.0  # the width of zero and the subnormal numbers, and of infinity and NaN
_HALF = (_WIDTH - _RIGHT - _LEFT) / 2
_MIDDLE = _LEFT + _HALF

_STYLE = """
text { font: 12px system-ui, sans-serif; fill: #57606a }
.small { font-size: 11px }
.title { font-size: 13px; font-weight: 600; fill: #24292f }
.grid { stroke: #8c959f; stroke-opacity: .3; stroke-width: 1 }
.half { stroke: #8c959f; stroke-width: 1; stroke-dasharray: 4 3 }
path { fill: none; stroke-linejoin: round }
.tiny { stroke-dasharray: 2 2.5 }
@media (prefers-color-scheme: dark) { text { fill: #9198a1 } .title { fill: #f0f6fc } }
"""


@dataclass(frozen=True)
class Curve:
    """What is drawn of one subject.

    Attributes
    ----------
    subject : str
        Its name.
    parts : mapping
        'output' and 'gradient', as far as there are.
    """

    subject: str
    parts: Mapping[str, QuantityResult]


def assign_colours(subjects: Sequence[str]) -> dict[str, str]:
    """Assign a colour to every subject; the built-in ones always have the same.

    Parameters
    ----------
    subjects : sequence of str
        Names.

    Returns
    -------
    dict
    """
    others = [name for name in subjects if name not in COLOURS]
    return {
        name: COLOURS.get(name) or _OTHERS[others.index(name) % len(_OTHERS)] for name in subjects
    }


def draw_plot(title: str, curves: Sequence[Curve]) -> str:
    """
    Draw the errors of one activation.

    Parameters
    ----------
    title : str
        Its name.
    curves : sequence of Curve
        One for each subject.

    Returns
    -------
    str
        An SVG document.
    """
    height = _TOP + 2 * (_HEIGHT + _GAP) - 8
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}"'
        f' role="img" aria-label="{escape(title)}: largest error over the exponent of the input">',
        f"<style>{_STYLE}</style>",
        *_legend(title, curves),
    ]
    for row, quantity in enumerate(QUANTITIES):
        lines += _Panel(_TOP + row * (_HEIGHT + _GAP), quantity, curves).lines()
    return "\n".join([*lines, "</svg>", ""])


def _legend(title: str, curves: Sequence[Curve]) -> Iterator[str]:
    yield f'<text class="title" x="{_LEFT}" y="16">{escape(title)}</text>'
    palette = assign_colours([curve.subject for curve in curves])
    x = _WIDTH - _RIGHT - sum(38 + 7 * len(curve.subject) for curve in curves)
    for curve in curves:
        yield f'<path d="M{x} 12h18" stroke="{palette[curve.subject]}" stroke-width="4"/>'
        yield f'<text x="{x + 24}" y="16">{escape(curve.subject)}</text>'
        x += 38 + 7 * len(curve.subject)


class _Panel:
    """One quantity of all subjects."""

    def __init__(self, top: int, quantity: str, curves: Sequence[Curve]) -> None:
        self.top, self.quantity = top, quantity
        self.palette = assign_colours([curve.subject for curve in curves])
        self.parts = [
            (curve.subject, curve.parts[quantity]) for curve in curves if quantity in curve.parts
        ]
        self.lost = [(name, part) for name, part in self.parts if part.lost.any()]
        self.bottom = top + _HEIGHT
        self.curve_top = top + (_LANE + 2) * len(self.lost) + (8 if self.lost else 0)
        worst = max(
            (float(w.error.max()) for _, part in self.parts for w in (part.ulp, part.tiny)),
            default=1.0,
        )
        self.limit = _scale_error(max(worst, 1.0)) * 1.04

    def lines(self) -> Iterator[str]:
        what = "value" if self.quantity == "output" else "gradient"
        yield (
            f'<text x="{_LEFT}" y="{self.top - 8}">largest error of the {what},'
            " in units in the last place (dotted: where the exact result is below 2⁻¹²⁶)</text>"
        )
        yield from self._axes()
        widths = np.linspace(4.8, 1.4, max(len(self.parts), 2))
        for (name, part), width in zip(self.parts, widths, strict=False):
            # Wide below, narrow above: where two are equal, both are seen.
            stroke = f'stroke="{self.palette[name]}" stroke-width="{width:.1f}"'
            for worst, kind in ((part.ulp, ""), (part.tiny, ' class="tiny"')):
                steps = self._steps(worst.error)
                if steps:
                    yield f'<path d="{steps}" {stroke}{kind}/>'
        yield from self._lanes()

    def _axes(self) -> Iterator[str]:
        right, label = _WIDTH - _RIGHT, 0.0
        for value, word in _y_ticks():
            y = self._y(value)
            if value == 0.5:  # what is below is correctly rounded
                yield f'<path class="half" d="M{_LEFT} {y:.1f}H{right}"/>'
            if _scale_error(value) > self.limit or (label and label - y < 13):
                continue
            label = y
            if value != 0.5:
                yield f'<path class="grid" d="M{_LEFT} {y:.1f}H{right}"/>'
            yield f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{word}</text>'
        for x, word in _x_ticks():
            yield f'<path class="grid" d="M{x:.1f} {self.top}V{self.bottom + 4}"/>'
            yield (
                f'<text class="small" x="{x:.1f}" y="{self.bottom + 17}" text-anchor="middle">'
                f"{word}</text>"
            )
        yield (
            f'<text x="{_MIDDLE:.1f}" y="{self.bottom + 34}" text-anchor="middle">'
            "input, by its exponent</text>"
        )

    def _lanes(self) -> Iterator[str]:
        for row, (name, part) in enumerate(self.lost):
            y = self.top + 4 + row * (_LANE + 2)
            path = "".join(
                f"M{ends[0]:.1f} {y}h{max(ends[1] - ends[0], 3.0):.1f}"
                for ends in (_stratum_ends(int(stratum)) for stratum in np.flatnonzero(part.lost))
            )
            yield (f'<path d="{path}" stroke="{self.palette[name]}" stroke-width="{_LANE}"/>')
        if self.lost:
            yield (
                f'<text x="{_LEFT - 6}" y="{self.top + 8}" text-anchor="end"'
                ' class="small">NaN or ∞</text>'
            )

    def _steps(self, errors: npt.NDArray[np.float64]) -> str:
        """Draw a flat step for each exponent; equal neighbours are one."""
        path, known = [], math.nan
        end = math.nan
        for stratum in _strata_in_order():
            error = float(errors[stratum])
            if error < 0.0:
                known = math.nan
                continue
            start, stop = _stratum_ends(stratum)
            y = round(self._y(error), 1)
            if y != known:
                if not math.isnan(known):
                    path.append(f"H{end:.1f}V{y:g}")
                else:
                    path.append(f"M{start:.1f} {y:g}")
                known = y
            end = stop
            following = _next_stratum(stratum)
            if following is None or errors[following] < 0.0:
                path.append(f"H{end:.1f}")
        return "".join(path)

    def _y(self, error: float) -> float:
        return self.bottom - (self.bottom - self.curve_top) * _scale_error(error) / self.limit


def _y_ticks() -> Iterator[tuple[float, str]]:
    yield from ((0.0, "0"), (0.5, "½"), (1.0, "1"), (2.0, "2"), (4.0, "4"), (16.0, "16"))
    yield from ((256.0, "256"), (4096.0, "4096"))
    for power in (16, 20, 24, 28, 32, 40, 48, 56, 64, 72, 80):
        yield 2.0**power, f"2{format_superscript(power)}"


def _x_ticks() -> Iterator[tuple[float, str]]:
    yield _MIDDLE, "0"
    for side, sign in ((-1, "−"), (1, "")):
        for e in _TICKS:
            yield _MIDDLE + side * _distance_of_exponent(e), f"{sign}2{format_superscript(e)}"
        yield _MIDDLE + side * (_HALF - _END / 2), f"{sign}∞"


def _scale_error(error: float) -> float:
    """Logarithmic far above one unit, straight below."""
    return math.log2(1.0 + 3.0 * error)


def _distance_of_exponent(e: int) -> float:
    """Return the distance of 2^e from the middle."""
    share = (math.asinh(e / _STRETCH) + _SPAN) / (2 * _SPAN)
    return _END + (_HALF - 2 * _END) * share


def _stratum_ends(stratum: int) -> tuple[float, float]:
    """Return where a stratum begins and ends, from left to right."""
    e = exponent_of(stratum)
    near, far = (
        (0.0 if e == -127 else _distance_of_exponent(e)),
        (_HALF if e == 128 else _distance_of_exponent(e + 1)),
    )
    return (
        (_MIDDLE - far, _MIDDLE - near)
        if stratum >= STRATA // 2
        else (
            _MIDDLE + near,
            _MIDDLE + far,
        )
    )


def _strata_in_order() -> Iterator[int]:
    yield from range(STRATA - 1, STRATA // 2 - 1, -1)
    yield from range(STRATA // 2)


def _next_stratum(stratum: int) -> int | None:
    if stratum == STRATA // 2:
        return 0
    if stratum == STRATA // 2 - 1:
        return None
    return stratum - 1 if stratum > STRATA // 2 else stratum + 1
