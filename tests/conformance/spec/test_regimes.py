"""Regimes promise what they excite; draws keep the promises."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.spec import regimes
from refimpl.dtypes import float_dtype

DTYPES = ("float16", "bfloat16", "float32", "float64")
KEYS = st.text(max_size=12)
SHAPES = st.lists(st.integers(0, 6), max_size=4).map(tuple)
FLOATS = [name for name in regimes.REGIMES if name not in ("index", "all")]


def draw(regime, shape=(4000,), dtype="float64", key="a key", **config):
    return regimes.draw(key, shape, regime, float_dtype(dtype), config)


@given(KEYS, SHAPES, st.sampled_from(FLOATS), st.sampled_from(DTYPES))
def test_every_draw_has_its_shape_and_dtype_and_is_repeated(key, shape, regime, dtype):
    array = draw(regime, shape, dtype, key)
    assert array.shape == shape
    assert array.dtype == float_dtype(dtype)
    assert array.tobytes() == draw(regime, shape, dtype, key).tobytes()


@given(KEYS, KEYS)
def test_other_keys_give_other_bits(first, second):
    same = np.array_equal(regimes.bits(first, 8), regimes.bits(second, 8))
    assert same == (first == second)


@given(KEYS, st.integers(0, 40), st.integers(0, 40))
def test_bits_are_a_stream(key, few, more):
    np.testing.assert_array_equal(regimes.bits(key, few), regimes.bits(key, few + more)[:few])


def test_every_regime_has_a_sentence_and_can_be_drawn():
    assert all(len(sentence) > 10 for sentence in regimes.REGIMES.values())
    for regime in regimes.REGIMES:
        dtype = "float16" if regime == "all" else "float32"
        shape = (256, 256) if regime == "all" else (3, 4)
        assert draw(regime, shape, dtype, classes=3).shape == shape


def test_an_unknown_regime_is_refused():
    with pytest.raises(KeyError):
        draw("nonsense")


def test_bell_is_bounded_centred_and_of_deviation_one():
    values = regimes.bell(regimes.bits("bell", 200_000))
    assert abs(values.mean()) < 0.01
    assert abs(values.std() - 1) < 0.01
    assert np.abs(values).max() <= 4 * 65535 / 75674
    edges = np.array([0, 2**64 - 1], np.uint64)
    np.testing.assert_allclose(regimes.bell(edges), [-4 * 65535 / 75674, 4 * 65535 / 75674])


def test_bell_is_unchanged_by_byte_order_of_parts():
    word = np.array([0x0001_0002_0003_0004], np.uint64)
    assert regimes.bell(word)[0] == (2 * 10 - 4 * 65535) / 75674.0


@pytest.mark.parametrize("dtype", DTYPES)
def test_exact_holds_integers_of_both_signs(dtype):
    values = draw("exact", dtype=dtype).astype(float)
    assert set(values) == set(range(-3, 4))


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_offset_cancels(dtype):
    values = draw("offset", dtype=dtype).astype(float)
    assert abs(values.mean()) > 30 * values.std() > 0


def test_tiny_has_a_variance_below_epsilon():
    assert 0 < draw("tiny").var() < 1e-5


@pytest.mark.parametrize(("dtype", "binades"), [("float32", 20), ("float16", 7)])
def test_wide_spans_binades_without_overflow(dtype, binades):
    values = np.abs(draw("wide", dtype=dtype).astype(float))
    assert np.isfinite(values).all()
    low, high = np.quantile(values, [0.02, 0.98])
    assert np.log2(high / low) > binades


def test_extreme_saturates():
    values = draw("extreme", (4, 6, 5), "float32")
    assert np.abs(values).max() > 40
    with np.errstate(over="ignore"):
        assert np.isinf(np.exp(draw("extreme", dtype="float32"))).any()


def test_ties_hold_kinks_both_zeros_and_ties():
    values = draw("ties", (6, 7, 4))
    assert {-3.0, -1.0, 0.0, 1.0, 3.0, 6.0} <= set(values.ravel())
    zeros = np.signbit(values[values == 0])
    assert zeros.any()
    assert not zeros.all()
    assert np.unique(values).size < 10


@pytest.mark.parametrize("dtype", DTYPES)
def test_special_holds_all_its_guests_in_42_elements(dtype):
    values = draw("special", (42,), dtype)
    assert np.isnan(values).any()
    wide = values.astype(float)
    assert {np.inf, -np.inf} <= set(wide[~np.isnan(wide)])
    assert np.signbit(wide[wide == 0]).any()
    normal = {"float16": 6.1e-5, "float64": 2.3e-308}.get(dtype, 1.2e-38)
    subnormal = wide[np.isfinite(wide) & (wide != 0) & (np.abs(wide) < normal)]
    assert {-1.0, 1.0} == set(np.sign(subnormal))
    assert np.isfinite(wide).mean() > 0.8


@pytest.mark.parametrize("dtype", DTYPES)
def test_three_elements_of_special_are_nan_and_the_infinities(dtype):
    values = draw("special", (3,), dtype).astype(float)
    np.testing.assert_array_equal(values, [np.nan, np.inf, -np.inf])


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_all_is_every_bit_pattern_once(dtype):
    values = draw("all", (256, 256), dtype)
    assert np.unique(values.view(np.uint16)).size == 65536


def test_equal_drifts_in_plain_order_alone():
    terms = np.square(draw("equal", (131072,), "float32"))
    exact = float(terms[0]) * terms.size
    plain = np.add.accumulate(terms)[-1]
    in_twos = np.add.accumulate(terms[::2] + terms[1::2])[-1]
    assert float(in_twos) == exact
    assert abs(float(plain) - exact) / exact > 40 * 2.0**-24 * np.sqrt(terms.size)


@given(KEYS, st.sampled_from([(5,), (4, 5), (4, 5, 3, 2)]))
def test_masked_rules_out_one_class_of_each_row(key, shape):
    values = draw("masked", shape, "float32", key)
    assert (np.isneginf(values).sum(1 if len(shape) > 1 else 0) == 1).all()
    assert not np.isnan(values).any()
    assert not np.isposinf(values).any()


@given(KEYS)
def test_positive_stays_between_its_ends(key):
    values = draw("positive", (64,), "float32", key)
    assert values.min() >= 0.25
    assert values.max() <= 2.5


@given(KEYS, st.sampled_from([(5,), (4, 5), (4, 5, 3, 2)]))
def test_probabilities_are_positive_and_sum_to_one_along_classes(key, shape):
    values = draw("probability", shape, "float64", key)
    assert values.min() > 0
    np.testing.assert_allclose(values.sum(1 if len(shape) > 1 else 0), 1, rtol=1e-14)


@given(KEYS, st.integers(1, 9))
def test_indices_are_classes(key, classes):
    values = draw("index", (60,), key=key, classes=classes)
    assert values.dtype == np.int64
    assert 0 <= values.min() <= values.max() < classes


def test_all_classes_occur_and_none_is_ignored_unless_asked_for():
    values = draw("index", (200,), classes=5, ignored="none", ignore_index=-100)
    assert set(values) == set(range(5))


def test_ignored_labels():
    some = draw("index", (6,), classes=5, ignored="some", ignore_index=-100)
    assert list(some == -100) == [False, True, False, False, True, False]
    every = draw("index", (6,), classes=5, ignored="all", ignore_index=2)
    assert set(every) == {2}


def test_raw_bits_are_pinned():
    assert hashlib.sha256(regimes.bits("a name", 16).tobytes()).hexdigest() == (
        "da6490fe199a314a32f8ebd9792c14180f1af254c7d4fd655eba26092838cd7f"
    )


def test_an_input_of_a_dropout_holds_no_zero():
    key = "4/dropout-p25-normal-float16/input/0"
    plain = draw("normal", (4, 6, 5), "float16", key)
    assert (plain == 0).sum() == 1
    dropped = regimes.draw(key, (4, 6, 5), "normal", float_dtype("float16"), {}, nonzero=True)
    assert (dropped != 0).all()
    np.testing.assert_array_equal(dropped[plain != 0], plain[plain != 0])
