"""Which claims go into a pack: those that files can carry, narrowed down as it was asked for."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from conformance.judging.claim import Claim
from conformance.judging.planning import plan
from conformance.layers.dialects import DIALECTS
from conformance.spec.call import Unsupported
from conformance.spec.case import Case
from conformance.spec.program import Program
from conformance.tools.exchange import ExchangeError
from conformance.tools.exchange.placeholder import ASKED
from refimpl.dtypes import FLOATS

# A file has no strides and is nobody's memory, so `layout` and `purity` stay behind; so do the
# programs on a namespace and what holds two subjects against each other.
ASPECTS: tuple[str, ...] = (
    "output",
    "loss",
    "gradient",
    "parameters",
    "state",
    "forms",
    "dtype",
    "empty",
    "mask",
)


@dataclass(frozen=True)
class Choice:
    """
    What a pack shall hold.

    Attributes
    ----------
    dialect : str
        'torch' or 'tf'.
    k : str
        Words of a claim's name joined by 'and', 'or' and 'not'; empty for all.
    layers, dtypes, aspects : tuple of str
        Those alone; empty for all.
    cases : int or None
        At most so many cases of each layer.
    """

    dialect: str
    k: str = ""
    layers: tuple[str, ...] = ()
    dtypes: tuple[str, ...] = ()
    aspects: tuple[str, ...] = ()
    cases: int | None = None

    @classmethod
    def from_json(cls, dialect: str, values: Mapping[str, Any]) -> Choice:
        """
        Read a choice back from a pack.

        Parameters
        ----------
        dialect : str
            The pack's dialect.
        values : mapping
            What `to_json` gave.

        Returns
        -------
        Choice
        """
        lists = {name: tuple(values[name]) for name in ("layers", "dtypes", "aspects")}
        return cls(dialect, values["k"], **lists, cases=values["cases"])

    def to_json(self) -> dict[str, Any]:
        """
        Give it as plain JSON values.

        Returns
        -------
        dict
        """
        values = asdict(self)
        del values["dialect"]
        return {name: list(v) if isinstance(v, tuple) else v for name, v in values.items()}

    def check(self) -> None:
        """
        Refuse a choice of what does not exist.

        Raises
        ------
        ExchangeError
            If a name is unknown.
        """
        _known("dialect", (self.dialect,), tuple(DIALECTS))
        _known("layer", self.layers, tuple(DIALECTS[self.dialect].forms))
        _known("dtype", self.dtypes, FLOATS)
        _known("aspect", self.aspects, ASPECTS)

    def claims(self) -> list[Claim]:
        """
        List the claims, case by case.

        Returns
        -------
        list of Claim
            Of the one that `ASKED` names; each has a call in the dialect.

        Raises
        ------
        ExchangeError
            If a name is unknown.
        """
        self.check()
        chosen = [
            claim
            for claim in plan([ASKED[self.dialect]], self.aspects or ASPECTS)
            if (not self.layers or claim.case.layer in self.layers)
            and (not self.dtypes or claim.case.dtype in self.dtypes)
            and matches(self.k, f"{claim.aspect}/{claim.case.id}-{claim.form}")
            and self._can_be_said(claim)
        ]
        chosen = self._first_cases(chosen)
        asked = {(claim.case.id, *claim.forms) for claim in chosen if len(claim.forms) == 1}
        return [
            claim for claim in chosen if all((claim.case.id, form) in asked for form in claim.forms)
        ]

    def _can_be_said(self, claim: Claim) -> bool:
        dialect = DIALECTS[self.dialect]
        try:
            return all(
                isinstance(claim.case, Case) and bool(dialect.translate(claim.case, form).slots)
                for form in claim.forms
            )
        except Unsupported:
            return False

    def _first_cases(self, claims: Sequence[Claim]) -> list[Claim]:
        if self.cases is None:
            return list(claims)
        kept: dict[str, dict[str, None]] = {}
        for claim in claims:
            of_layer = kept.setdefault(claim.case.layer, {})
            if len(of_layer) < self.cases:
                of_layer[_origin(claim.case)] = None
        return [claim for claim in claims if _origin(claim.case) in kept[claim.case.layer]]


def matches(expression: str, name: str) -> bool:
    """
    Tell whether a name has the words it shall have.

    Parameters
    ----------
    expression : str
        Words, each perhaps after 'not', joined by 'and' and, more loosely, by 'or'.
    name : str
        The name.

    Returns
    -------
    bool
        True for an empty expression.

    Examples
    --------
    >>> matches("conv2d and not wide or linear", "output/conv2d-same-normal-float32-class")
    True
    """
    if not expression.strip():
        return True
    return any(
        all(
            (word.removeprefix("not ").strip() in name) != word.startswith("not ")
            for word in (each.strip() for each in part.split(" and "))
        )
        for part in expression.split(" or ")
    )


def _origin(case: Case | Program) -> str:
    """Name the table's own case, which a case with another batch was made from."""
    words = tuple(word for word in case.words if word not in ("empty", "many"))
    return replace(case, words=words).id


def _known(what: str, given: Sequence[str], allowed: Sequence[str]) -> None:
    for name in given:
        if name not in allowed:
            near = difflib.get_close_matches(name, allowed, n=1)
            meant = f" (did you mean {near[0]!r}?)" if near else ""
            raise ExchangeError(
                f"there is no {what} {name!r}{meant}; known are {', '.join(allowed)}"
            )
