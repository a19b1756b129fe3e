"""Values that no argument expects, in kinds; each is made anew for every call.

The kinds are those of public reports: NumPy's integers and arrays as sizes, other byte orders,
negative and enormous sizes, flags and words where numbers belong, and objects whose protocol
methods fail.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


class Broken:
    """An object of which nothing works, not even its repr."""

    def fail(self, *args: Any, **options: Any) -> Any:
        raise KeyError("broken")

    __array__ = __index__ = __len__ = __iter__ = __getitem__ = __float__ = __int__ = fail
    __bool__ = __eq__ = __lt__ = __repr__ = __str__ = __call__ = fail
    __hash__ = object.__hash__


class BrokenRepr:
    def __repr__(self) -> str:
        raise RuntimeError("no repr")


class BrokenArray:
    dtype, shape, ndim = np.dtype("f4"), (2, 3), 2

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        raise ZeroDivisionError("no array")


class EndlessIndex:
    """A sequence that never ends where it is walked through by its indices."""

    def __len__(self) -> int:
        return 3

    def __getitem__(self, index: Any) -> int:
        return 1


class WrongLength:
    def __len__(self) -> int:
        return 10**9

    def __iter__(self) -> Any:
        return iter((1, 2))


class Seven:
    """An integer by `__index__` alone."""

    def __index__(self) -> int:
        return 7


class WrongIndex:
    def __index__(self) -> Any:
        return "7"


class Subclass(np.ndarray):
    """An array of another class."""


def nested(depth: int) -> Any:
    value: Any = 1.0
    for _ in range(depth):
        value = [value]
    return value


def cyclic() -> Any:
    value: list[Any] = []
    value.append(value)
    return value


def array_of_broken() -> Any:
    array = np.empty(2, object)
    array[0] = array[1] = BrokenRepr()
    return array


def read_only(array: Any) -> Any:
    array.flags.writeable = False
    return array


SHAPES = [
    (),
    (0,),
    (1,),
    (2,),
    (3,),
    (4, 3),
    (1, 0, 2),
    (2, 3, 4),
    (2, 4, 8, 8),
    (2, 2, 4, 4, 4),
    (1,) * 7,
]

HOSTILE: dict[str, Callable[[], Any]] = {
    "None": lambda: None,
    "True": lambda: True,
    "False": lambda: False,
    "0": lambda: 0,
    "1": lambda: 1,
    "2": lambda: 2,
    "-1": lambda: -1,
    "-7": lambda: -7,
    "100": lambda: 100,
    "2**31-1": lambda: 2**31 - 1,
    "2**31": lambda: 2**31,
    "-2**31": lambda: -(2**31),
    "2**40": lambda: 2**40,
    "2**62": lambda: 2**62,
    "2**63-1": lambda: 2**63 - 1,
    "2**63": lambda: 2**63,
    "2**64": lambda: 2**64,
    "-2**63": lambda: -(2**63),
    "-2**63-1": lambda: -(2**63) - 1,
    "10**400": lambda: 10**400,
    "10**5000": lambda: 10**5000,
    "-10**400": lambda: -(10**400),
    "0.0": lambda: 0.0,
    "0.5": lambda: 0.5,
    "-0.5": lambda: -0.5,
    "1.0": lambda: 1.0,
    "2.5": lambda: 2.5,
    "1e308": lambda: 1e308,
    "-1e308": lambda: -1e308,
    "5e-324": lambda: 5e-324,
    "1e40": lambda: 1e40,
    "nan": lambda: float("nan"),
    "inf": lambda: float("inf"),
    "-inf": lambda: float("-inf"),
    "1j": lambda: 1j,
    "''": lambda: "",
    "'1'": lambda: "1",
    "'same'": lambda: "same",
    "'SAME'": lambda: "SAME",
    "'mean'": lambda: "mean",
    "'relu'": lambda: "relu",
    "'float32'": lambda: "float32",
    "'int32'": lambda: "int32",
    "'float16'": lambda: "float16",
    "'>f4'": lambda: ">f4",
    "'bfloat16'": lambda: "bfloat16",
    "'f4,f4'": lambda: "f4,f4",
    "'zeros'": lambda: "zeros",
    "'cpu'": lambda: "cpu",
    "'NHWC'": lambda: "NHWC",
    "'NaN'": lambda: "NaN",
    "'long word'": lambda: "x" * 100_000,
    "b'1'": lambda: b"1",
    "bytearray": lambda: bytearray(b"123"),
    "()": lambda: (),
    "[]": list,
    "{}": dict,
    "set": lambda: {1, 2},
    "(1,)": lambda: (1,),
    "(2, 2)": lambda: (2, 2),
    "[1, 1]": lambda: [1, 1],
    "(1, 1, 1)": lambda: (1, 1, 1),
    "(1, 2, 2, 1)": lambda: (1, 2, 2, 1),
    "(1,)*1000": lambda: (1,) * 1000,
    "(None,)": lambda: (None,),
    "(1, None)": lambda: (1, None),
    "(1.5, 1)": lambda: (1.5, 1),
    "(True, False)": lambda: (True, False),
    "('1', '2')": lambda: ("1", "2"),
    "(0, 0)": lambda: (0, 0),
    "(-1, -1)": lambda: (-1, -1),
    "(2**31-1, 2**31-1)": lambda: (2**31 - 1, 2**31 - 1),
    "(2**64, 1)": lambda: (2**64, 1),
    "(nan, nan)": lambda: (float("nan"), float("nan")),
    "((1, 1), (1, 1))": lambda: ((1, 1), (1, 1)),
    "((1, 1), (2, 10**400))": lambda: ((1, 1), (2, 10**400)),
    "[[1, 2], [3]]": lambda: [[1, 2], [3]],
    "range(2)": lambda: range(2),
    "range(10**12)": lambda: range(10**12),
    "iterator": lambda: iter((1, 2)),
    "nested 30": lambda: nested(30),
    "nested 2000": lambda: nested(2000),
    "cyclic": cyclic,
    "object()": object,
    "type": lambda: int,
    "numpy type": lambda: np.float64,
    "lambda": lambda: lambda *args: None,
    "Ellipsis": lambda: ...,
    "slice": lambda: slice(1, 2),
    "Broken": Broken,
    "BrokenRepr": BrokenRepr,
    "BrokenArray": BrokenArray,
    "EndlessIndex": EndlessIndex,
    "WrongLength": WrongLength,
    "Seven": Seven,
    "WrongIndex": WrongIndex,
    "int64(2)": lambda: np.int64(2),
    "int64(-1)": lambda: np.int64(-1),
    "uint8(1)": lambda: np.uint8(1),
    "uint64(2**64-1)": lambda: np.uint64(2**64 - 1),
    "float32(0.5)": lambda: np.float32(0.5),
    "float16(inf)": lambda: np.float16(np.inf),
    "float64(nan)": lambda: np.float64(np.nan),
    "longdouble(1)": lambda: np.longdouble(1),
    "bool_(True)": lambda: np.bool_(True),
    "complex64(1)": lambda: np.complex64(1),
    "str_": lambda: np.str_("mean"),
    "datetime64": lambda: np.datetime64("2020-01-01"),
    "dtype(f4)": lambda: np.dtype("f4"),
    "dtype(>f8)": lambda: np.dtype(">f8"),
    "dtype(O)": lambda: np.dtype("O"),
    "dtype(V8)": lambda: np.dtype("V8"),
    "array 0-d int": lambda: np.array(2),
    "array 0-d float": lambda: np.array(0.5),
    "array 0-d bool": lambda: np.array(True),
    "array 0-d str": lambda: np.array("mean"),
    "array 0-d object": lambda: np.array(None),
    "array ints (2,)": lambda: np.array([1, 2]),
    "array ints huge": lambda: np.array([2**62, 2**62]),
    "array uint8 ints": lambda: np.array([1, 1], np.uint8),
    "array bools": lambda: np.array([True, False]),
    "array strings": lambda: np.array(["a", "b"]),
    "array objects": lambda: np.array([1.0, None], object),
    "array broken objects": array_of_broken,
    "array structured": lambda: np.zeros(2, "f4,i4"),
    "array dates": lambda: np.zeros(2, "M8[s]"),
    "array complex": lambda: np.ones((2, 3), complex),
    "array longdouble": lambda: np.ones((2, 4, 8, 8), np.longdouble),
    "array masked": lambda: np.ma.masked_array([1.0, 2.0], [0, 1]),
    "matrix": lambda: np.ones((2, 3), np.float32).view(np.matrix),
    "array subclass": lambda: np.ones((2, 3), np.float32).view(Subclass),
    "array big-endian": lambda: np.ones((2, 4, 8, 8), ">f4"),
    "array big-endian 3": lambda: np.ones((2, 4, 8), ">f8"),
    "array big-endian ints": lambda: np.ones((2,), ">i8"),
    "array nan": lambda: np.full((2, 4, 8, 8), np.nan, np.float32),
    "array inf": lambda: np.full((2, 4, 8, 8), -np.inf, np.float32),
    "array largest": lambda: np.full((2, 4, 8, 8), np.finfo(np.float32).max),
    "array strided": lambda: np.ones((4, 8, 16, 16), np.float32)[::2, ::-2, ::2, ::-2],
    "array read-only": lambda: read_only(np.ones((2, 4, 8, 8), np.float32)),
    "array Fortran": lambda: np.ones((2, 4, 8, 8), np.float32, order="F"),
    "view of (10**6, 10**6)": lambda: np.broadcast_to(np.float32(1), (10**6, 10**6)),
    "view of (2, 4, 10**9)": lambda: np.broadcast_to(np.float32(1), (2, 4, 10**9)),
    "view of (2, 4, 10**6, 10**6)": lambda: np.broadcast_to(np.float32(1), (2, 4, 10**6, 10**6)),
    "view of (10**12,) ints": lambda: np.broadcast_to(np.int64(1), (10**12,)),
    "view of (10**12, 0)": lambda: np.broadcast_to(np.zeros((1, 0), np.float32), (10**12, 0)),
    **{
        f"ones {shape} {dtype}": lambda shape=shape, dtype=dtype: np.ones(shape, dtype)
        for shape in SHAPES
        for dtype in ("float32", "float64")
    },
    **{
        f"ones (2, 4, 8, 8) {dtype}": lambda dtype=dtype: np.ones((2, 4, 8, 8), dtype)
        for dtype in ("float16", "int64", "uint8", "bool")
    },
}
