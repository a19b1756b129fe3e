"""Damage for files: of their bytes, of the values of a document, and of what kind of file it is."""

from __future__ import annotations

import copy
import json
import os
import socket
from pathlib import Path

from hypothesis import strategies as st

# What readers were fooled or ended by, here or elsewhere.
TOKENS = [
    *(b"NaN", b"-Infinity", b"1e999", b"-1", b"1.5", b"0", b"true", b"null", b'""', b"[]", b"{}"),
    *(b"\x00", b"\xef\xbb\xbf", b"\xff\xfe", b"\xed\xa0\x80", b'"\\ud800"', b'"\\u0000"'),
    *(b"9" * 5_000, b"[" * 100_000, b'{"a":' * 5_000, b"a" + b".a" * 5_000 + b" = 1\n"),
    *(b"True", b"(True, True)", b"(-1,)", b"(2**70,)", b"|O", b"<f8", b">f4", b"<U9", b"|V2"),
    *(b"'fortran_order': True", b'"version": 2', b'"version": 1,', b'"records": [],', b"../.."),
    *(b'"""', b"'''", b"[[expected]]\n", b'case = "*"\n', b"[bold]", b"[/]", b"|", b"```"),
    *(b"<script>", b"\x1b[2J", b"\r\n", b"\n", b" ", b"\xe2\x80\xa8", b"}", b"]", b'"', b"\\"),
    *(b"=", b",", b"/", b"<m8"),
]
VALUES = [
    *(None, True, False, 0, 1, 2, -1, 0.5, -0.0, 1e308, 10**30, 10**400, "", "x", "*", "../../x"),
    *("\ud800", "\x00", "[/]", "inf", "nan", [], {}, [1], [True, True], [-1, 2], [[[]]], {"a": 1}),
    *(["x"] * 3, "pass", "fail", "float32", "float64", "torch", "tf", "npy", "safetensors"),
]
KINDS_OF_DAMAGE = ["flip", "insert", "delete", "repeat", "cut", "splice", "recode"]
ENCODINGS = ["utf-16", "utf-7", "utf-8-sig"]


@st.composite
def bytes_of(draw, data):
    """The bytes of a file, damaged in a few places."""
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, max(len(data) - 1, 0)))
        end = min(start + draw(st.sampled_from([1, 1, 2, 8, 64, 1000])), len(data))
        kind = draw(st.sampled_from(KINDS_OF_DAMAGE))
        if kind == "flip":
            changed = bytes([data[start] ^ (1 << draw(st.integers(0, 7)))]) if data else b""
            data = data[:start] + changed + data[start + 1 :]
        elif kind == "insert":
            data = data[:start] + draw(st.binary(min_size=1, max_size=9)) + data[start:]
        elif kind == "delete":
            data = data[:start] + data[end:]
        elif kind == "repeat":
            data = data[:end] + data[start:end] * draw(st.integers(1, 3)) + data[end:]
        elif kind == "cut":
            data = data[:start]
        elif kind == "splice":
            data = data[:start] + draw(st.sampled_from(TOKENS)) + data[end:]
        else:
            data = data.decode("latin-1").encode(draw(st.sampled_from(ENCODINGS)))
    return data


@st.composite
def document_of(draw, values):
    """The text of a JSON document that is one, with other values somewhere in it."""
    values = json.loads(json.dumps(values))
    for _ in range(draw(st.integers(1, 2))):
        place = values
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            inner = place[key]
            if isinstance(inner, (dict, list)) and inner and draw(st.booleans()):
                place = inner
                continue
            action = draw(st.sampled_from(["replace", "replace", "delete", "add"]))
            if action == "replace":
                place[key] = copy.deepcopy(draw(st.sampled_from(VALUES)))
            elif action == "delete":
                del place[key]
            elif isinstance(place, list):
                place.append(copy.deepcopy(inner))
            else:
                place[draw(st.sampled_from(["x", "version", "error", "unsupported"]))] = (
                    copy.deepcopy(inner)
                )
            break
    return json.dumps(values)


def make_pipe(path: Path, _):
    os.mkfifo(path)


def make_folder(path: Path, _):
    path.mkdir()


def make_socket(path: Path, _):
    here = os.getcwd()
    os.chdir(path.parent)  # the address of a socket must be short
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


def link_to(target):
    def make_link(path: Path, _):
        path.symlink_to(target)

    make_link.__name__ = f"link_to_{target.replace('/', '_')}"
    return make_link


def link_to_itself(path: Path, _):
    path.symlink_to(path.name)


def make_huge(path: Path, data):
    path.write_bytes(data)
    with path.open("ab") as file:
        file.truncate(1 << 40)  # it takes no room on the disk


def make_large(path: Path, data):
    path.write_bytes(data)
    with path.open("ab") as file:
        file.truncate(255 << 20)  # the largest that may be read


def leave_nothing(path: Path, _):
    pass


def leave_empty(path: Path, _):
    path.write_bytes(b"")


KINDS = [
    make_pipe,
    make_folder,
    make_socket,
    *map(link_to, ("/dev/zero", "/dev/tty", "/proc/self/mem", "/proc/kmsg", "/nowhere")),
    link_to_itself,
    make_huge,
    make_large,
    leave_nothing,
    leave_empty,
]
