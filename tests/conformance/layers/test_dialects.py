"""Every case is translated or refused in a sentence; moves can be undone; frameworks accept."""

from __future__ import annotations

import functools
import inspect
import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.layers.conv.tf import DepthwiseKernel
from conformance.layers.data_formats import data_format, images, kernels
from conformance.layers.dialects import DIALECTS
from conformance.layers.pooling.tf import FlatIndex
from conformance.layers.registry import layer_cases
from conformance.spec.call import KEEP, Call, Reshaped, Transposed, Unsupported
from conformance.subjects.protocol import resolve

BOTH = pytest.mark.parametrize("dialect", list(DIALECTS))


# keras.layers.SpatialDropout1D has no data_format: refused whatever the case.
NEVER = {("dropout1d", "keras_ncx")}


@functools.cache
def translations(dialect):
    """Give (case, form, Call or the sentence of the refusal) of all cases."""
    found = []
    for case in layer_cases():
        for form in DIALECTS[dialect].forms[case.layer]:
            try:
                found.append((case, form, DIALECTS[dialect].translate(case, form)))
            except Unsupported as answer:
                found.append((case, form, str(answer)))
    return found


def calls(dialect):
    return [
        (case, form, call)
        for case, form, call in translations(dialect)
        if isinstance(call, Call) and case.shapes  # without arrays it is a program
    ]


@BOTH
def test_every_layer_is_known(dialect):
    assert {case.layer for case in layer_cases()} == set(DIALECTS[dialect].forms)


@BOTH
def test_what_cannot_be_said_is_refused_in_a_sentence(dialect):
    refusals = {call for _, _, call in translations(dialect) if isinstance(call, str)}
    assert refusals
    for sentence in refusals:
        assert len(sentence.split()) >= 3, sentence
        assert not sentence.endswith("."), sentence


@BOTH
def test_every_form_of_every_layer_says_some_case(dialect):
    forms = {(layer, form) for layer, known in DIALECTS[dialect].forms.items() for form in known}
    said = {
        (case.layer, form) for case, form, call in translations(dialect) if isinstance(call, Call)
    }
    assert said == forms - NEVER


@BOTH
def test_calls_are_well_formed(dialect):
    for case, form, call in calls(dialect):
        where = f"{case.id} {form}"
        assert call.kind in ("function", "class"), where
        names = [slot.name for slot in call.slots]
        assert len(set(names)) == len(names), where
        assert call.arrays <= set(case.shapes), where
        assert [slot.array for slot in call.slots].count("input") == 1, where
        if call.kind == "function":
            assert not set(names) & set(call.arguments), where
        assert call.results, where
        roles = {slot.role for slot in call.slots}
        assert roles <= {"input", "parameter", "buffer", "constant"}, where
        assert call.kind == "class" or not call.owned, where


@BOTH
def test_a_class_owns_what_is_assigned_to_it(dialect):
    for case, form, call in calls(dialect):
        if call.kind != "class":
            continue
        owned = {each.name: each for each in call.owned}
        for slot in call.slots:
            if slot.role not in ("parameter", "buffer"):
                continue
            shape = slot.move.to(np.empty(case.shapes[slot.array])).shape
            assert shape == owned[slot.name].shape, f"{case.id} {form} {slot.name}"
            assert owned[slot.name].trainable == (slot.role == "parameter")


@BOTH
def test_every_slot_can_be_moved_there_and_back(dialect):
    seen = set()
    for case, form, call in calls(dialect):
        for slot in call.slots:
            key = (case.layer, form, slot.name, case.shapes[slot.array])
            if key in seen:
                continue
            seen.add(key)
            array = np.arange(np.prod(case.shapes[slot.array])).reshape(case.shapes[slot.array])
            there = slot.move.to(array)
            assert there.size == array.size
            np.testing.assert_array_equal(slot.move.back(there), array)


@BOTH
def test_conventions_fill_only_what_the_case_leaves_open(dialect):
    for case, form, call in calls(dialect):
        assert not set(call.conventions) & set(case.config), f"{case.id} {form}"


def arrays(ndim):
    shapes = st.lists(st.integers(1, 4), min_size=ndim, max_size=ndim)
    return shapes.map(lambda shape: np.arange(np.prod(shape)).reshape(shape))


@given(st.data(), st.integers(0, 5))
def test_transposing_can_be_undone(data, ndim):
    array = data.draw(arrays(ndim))
    move = Transposed(tuple(data.draw(st.permutations(range(ndim)))))
    np.testing.assert_array_equal(move.back(move.to(array)), array)
    np.testing.assert_array_equal(move.to(move.back(array)), array)


