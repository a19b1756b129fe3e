"""Each distinct thing is looked at once, and nothing that matters is left out."""

from __future__ import annotations

import functools
import itertools
from collections import Counter, defaultdict

import numpy as np

from conformance.judging.planning import plan
from conformance.judging.selection import (
    ASPECTS,
    Coverage,
    main_aspect,
    reference_of,
    with_input_shape,
)
from conformance.layers.dialects import DIALECTS
from conformance.layers.registry import LAYERS, layer_cases
from conformance.spec.call import CHANNELS_FIRST, Call, Slot, Unsupported

SLOTS = (Slot("input", "x"),)


def call(kind="function", conventions=(), slots=SLOTS):
    return Call("f", kind, {}, slots, conventions=dict(conventions))


@functools.cache
def claims():
    return plan(("refimpl.torch", "refimpl.tf"))


@functools.cache
def of_aspect(aspect):
    return [claim for claim in claims() if claim.aspect == aspect]


def test_the_reference_is_the_first_function_that_means_the_same():
    first, second, layer = call(), call(), call("class")
    forms = [("layer", layer), ("f", first), ("g", second)]
    assert reference_of(layer, forms) == "f"
    assert reference_of(second, forms) == "f"
    assert reference_of(first, forms) == "f"


def test_without_a_function_the_first_class_is_the_reference():
    forms = [("a", call("class")), ("b", call("class"))]
    assert reference_of(forms[1][1], forms) == "a"


def test_forms_that_mean_something_else_are_no_reference():
    other = call(conventions={"alpha": 2.0})
    assert reference_of(call("class"), [("layer", call("class")), ("f", other)]) is None
    kinked = call(conventions={"kink": "left"})
    assert reference_of(call("class"), [("layer", call("class")), ("f", kinked)]) == "f"
    more = call(slots=(*SLOTS, Slot("bias", "b")))
    assert reference_of(call("class"), [("layer", call("class")), ("f", more)]) is None
    assert reference_of(call(), [("f", call())]) is None


def test_the_values_of_losses_are_looked_at_as_losses():
    found = {main_aspect(case) for case in layer_cases()}
    assert found == {"output", "loss"}
    assert {case.layer for case in layer_cases() if "target" in case.shapes} == {
        name for name, layer in LAYERS.items() if layer.loss
    }


def values_of(case):
    """Give what the options of a case are, its regime and its dtype."""
    return {**case.config, "regime": case.regime, "dtype": case.dtype}.items()


def test_every_case_of_every_form_has_its_main_aspect_and_what_is_answered_its_gradient():
    said, left_out = set(), set()
    for name, dialect in (("refimpl.torch", "torch"), ("refimpl.tf", "tf")):
        for case in layer_cases():
            for form in DIALECTS[dialect].forms[case.layer]:
                try:
                    DIALECTS[dialect].translate(case, form)
                except Unsupported as answer:
                    left_out.add((name, case.layer, form, str(answer)))
                else:
                    said.add((main_aspect(case), case.id, name, form))
    mains = [c for c in claims() if c.aspect in ("output", "loss")]
    planned = {(c.aspect, c.case.id, c.subject, c.form) for c in mains}
    silent = len(mains) - len(planned & said)
    assert silent == len(left_out)  # each thing a form lacks is claimed once
    # The two data formats of a form are one: each case is looked at in one of them at least.
    for aspect, case, name, form in said - planned:
        twin = form.removesuffix(CHANNELS_FIRST)
        twin = twin if twin != form else form + CHANNELS_FIRST
        assert (aspect, case, name, twin) in planned & said
    spoken = {(c.case.id, c.subject, c.form) for c in of_aspect("gradient")}
    assert len(spoken) > 0.9 * len(planned & said)


def test_each_data_format_meets_every_two_values_of_the_other_options():
    formats = defaultdict(lambda: defaultdict(set))
    for claim in claims():
        if claim.subject == "refimpl.tf" and claim.aspect == "gradient":
            form = claim.form.removesuffix(CHANNELS_FIRST)
            formats[claim.case.layer, form][claim.form].add(claim.case)
    twins = {key: found for key, found in formats.items() if len(found) == 2}
    assert {"conv2d", "max_pool3d", "batch_norm1d"} <= {layer for layer, _ in twins}
    for (layer, form), found in twins.items():
        met = {
            name: set().union(*(itertools.combinations(values_of(case), 2) for case in cases))
            for name, cases in found.items()
        }
        assert met[form] == met[form + CHANNELS_FIRST], (layer, form)


