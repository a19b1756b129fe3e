"""Arrays as files: what goes in comes out, bit for bit, and nothing but numbers is ever read."""

from __future__ import annotations

import io
import json
import pickle

import ml_dtypes
import numpy as np
import pytest

from conformance.tools.exchange import ExchangeError, npy, safetensors
from conformance.tools.exchange.arrays import FORMATS, ArrayFolder

SPECIAL = np.array([np.nan, np.inf, -np.inf, -0.0, 1e-45, 3.4e38], np.float32)
ARRAYS = {
    "special": SPECIAL,
    "double": np.arange(6.0).reshape(2, 3),
    "transposed": np.arange(6.0).reshape(2, 3).T,
    "half": np.array([1.5, -2], np.float16),
    "brain": np.array([1.5, np.nan, -0.0], ml_dtypes.bfloat16),
    "scalar": np.array(2.5, np.float32),
    "counter": np.array(3, np.int64),
    "none": np.zeros((0, 3), np.float32),
    "mask": np.array([[True], [False]]),
    "bound": np.array([np.inf, 0.0]),
}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", ARRAYS)
def test_what_goes_in_comes_out(tmp_path, form, name):
    array = ARRAYS[name]
    ArrayFolder(tmp_path, form).save({name: array, "other": np.zeros(2)})
    back = ArrayFolder(tmp_path, form, bfloat16=name == "brain")[name]
    assert (back.dtype, back.shape) == (array.dtype, array.shape)
    assert back.tobytes() == np.ascontiguousarray(array).tobytes()


@pytest.mark.parametrize("name", [name for name in ARRAYS if name != "brain"])
def test_numpy_reads_what_we_write_and_we_read_what_numpy_writes(name):
    array = ARRAYS[name]
    np.testing.assert_array_equal(np.load(io.BytesIO(npy.encode(array))), array)
    stream = io.BytesIO()
    np.save(stream, array)
    back = npy.decode(stream.getvalue())
    assert back.dtype == array.dtype
    np.testing.assert_array_equal(back, array)


def test_big_endian_arrays_are_read():
    for array in (np.arange(3, dtype=">f4"), np.arange(3, dtype=">i8")):
        stream = io.BytesIO()
        np.save(stream, array)
        back = npy.decode(stream.getvalue())
        assert back.dtype.isnative
        np.testing.assert_array_equal(back, array)


def test_bfloat16_travels_as_the_bits_it_has():
    array = ARRAYS["brain"]
    bits = np.load(io.BytesIO(npy.encode(array)))
    assert bits.dtype == np.uint16
    assert bits.tobytes() == array.tobytes()
    assert npy.decode(npy.encode(array)).dtype == np.uint16  # where none is expected it is none
    stream = io.BytesIO()
    np.save(stream, array)  # as NumPy writes it where it does not know better
    assert npy.decode(stream.getvalue(), bfloat16=True).tobytes() == array.tobytes()
    for order in "<>":
        stream = io.BytesIO()
        np.save(stream, array.view(np.uint16).astype(f"{order}u2"))
        back = npy.decode(stream.getvalue(), bfloat16=True)
        assert back.dtype == ml_dtypes.bfloat16
        assert back.tobytes() == array.tobytes()


class Trap:
    """Something that would tell if it were unpickled."""

    sprung = False

    def __reduce__(self):
        return (setattr, (Trap, "sprung", True))


def saved(array):
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=True)
    return stream.getvalue()


def npy_of(shape, length):
    """A file of float64 whose header gives a shape that NumPy would not write."""
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}}}\n".encode()
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + b"\0" * length


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (saved(np.array([Trap()], dtype=object)), "nothing is unpickled"),
        (pickle.dumps(Trap()), "not a .npy file"),
        (saved(np.array(["words"])), "only numbers"),
        (saved(np.array([1j])), "only numbers"),
        (saved(np.zeros(2, [("a", "f4")])), "only numbers"),
        (saved(np.zeros(4))[:-1], "31 bytes of numbers; its header says 32"),
        (saved(np.zeros(4)) + b"!", "33 bytes"),
        (saved(np.zeros(4))[:20], "not a .npy file"),
        (b"", "not a .npy file"),
        (b"\x93NUMPY\x03\x00" + saved(np.zeros(4))[8:], "version other than"),
        (npy_of("(True, True)", 8), r"the shape \(True, True\), which must be of whole numbers"),
        (npy_of("(-1, -1)", 8), "must be of whole numbers"),
        (npy_of(f"({1 << 70}, 0)", 0), "must be of whole numbers"),
        (npy_of("(" * 300 + ")" * 300, 8), "not a .npy file"),
    ],
    ids=[
        "pickled",
        "a pickle",
        "words",
        "complex",
        "records",
        "short",
        "long",
        "header cut",
        "empty file",
        "version 3",
        "boolean shape",
        "negative shape",
        "endless shape",
        "nested shape",
    ],
)
def test_nothing_but_numbers_is_read(tmp_path, data, says):
    (tmp_path / "x.npy").write_bytes(data)
    with pytest.raises(ExchangeError, match=says) as refusal:
        ArrayFolder(tmp_path, "npy")["x"]
    assert str(tmp_path / "x.npy") in str(refusal.value)
    assert not Trap.sprung


