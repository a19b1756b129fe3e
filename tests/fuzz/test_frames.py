"""Answers of a subject's process: whatever bytes come, they are read as data or refused."""

from __future__ import annotations

import json
import os
import socket
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.spec.library import Step
from conformance.spec.request import Observation
from conformance.subjects.remote import observations
from conformance.subjects.remote.values import decode, encode
from conformance.subjects.sandbox import Frame, FrameError
from conformance.subjects.sandbox.frames import receive_answer, send_answer

FACTOR = float(os.environ.get("FUZZ_FACTOR", "1"))
LARGEST = 1 << 16
ANSWERS = "answers of a subject's process"

WORDS = ("array", "tuple", "mapping", "object", "float", "value", "float32", "bool", "bfloat16")
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 300),
    st.integers(),
    st.sampled_from(WORDS),
    st.text(max_size=5),
    st.floats(),
)
documents = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(WORDS), inner, max_size=2),
        st.builds(
            lambda name, shape, place: {"array": [name, shape, place]},
            st.sampled_from((*WORDS, "object", "<M8", "O", "float8")),
            st.lists(st.integers(-1, 5), max_size=3) | inner,
            st.integers(-1, 2) | inner,
        ),
    ),
    max_leaves=12,
)
blocks = st.lists(st.binary(max_size=40), max_size=3)
arrays = st.builds(
    lambda dtype, shape, seed: (
        np.frombuffer(np.random.default_rng(seed).bytes(600), np.uint8)
        .view(dtype)[: int(np.prod(shape))]
        .reshape(shape)
    ),
    st.sampled_from(("u1", "i2", "f2", "f4", "f8", "c8")),
    st.lists(st.integers(0, 3), max_size=3),
    st.integers(0, 9),
)
plain = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), arrays),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.text(max_size=3), inner, max_size=3),
    ),
    max_leaves=8,
)


def received(data):
    """What is read of some bytes, whose sender has then ended."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(data)
        theirs.shutdown(socket.SHUT_WR)
        return receive_answer(ours, LARGEST, lambda: None)


@settings(max_examples=round(300 * FACTOR))
@given(data=st.binary(max_size=60), framed=st.booleans(), length=st.integers(0, 2**64 - 1))
def test_any_bytes(tally, data, framed, length):
    tally[ANSWERS] += 2
    head = struct.pack("<Q", len(data) if framed else length)
    for sent in (data, head + data):
        try:
            frame = received(sent)
        except (FrameError, EOFError):
            continue
        assert isinstance(frame, Frame)


@settings(max_examples=round(300 * FACTOR))
@given(value=documents, sizes=st.lists(leaves, max_size=3), rest=st.binary(max_size=20))
def test_any_document(tally, value, sizes, rest):
    tally[ANSWERS] += 1
    text = json.dumps([value, sizes]).encode()
    try:
        frame = received(struct.pack("<Q", len(text)) + text + rest)
    except (FrameError, EOFError):
        return
    assert sum(map(len, frame.blocks)) <= len(rest)


@settings(max_examples=round(1000 * FACTOR))
@given(value=documents, sent=blocks)
def test_any_value(tally, value, sent):
    tally[ANSWERS] += 1
    try:
        found = decode(value, [bytearray(block) for block in sent])
    except ValueError:
        return
    for read, kind in (
        (observations.to_observation, Observation),
        (observations.to_step, Step),
        (observations.read_array, np.ndarray),
        (observations.read_names, tuple),
    ):
        try:
            assert isinstance(read(found), kind)
        except ValueError:
            continue


FIELDS = ("outputs", "gradients", "state", "inputs", "owned", "same_object", "lacking")


@settings(max_examples=round(500 * FACTOR))
@given(fields=st.dictionaries(st.sampled_from(FIELDS), plain, max_size=7))
def test_any_observation(tally, fields):
    tally[ANSWERS] += 1
    whole = {
        "outputs": (np.zeros(2),),
        "gradients": {},
        "state": {},
        "inputs": {},
        "owned": (("weight", (2,), "float32", True, 0.0),),
        "same_object": False,
        "lacking": {},
    }
    try:
        found = observations.to_observation({**whole, **fields})
    except ValueError:
        return
    assert all(isinstance(output, np.ndarray) for output in found.outputs)
    assert isinstance(found.same_object, bool)


@settings(max_examples=round(300 * FACTOR))
@given(value=plain)
def test_what_is_sent_arrives(tally, value):
    tally[ANSWERS] += 1
    sent = []
    ours, theirs = socket.socketpair()
    with ours, theirs:
        send_answer(theirs, Frame(encode(value, sent), sent))
        frame = receive_answer(ours, LARGEST, lambda: None)
    assert_same(decode(frame.value, frame.blocks), value)


def assert_same(got, expected):
    if isinstance(expected, np.ndarray):
        assert isinstance(got, np.ndarray)
        assert (got.dtype, got.shape) == (expected.dtype, expected.shape)
        assert got.tobytes() == expected.tobytes()
        return
    assert type(got) is type(expected)
    if isinstance(expected, list | tuple):
        assert len(got) == len(expected)
        for pair in zip(got, expected, strict=True):
            assert_same(*pair)
    elif isinstance(expected, dict):
        assert list(got) == list(expected)
        for key, value in expected.items():
            assert_same(got[key], value)
    else:
        assert repr(got) == repr(expected)


@pytest.mark.parametrize(
    ("document", "sent", "words"),
    [
        ({"array": ["float32", [True, True], 0]}, [bytes(4)], "a shape that is none"),
        ({"array": ["float32", [-1, -1], 0]}, [bytes(4)], "a shape that is none"),
        ({"array": ["float32", [1 << 62, 4], 0]}, [b""], "more or fewer bytes"),
        ({"array": ["float32", [2], 0]}, [bytes(4)], "more or fewer bytes"),
        ({"array": ["float32", [0], 1]}, [b""], "no bytes"),
        ({"array": ["object", [1], 0]}, [bytes(8)], "dtype 'object'"),
        ({"array": ["bool", [2], 0]}, [b"\x01\x02"], "neither true nor false"),
        ({"object": 3}, [], "kind 'object'"),
        ({"float": "seven"}, [], "float"),
        ({"float": "0x1p99999"}, [], "too large"),
        ({"mapping": [[[], 1]]}, [], "key of a wrong kind"),
        (1.5, [], "no kind that is known"),
    ],
)
def test_what_is_refused(document, sent, words):
    with pytest.raises(ValueError, match=words):
        decode(document, sent)