def test_a_refusal_on_record_is_no_look_at_the_other_format():
    coverage = Coverage()
    case = next(case for case in layer_cases() if case.layer == "conv2d")
    assert coverage.select_formats(case, "s", ["nn"]) == ["nn"]
    assert coverage.select_formats(case, "s", ["nn", "nn_ncx"]) == ["nn", "nn_ncx"]
    # All that the case has to say was heard in both formats: one of them is enough now.
    assert len(coverage.select_formats(case, "s", ["nn", "nn_ncx"])) == 1
    assert coverage.select_formats(case, "s", ["nn_ncx"]) == ["nn_ncx"]


def test_every_class_shows_its_parameters():
    shown = {(c.subject, c.case.layer, c.form) for c in of_aspect("parameters")}
    for name, dialect in (("refimpl.torch", "torch"), ("refimpl.tf", "tf")):
        classes = {
            (name, claim.case.layer, claim.form)
            for claim in claims()
            if claim.subject == name
            and claim.aspect == "gradient"
            and DIALECTS[dialect].translate(claim.case, claim.form).kind == "class"
        }
        assert {each for each in shown if each[0] == name} == classes


def test_every_form_shows_every_dtype_it_has():
    shown = {(c.subject, c.case.layer, c.form, c.case.dtype) for c in of_aspect("dtype")}
    answered = {(c.subject, c.case.layer, c.form, c.case.dtype) for c in of_aspect("gradient")}
    assert shown == answered


def test_samples_are_small_and_never_empty():
    answered = {(c.subject, c.case.layer, c.form) for c in of_aspect("gradient")}
    for aspect in ("purity", "layout", "empty"):
        counted = Counter((c.subject, c.case.layer, c.form) for c in of_aspect(aspect))
        plain = Counter({key: n for key, n in counted.items() if aspect != "purity" or n})
        assert plain
        assert set(counted) <= answered
    assert set(Counter((c.subject, c.case.layer, c.form) for c in of_aspect("purity"))) == answered


def test_every_case_in_place_is_looked_at_for_purity():
    inplace = {(c.case.id, c.form) for c in of_aspect("gradient") if c.case.config.get("inplace")}
    assert inplace <= {(c.case.id, c.form) for c in of_aspect("purity")}
    assert inplace


def test_every_norm_that_keeps_statistics_shows_its_state():
    tracked = {
        (c.case.id, c.subject, c.form)
        for c in of_aspect("gradient")
        if "running_mean" in c.case.shapes
    }
    assert {(c.case.id, c.subject, c.form) for c in of_aspect("state")} == tracked


def test_empty_batches_are_empty_and_keep_the_rest():
    assert of_aspect("empty")
    for claim in of_aspect("empty"):
        assert claim.case.shapes["input"][0] == 0
        assert "empty" in claim.case.words


def test_layers_whose_first_axis_is_a_batch_are_looked_at_empty():
    batched = {c.case.layer for c in of_aspect("gradient") if c.case.batched}
    random = {layer for layer in batched if layer.startswith("dropout")}
    assert {c.case.layer for c in of_aspect("empty")} == batched - random


def test_masks_are_large_and_of_every_rate():
    rates = defaultdict(set)
    for claim in of_aspect("mask"):
        rates[claim.subject, claim.case.layer, claim.form].add(claim.case.config["rate"])
        noise = claim.case.config["noise_shape"] or claim.case.shapes["input"]
        assert np.prod(noise) >= 30_000
    forms = {
        (c.subject, c.case.layer, c.form)
        for c in of_aspect("gradient")
        if c.case.layer.startswith("dropout")
    }
    assert set(rates) == forms
    assert all(found == {0.5, 0.25} for found in rates.values())


def test_many_keeps_what_is_shared_shared():
    case = next(
        case for case in layer_cases() if case.layer == "dropout" and "shared" in case.words
    )
    large = with_input_shape(case, (1024, 512, 1))
    assert large.config["noise_shape"] == (1024, 1, 1)
    assert "many" in large.id
    assert large.shapes["input"] == (1024, 512, 1)


def test_forms_and_agreements_compare_two_things():
    for claim in of_aspect("forms"):
        mine, other = claim.form.split("+")
        assert mine != other
        assert "+" not in claim.subject
    for claim in of_aspect("agreement"):
        assert claim.subject == "refimpl.torch+refimpl.tf"
        assert len(claim.form.split("+")) == 2
    layers = {c.case.layer for c in of_aspect("agreement")}
    assert {"conv2d", "avg_pool2d", "linear", "batch_norm2d", "relu", "softmax"} <= layers


def test_all_aspects_are_planned():
    assert {claim.aspect for claim in claims()} >= set(ASPECTS) - {"seeded"}
