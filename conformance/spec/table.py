"""A table of cases: factors with their values, the rules of what is legal, and how a row is read.

The rows are a covering array: every legal combination of the values of any three factors
occurs in some row (library `covertable`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from covertable import make

from conformance.spec.case import Case

Row = Mapping[str, Any]
Shapes = Mapping[str, tuple[int, ...]]
Factors = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Rule:
    """What makes a row legal.

    Attributes
    ----------
    factors : tuple of str
        The factors it speaks about.
    legal : callable
        Takes their values in that order; true if they may stand together.
    reason : str
        Why the others may not.
    """

    factors: tuple[str, ...]
    legal: Callable[..., bool]
    reason: str


@dataclass(frozen=True)
class Table:
    """The cases of one family of layers, as data.

    Attributes
    ----------
    factors : mapping
        Factor -> {word: value}. The words make the ids; the word '' marks a default and is
        left out of them. The factors 'regime' and 'dtype' are part of every table.
    read : callable
        Row (factor -> value) -> (layer, config, shapes).
    hunts : mapping
        Word of a factor's value -> the mistake that value is there to catch; '' for all rows.
    rules : tuple of Rule
        What is legal.
    draws : callable
        Row -> regimes of arrays other than the input; 'normal' is left out.
    batched : callable
        Row -> the arrays whose first axis is the batch; none if the case has no batch.
    nonzero : bool
        Whether no drawn float is zero; see `Case`.
    strength : int
        Any so many factors are combined in full.
    """

    factors: Mapping[str, Mapping[str, Any]]
    read: Callable[[Row], tuple[str, Mapping[str, Any], Shapes]]
    hunts: Mapping[str, str]
    rules: tuple[Rule, ...] = ()
    draws: Callable[[Row], Mapping[str, str]] = lambda row: {}
    batched: Callable[[Row], tuple[str, ...]] = lambda row: ("input",)
    nonzero: bool = False
    strength: int = 3

    def rows(self) -> list[dict[str, str]]:
        """The covering array in words.

        Returns
        -------
        list of dict
            Factor -> word; the order is the same each time.
        """
        return [
            {name: row[name] for name in self.factors}
            for layer in self.factors.get("layer", {"": None})
            for row in self._array(layer)
        ]

    def _array(self, layer: str) -> Sequence[Mapping[str, str]]:
        """The covering array of one layer's options: each layer meets every combination."""
        words = {name: list(values) for name, values in self.factors.items()}
        if "layer" in words:
            words["layer"] = [layer]
        found: Sequence[Mapping[str, str]] = make(
            words,
            strength=min(self.strength, len(words)),
            constraints=[self._constraint(rule) for rule in self.rules],
        )
        return found

    def cases(self) -> list[Case]:
        """The table's cases.

        Returns
        -------
        list of Case
        """
        return [self.case(row) for row in self.rows()]

    def case(self, words: Mapping[str, str]) -> Case:
        """Read one row.

        Parameters
        ----------
        words : mapping
            Factor -> word.

        Returns
        -------
        Case
        """
        values = {name: self.factors[name][word] for name, word in words.items()}
        layer, config, shapes = self.read(values)
        tokens = [
            word
            for name, word in words.items()
            if word and name not in ("layer", "regime", "dtype")
        ]
        hunts = [self.hunts[word] for word in ("", *tokens) if word in self.hunts]
        exact = values["regime"] == "exact"
        arrays = {name: "exact" for name in shapes if name != "input"} if exact else {}
        return Case(
            layer=layer,
            words=tuple(tokens),
            config=MappingProxyType(dict(config)),
            shapes=MappingProxyType(dict(shapes)),
            regime=values["regime"],
            dtype=values["dtype"],
            hunts="; ".join(hunts),
            draws=MappingProxyType({**arrays, **self.draws(values)}),
            batched=self.batched(values),
            nonzero=self.nonzero,
        )

    def legal(self, words: Mapping[str, str]) -> bool:
        """Whether a row, or a part of one, breaks no rule.

        Parameters
        ----------
        words : mapping
            Factor -> word, for some or all factors.

        Returns
        -------
        bool
        """
        return all(
            rule.legal(*(self.factors[name][words[name]] for name in rule.factors))
            for rule in self.rules
            if all(name in words for name in rule.factors)
        )

    def _constraint(self, rule: Rule) -> dict[str, Any]:
        def holds(row: Mapping[str, str]) -> bool:
            return rule.legal(*(self.factors[name][row[name]] for name in rule.factors))

        return {"operator": "fn", "requires": list(rule.factors), "evaluate": holds}


def same(values: Sequence[str]) -> dict[str, str]:
    """Factor values that are their own words.

    Parameters
    ----------
    values : sequence of str
        The values.

    Returns
    -------
    dict
    """
    return {value: value for value in values}


def per_dimension(value: Any, rank: int) -> tuple[Any, ...]:
    """Spread an option over the spatial dimensions.

    Parameters
    ----------
    value : object
        One value for all, a tuple of one for each, or such tuples by the number of dimensions.
    rank : int
        How many dimensions.

    Returns
    -------
    tuple
    """
    if isinstance(value, Mapping):
        return tuple(value[rank])
    return tuple(value[:rank]) if isinstance(value, tuple) else (value,) * rank
