"""What a layer lacks is named: each piece of a family is there for each of its layers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType

import pytest

from conformance.layers.activation.accuracy import MEASURED
from conformance.layers.dialects import DIALECTS
from conformance.layers.registry import FAMILIES, LAYERS, TABLES, layer_cases
from conformance.spec.axes import common_sizes
from conformance.spec.call import Unsupported
from conformance.spec.case import Case
from conformance.spec.layer import Family, Layer
from conformance.spec.table import Table
from mutation.targets import EVERY_FAMILY, targets

NAMES = ("conv", "pooling", "linear", "norm", "dropout", "activation", "loss")
FAMILY = pytest.mark.parametrize("family", FAMILIES, ids=NAMES)
# Arguments that every layer may have, and that nothing but their type can be wrong with.
COMMON = {"dtype", "inplace"}
# Layers that have arguments, none of which is tried with a bad value yet.
WITHOUT_BAD_CALLS = {"moments has no bad calls", "softplus has no bad calls"}


# Families and layers that the mutation test names.
MUTATED = {row for target in targets() for row in target.rows} - {EVERY_FAMILY}

_CASES: dict[int, list[Case]] = {}  # by table: covering arrays take a while


def cases_in(table: Table) -> list[Case]:
    if id(table) not in _CASES:
        _CASES[id(table)] = table.cases()
    return _CASES[id(table)]


def cases_of(family: Family, name: str) -> list[Case]:
    return [case for table in family.tables for case in cases_in(table) if case.layer == name]


def missing(family: Family) -> list[str]:
    """Say what the layers of a family lack."""
    return [f"{layer.name} {what}" for layer in family.layers for what in lacks(family, layer)]


def lacks(family: Family, layer: Layer) -> Iterator[str]:
    name = layer.name
    cases = cases_of(family, name)
    if layer.family != family.name:
        yield f"is of the family {layer.family}"
    if not cases:
        yield "has no cases"
    for array in dict.fromkeys(array for case in cases for array in case.shapes):
        if array not in layer.arrays:
            yield f"has no axes of {array}"
    for case in cases:
        if case.shapes.keys() <= layer.arrays.keys():
            try:
                common_sizes(layer.axes(case.shapes, case.config), case.shapes, case.config)
            except ValueError as error:
                yield f"has arrays that do not agree: {error}"
                break
    for dialect, forms in (("torch", family.torch), ("tf", family.tf)):
        if name not in forms:
            yield f"has no forms in {dialect}; where there are none, say so with an empty entry"
    if not family.torch.get(name) and not family.tf.get(name):
        yield "has a form in no dialect"
    if not any(mutant.layer == name for mutant in family.mutants):
        yield "has no mutants"
    targets, arguments = calls(family, name)
    bad_calls = (bad_call for known in family.bad_calls.values() for bad_call in known)
    if arguments and not any(bad_call.target in targets for bad_call in bad_calls):
        yield "has no bad calls"
    if layer.elementwise and name not in {each.layer for each in MEASURED}:
        yield "is not among the activations whose accuracy is measured"
    if not MUTATED & {name, layer.family}:
        yield "is in no target of the mutation test"


def calls(family: Family, name: str) -> tuple[set[str], set[str]]:
    """Give the targets that a layer is called by, and its arguments."""
    targets, arguments = set(), set()
    for case in cases_of(family, name):
        for forms in (family.torch, family.tf):
            for translate in forms.get(name, {}).values():
                try:
                    call = translate(case)
                except Unsupported:
                    continue
                targets.add(call.target)
                arguments |= set(call.arguments) - COMMON
    return targets, arguments


@FAMILY
def test_nothing_is_missing(family):
    assert set(missing(family)) <= WITHOUT_BAD_CALLS


def test_what_has_no_bad_calls_is_what_is_listed():
    lacking = {what for family in FAMILIES for what in missing(family) if "bad calls" in what}
    assert lacking == WITHOUT_BAD_CALLS


@FAMILY
def test_nothing_is_said_of_a_layer_that_the_family_does_not_have(family):
    names = {layer.name for layer in family.layers}
    assert {case.layer for table in family.tables for case in cases_in(table)} == names
    assert set(family.torch) == set(family.tf) == names
    assert set(family.webnn) | set(family.dot_products) <= names
    assert {mutant.layer for mutant in family.mutants} == names


def test_the_registry_is_made_of_the_families():
    assert tuple(family.name for family in FAMILIES) == NAMES
    assert list(LAYERS) == [layer.name for family in FAMILIES for layer in family.layers]
    assert len(LAYERS) == sum(len(family.layers) for family in FAMILIES)
    assert [*TABLES] == [table for family in FAMILIES for table in family.tables]
    assert {case.layer for case in layer_cases()} == set(LAYERS)
    for name, dialect in DIALECTS.items():
        assert dialect.name == name
        assert list(dialect.forms) == [
            layer
            for family in FAMILIES
            for layer in (family.torch if name == "torch" else family.tf)
        ]


def without(forms, name):
    return {layer: known for layer, known in forms.items() if layer != name}


LINEAR = FAMILIES[2]
(LAYER,) = LINEAR.layers
ARRAYS = dict(LAYER.arrays)


def with_layer(**changes):
    return replace(LINEAR, layers=(replace(LAYER, **changes),))


@pytest.mark.parametrize(
    ("family", "what"),
    [
        (replace(LINEAR, tables=()), "linear has no cases"),
        (replace(LINEAR, mutants=()), "linear has no mutants"),
        (replace(LINEAR, bad_calls=MappingProxyType({})), "linear has no bad calls"),
        (
            replace(LINEAR, torch=without(LINEAR.torch, "linear")),
            "linear has no forms in torch; where there are none, say so with an empty entry",
        ),
        (
            replace(LINEAR, tf=without(LINEAR.tf, "linear")),
            "linear has no forms in tf; where there are none, say so with an empty entry",
        ),
        (
            replace(LINEAR, torch={"linear": {}}, tf={"linear": {}}),
            "linear has a form in no dialect",
        ),
        (with_layer(family="norm"), "linear is of the family norm"),
        (with_layer(arrays=without(ARRAYS, "bias")), "linear has no axes of bias"),
        (
            with_layer(arrays=ARRAYS | {"weight": "in_features out_features"}),
            "linear has arrays that do not agree: out_features of bias is 2, elsewhere 96",
        ),
        (
            with_layer(arrays=ARRAYS | {"bias": "out_features in_features"}),
            "linear has arrays that do not agree: bias has 1 dimensions, unlike its named axes",
        ),
        (
            with_layer(name="cubic", family="cubic"),
            "cubic is in no target of the mutation test",
        ),
        (
            with_layer(name="cubic", elementwise=True),
            "cubic is not among the activations whose accuracy is measured",
        ),
    ],
)
def test_what_is_left_out_is_named(family, what):
    assert what in missing(family)


def test_traits_are_those_of_the_cases():
    for case in layer_cases():
        layer = LAYERS[case.layer]
        assert layer.loss == ("target" in case.shapes)
        assert layer.random == ("rate" in case.config) == case.nonzero
        if "running_mean" in case.shapes:
            assert layer.stateful
        if case.inplace:
            assert layer.inplace
        if layer.rank is not None and "rank" in case.config:
            assert layer.rank == case.config["rank"]
        if layer.elementwise:
            assert set(layer.arrays) == {"input", "output"}
            assert set(case.shapes) == {"input"}


def test_what_keras_compiles():
    compiled = {
        (case.layer, form)
        for case in layer_cases()
        for form in DIALECTS["tf"].forms[case.layer]
        if LAYERS[case.layer].compiled(case, form)
    }
    assert compiled == {(f"conv{n}d", f"keras{end}") for n in (1, 2, 3) for end in ("", "_ncx")}


def test_an_elementwise_layer_reads_the_parameters_of_its_cases_and_dialects():
    for case in layer_cases():
        layer = LAYERS[case.layer]
        if not layer.elementwise:
            continue
        read = set(layer.options)
        assert set(case.config) - {"inplace"} <= read, case.id
        for dialect in DIALECTS.values():
            for form in dialect.forms[case.layer]:
                try:
                    conventions = dialect.translate(case, form).conventions
                except Unsupported:
                    continue
                assert set(conventions) <= read, f"{case.id} {form}"