@given(st.data(), st.integers(1, 3))
def test_layouts_of_images_and_kernels_can_be_undone(data, rank):
    array = data.draw(arrays(rank + 2))
    for move in (KEEP, images(rank), images(rank, True), kernels(rank)):
        np.testing.assert_array_equal(move.back(move.to(array)), array)
    n, c, *spatial = array.shape
    assert images(rank).to(array).shape == (n, *spatial, c)
    assert kernels(rank).to(array).shape == (*spatial, c, n)
    assert len(data_format(rank, True)) == len(data_format(rank, False)) == rank + 2


@given(st.integers(1, 4), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3))
def test_a_depthwise_kernel_can_be_undone(channels, multiplier, height, width):
    shape = (channels * multiplier, 1, height, width)
    array = np.arange(np.prod(shape)).reshape(shape)
    move = DepthwiseKernel(channels)
    there = move.to(array)
    assert there.shape == (height, width, channels, multiplier)
    np.testing.assert_array_equal(move.back(there), array)
    assert there[0, 0, -1, 0] == array[(channels - 1) * multiplier, 0, 0, 0]


@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 4))
def test_reshaping_can_be_undone(a, b, c):
    array = np.arange(a * b * c).reshape(a, b, c)
    move = Reshaped((a, b, c), (a * b, c))
    assert move.to(array).shape == (a * b, c)
    np.testing.assert_array_equal(move.back(move.to(array)), array)


def test_a_flat_index_of_channels_last_becomes_one_of_its_channel():
    height, width, channels = 2, 3, 4
    h, w, c = np.indices((height, width, channels))
    flat = ((h * width + w) * channels + c)[None]
    neutral = FlatIndex(channels).back(flat)
    assert neutral.shape == (1, channels, height, width)
    for channel in range(channels):
        np.testing.assert_array_equal(
            neutral[0, channel], np.arange(height * width).reshape(height, width)
        )
    np.testing.assert_array_equal(FlatIndex(channels).to(neutral), flat)


def accepts(signature, names):
    """Tell which keyword arguments a signature does not take."""
    parameters = signature.parameters
    if any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters.values()):
        # Layer(**kwargs) hands on the few arguments that every Keras layer has.
        parameters = {**parameters, "dtype": None, "name": None, "trainable": None}
    return sorted(set(names) - set(parameters))


def refused(root, dialect, signature_of):
    wrong, seen = {}, set()
    for case, form, call in calls(dialect):
        names = tuple(call.arguments)
        if call.kind == "function":
            names += tuple(slot.name for slot in call.slots)
        else:
            names += tuple(slot.name for slot in call.slots if slot.role == "constant")
        if (call.target, names) in seen:
            continue
        seen.add((call.target, names))
        left = accepts(signature_of(resolve(root, call.target)), names)
        if left:
            wrong[f"{call.target} ({case.layer}, {form})"] = left
    assert len(seen) > 40
    return wrong


# Built-in functions without a Python signature: the documentation's.
TORCH_BUILTIN = {
    "conv1d": "input weight bias stride padding dilation groups",
    "conv2d": "input weight bias stride padding dilation groups",
    "conv3d": "input weight bias stride padding dilation groups",
    "avg_pool1d": "input kernel_size stride padding ceil_mode count_include_pad",
    "avg_pool2d": ("input kernel_size stride padding ceil_mode count_include_pad divisor_override"),
    "avg_pool3d": ("input kernel_size stride padding ceil_mode count_include_pad divisor_override"),
    "linear": "input weight bias",
    "prelu": "input weight",
    "log_sigmoid": "input",
    "softplus": "input beta threshold",
    "gelu": "input approximate",
}


def keywords(words):
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Signature([inspect.Parameter(name, kind) for name in words.split()])


def torch_signature(found):
    try:
        signature = inspect.signature(found)
    except ValueError:
        return keywords(TORCH_BUILTIN[found.__name__])
    if {"args", "kwargs"} == set(signature.parameters):  # a dispatcher, as of max_pool2d
        return keywords("input kernel_size stride padding dilation ceil_mode return_indices")
    return signature


def own_signature(found):
    """Give the signature of a function of refimpl with its arrays, or of a constructor."""
    if inspect.isclass(found):
        return inspect.signature(found.__init__)
    return inspect.signature(found)


def test_torchs_names_are_accepted():
    assert refused(pytest.importorskip("torch"), "torch", torch_signature) == {}


def test_refimpls_torch_names_are_accepted():
    import refimpl.torch

    assert refused(refimpl.torch, "torch", own_signature) == {}


def test_refimpls_tensorflow_names_are_accepted():
    import refimpl.tf

    assert refused(refimpl.tf, "tf", own_signature) == {}


def test_tensorflows_names_are_accepted():
    pytest.importorskip("torch")  # before TensorFlow, or their libraries clash
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    tf = pytest.importorskip("tensorflow")
    assert refused(tf, "tf", inspect.signature) == {}
