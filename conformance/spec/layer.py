"""A layer's descriptor: its arrays, its traits, and how it is evaluated; and a family of layers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from conformance.spec.answer import Answer, Arrays, Evaluate
from conformance.spec.axes import Axis, Shapes, resolve_axes
from conformance.spec.bad_call import BadCall
from conformance.spec.call import Translate
from conformance.spec.case import Case
from conformance.spec.divergence import Divergence
from conformance.spec.mutant import Mutant
from conformance.spec.table import Table
from conformance.spec.tolerance import Count, Units

Config = Mapping[str, Any]
# Configuration, statistics, batch, and how many batches came before -> statistics.
Advance = Callable[[Config, Arrays, Any, int], Mapping[str, Any]]
# Layer -> {form: translation}.
Forms = Mapping[str, Mapping[str, Translate]]

INPUT = "input"
OUTPUT = "output"


@dataclass(frozen=True)
class Element:
    """One element of an output, and what it comes from.

    Attributes
    ----------
    config : mapping
        The case's configuration and the dialect's conventions.
    arrays : mapping
        Array -> its values, in float64.
    answer : Answer
        The layer's answer on these arrays.
    index : tuple of int
        Which element of the output.
    """

    config: Config
    arrays: Mapping[str, Any]
    answer: Answer
    index: tuple[int, ...]


Explain = Callable[[Element], Sequence[str]]


def never(case: Case, form: str) -> bool:
    """Hold for no case in no form.

    Parameters
    ----------
    case : Case
        Any case.
    form : str
        Any form.

    Returns
    -------
    bool
    """
    return False


# Compared by identity: a layer is made once, and its mappings have no hash.
@dataclass(frozen=True, eq=False)
class Layer:
    """What the rest of the suite needs to know of a layer.

    Attributes
    ----------
    name : str
        The neutral name, such as 'conv2d'.
    family : str
        The family it belongs to.
    evaluate : callable
        Configuration and arrays -> answer; the arrays are bounded or plain.
    arrays : mapping
        Array -> its named axes as a pattern of `conformance.spec.axes`; 'output' among them, if it
        has any. An array's sizes are made smaller in the order in which their names occur here.
    rank : int or None
        The number of its spatial dimensions, if it has a fixed one.
    random : bool
        Whether it draws: the oracle answers only when it has seen the mask.
    loss : bool
        Whether it compares its input with a target.
    elementwise : bool
        Whether an output element is a function of one input element and nothing else.
    inplace : bool
        Whether a dialect has a form of it that writes over the input.
    options : tuple of str
        What an elementwise layer reads of a configuration; all other keys are the dialects'.
    advance : callable, optional
        The rule by which its running statistics take in a batch; without one it keeps none.
    compiled : callable
        For which cases and forms of TensorFlow Keras compiles the layer anew at each call.
    size_options : mapping
        Named axis -> the option that holds its size, where that has another name.
    explain : callable, optional
        Spells out in lines how an element of the output comes about.
    """

    name: str
    family: str
    evaluate: Evaluate
    arrays: Mapping[str, str]
    rank: int | None = None
    random: bool = False
    loss: bool = False
    elementwise: bool = False
    inplace: bool = False
    options: tuple[str, ...] = ()
    advance: Advance | None = None
    compiled: Callable[[Case, str], bool] = never
    size_options: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    explain: Explain | None = None

    @property
    def stateful(self) -> bool:
        """Whether it can keep running statistics."""
        return self.advance is not None

    def axes(self, shapes: Shapes, config: Config) -> Mapping[str, tuple[Axis, ...]]:
        """Name the axes of a case's arrays.

        Parameters
        ----------
        shapes : mapping
            Array -> its shape, for some of `arrays`; the input among them.
        config : mapping
            The case's configuration.

        Returns
        -------
        mapping
            Array -> its axes, in the order of `arrays`.

        Raises
        ------
        ValueError
            If an array does not fit its pattern.
        """
        order = sorted(shapes, key=lambda array: array != INPUT)
        dimensions = {array: len(shapes[array]) for array in order}
        axes = resolve_axes(self.arrays, dimensions, config, self.rank)
        return {array: axes[array] for array in self.arrays if array in axes}


def by_name(layers: Iterable[Layer]) -> dict[str, Layer]:
    """Make layers the values of a table's factor.

    Parameters
    ----------
    layers : iterable of Layer
        The layers.

    Returns
    -------
    dict
        Name -> layer.
    """
    return {layer.name: layer for layer in layers}


@dataclass(frozen=True, eq=False)
class Family:
    """Layers that are alike, and all that is data about them.

    Attributes
    ----------
    name : str
        What it is called in every package.
    layers : tuple of Layer
        The layers.
    tables : tuple of Table
        Their cases.
    torch, tf : mapping
        Layer -> {form: translation}, for each of the two dialects.
    divergences : tuple of Divergence
        What real frameworks do otherwise. The order matters: of the records that speak about a
        claim, the first is quoted.
    mutants : tuple of Mutant
        refimpl with one mistake.
    bad_calls : mapping
        Dialect -> calls that are to be refused.
    webnn : mapping
        Layer -> WebNN's tolerance, of those that are an operator there.
    dot_products : mapping
        Layer -> how many terms an output is the sum of, of those that TOSA tests as dot products.
    """

    name: str
    layers: tuple[Layer, ...]
    tables: tuple[Table, ...]
    torch: Forms
    tf: Forms
    divergences: tuple[Divergence, ...] = ()
    mutants: tuple[Mutant, ...] = ()
    bad_calls: Mapping[str, tuple[BadCall, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    webnn: Mapping[str, Units] = field(default_factory=lambda: MappingProxyType({}))
    dot_products: Mapping[str, Count] = field(default_factory=lambda: MappingProxyType({}))