# Written by the library `safetensors` 0.8.0.
LIBRARY = bytes.fromhex(
    "48010000000000007b225f5f6d657461646174615f5f223a7b2277686f223a22746865206c696272617279227d2c22"
    "636f756e74223a7b226474797065223a22493634222c227368617065223a5b5d2c22646174615f6f66667365747322"
    "3a5b302c385d7d2c226e6f6e65223a7b226474797065223a22463634222c227368617065223a5b302c335d2c226461"
    "74615f6f666673657473223a5b382c385d7d2c2261223a7b226474797065223a22463332222c227368617065223a5b"
    "312c325d2c22646174615f6f666673657473223a5b382c31365d7d2c2268616c66223a7b226474797065223a224631"
    "36222c227368617065223a5b325d2c22646174615f6f666673657473223a5b31362c32305d7d2c22796573223a7b22"
    "6474797065223a22424f4f4c222c227368617065223a5b335d2c22646174615f6f666673657473223a5b32302c3233"
    "5d7d7d2020202007000000000000000000c03f000000c0003c0040010001"
)


def test_what_the_safetensors_library_writes_is_read():
    found = safetensors.decode(LIBRARY)
    wanted = {
        "count": np.array(7),
        "none": np.zeros((0, 3)),
        "a": np.array([[1.5, -2]], np.float32),
        "half": np.array([1, 2], np.float16),
        "yes": np.array([True, False, True]),
    }
    assert list(found) == list(wanted)
    for name, array in wanted.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


def packed(header, numbers=b"\0" * 8):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + numbers


def entry(dtype="F64", shape=(1,), offsets=(0, 8)):
    return {"a": {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}}


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not a .safetensors file"),
        (b"\xff" * 20, "not a .safetensors file"),
        (packed(b"not JSON"), "header cannot be read"),
        (packed(entry(dtype="Q1")), "header cannot be read"),
        (packed(entry(shape=(-1,))), "whole numbers"),
        (packed(entry(shape=(2,))), "cannot be its own"),
        (packed(entry(offsets=(8, 16)), b"\0" * 16), "cannot be its own"),
        (packed(entry(), b"\0" * 4), "before a does"),
        (packed(entry(), b"\0" * 9), "9 bytes of numbers; its header says 8"),
        (packed({**entry(), "b": entry()["a"]}), "cannot be its own"),
        (packed(entry(shape=(True,))), "whole numbers"),
        (packed(entry(shape=(1 << 70, 0), offsets=(0, 0)), b""), "whole numbers"),
        (packed(b'{"a": 1, "a": 2}'), "the key 'a' stands twice in one object"),
        (packed(json.dumps(list(entry().items())).encode()), "it must be an object"),
        (packed(b"[" * 100_000), "nested more than 100 deep"),
    ],
    ids=[
        "empty file",
        "huge header",
        "no JSON",
        "unknown dtype",
        "negative",
        "wrong size",
        "hole",
        "short",
        "long",
        "overlap",
        "boolean shape",
        "endless shape",
        "key twice",
        "list",
        "nested",
    ],
)
def test_a_safetensors_file_must_account_for_every_byte(tmp_path, data, says):
    (tmp_path / "arrays.safetensors").write_bytes(data)
    with pytest.raises(ExchangeError, match=says) as refusal:
        ArrayFolder(tmp_path, "safetensors")["a"]
    assert "arrays.safetensors" in str(refusal.value)


@pytest.mark.parametrize("form", FORMATS)
def test_a_missing_array_is_named(tmp_path, form):
    with pytest.raises(ExchangeError, match="is missing"):
        ArrayFolder(tmp_path, form)["x"]


@pytest.mark.parametrize(
    "text", ["1if 1else " * 900 + "1", "-" * 9_000 + "1", "{" * 9_000, "[" * 4_000, "'\\}'", "1\0"]
)
def test_a_header_that_is_hard_to_parse_is_refused_without_a_word_more(text, recwarn):
    data = b"\x93NUMPY\1\0" + len(text).to_bytes(2, "little") + text.encode()
    with pytest.raises(ValueError, match=r"is not a \.npy file: "):
        npy.decode(data)
    assert not recwarn.list


def test_no_number_is_read_of_a_file_whose_header_is_wrong():
    """The header says 8 TiB, or 2 bytes: nothing is allocated for the one, nor read for either."""

    class Counting(io.BytesIO):
        taken = 0

        def read(self, size=-1):
            found = super().read(size)
            self.taken += len(found)
            return found

    large = 50 << 20
    for shape in ((1 << 41,), (1,)):
        header = repr({"descr": "<f4", "fortran_order": False, "shape": shape}).encode()
        start = b"\x93NUMPY\1\0" + len(header).to_bytes(2, "little") + header
        file = Counting(start + bytes(large))
        with pytest.raises(ValueError, match="its header says"):
            npy.read(file, len(start) + large)
        assert file.taken <= 16 << 10
    header = json.dumps({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    start = len(header).to_bytes(8, "little") + header
    file = Counting(start + bytes(large))
    with pytest.raises(ValueError, match="its header says 4"):
        safetensors.read(file, len(start) + large)
    assert file.taken == len(start)
