"""Selects the claims of a pack among those that can be asked by files."""

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
from conformance.tools.exchange.placeholder import PLACEHOLDERS
from refimpl.dtypes import FLOATS

# A file has no strides and is not shared memory, so `layout` and `purity` are left out; so are the
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
class PackSelection:
    """
    What a pack contains.

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
    def from_json(cls, dialect: str, values: Mapping[str, Any]) -> PackSelection:
        """
        Read a choice back from a pack.

        Parameters
        ----------
        dialect : str
            The pack's dialect.
        values : mapping
            What `to_json` returned.

        Returns
        -------
        PackSelection
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
        Raise an error if a name does not exist.

        Raises
        ------
        ExchangeError
            If a name is unknown.
        """
        _check_names("dialect", (self.dialect,), tuple(DIALECTS))
        _check_names("layer", self.layers, tuple(DIALECTS[self.dialect].forms))
        _check_names("dtype", self.dtypes, FLOATS)
        _check_names("aspect", self.aspects, ASPECTS)

    def claims(self) -> list[Claim]:
        """
        List the claims, case by case.

        Returns
        -------
        list of Claim
            Of the one that `PLACEHOLDERS` names; each has a call in the dialect.

        Raises
        ------
        ExchangeError
            If a name is unknown.
        """
        self.check()
        chosen = [
            claim
            for claim in plan([PLACEHOLDERS[self.dialect]], self.aspects or ASPECTS)
            if (not self.layers or claim.case.layer in self.layers)
            and (not self.dtypes or claim.case.dtype in self.dtypes)
            and matches_expression(self.k, f"{claim.aspect}/{claim.case.id}-{claim.form}")
            and self._has_call(claim)
        ]
        chosen = self._first_cases(chosen)
        asked = {(claim.case.id, *claim.forms) for claim in chosen if len(claim.forms) == 1}
        return [
            claim for claim in chosen if all((claim.case.id, form) in asked for form in claim.forms)
        ]

    def _has_call(self, claim: Claim) -> bool:
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
        selected: dict[str, dict[str, None]] = {}
        for claim in claims:
            of_layer = selected.setdefault(claim.case.layer, {})
            if len(of_layer) < self.cases:
                of_layer[_table_case_id(claim.case)] = None
        return [
            claim for claim in claims if _table_case_id(claim.case) in selected[claim.case.layer]
        ]


def matches_expression(expression: str, name: str) -> bool:
    """
    Whether a name matches an expression.

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


def _table_case_id(case: Case | Program) -> str:
    """Name the table's own case, which a case with another batch was made from."""
    words = tuple(word for word in case.words if word not in ("empty", "many"))
    return replace(case, words=words).id


def _check_names(what: str, given: Sequence[str], allowed: Sequence[str]) -> None:
    for name in given:
        if name not in allowed:
            near = difflib.get_close_matches(name, allowed, n=1)
            meant = f" (did you mean {near[0]!r}?)" if near else ""
            raise ExchangeError(
                f"there is no {what} {name!r}{meant}; known are {', '.join(allowed)}"
            )
