"""Files from outside: what is opened, how much of it is read, and how each refusal names it."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from conformance.spec.documents import read_json, read_toml
from conformance.spec.files import LARGEST, VARIABLE, FileError, open_file, read_file

PROC = pytest.mark.skipif(not Path("/proc/self").exists(), reason="this system has no such folder")


def refuse(path, **options):
    with pytest.raises(FileError) as caught:
        read_file(path, **options)
    message = str(caught.value)
    assert message.startswith(str(path))
    return message.removeprefix(str(path)).strip()


def test_a_file_and_a_link_to_one_are_read(tmp_path):
    (tmp_path / "file").write_bytes(b"contents")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    assert read_file(tmp_path / "file") == read_file(tmp_path / "link") == b"contents"
    with open_file(tmp_path / "file") as (file, size):
        assert (file.read(3), size) == (b"con", 8)


def test_what_is_not_a_regular_file_is_not_opened(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/dev/zero")
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as made:
        made.bind("socket")
    monkeypatch.setattr(os, "open", lambda *_: pytest.fail("it was opened"))
    for name in ("pipe", "link", "socket", "."):
        assert refuse(Path(name)) == "is not a regular file, and is not read"


def test_a_name_that_leads_nowhere_is_told(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    assert refuse(tmp_path / "none") == "is missing"
    assert refuse(tmp_path / "loop") == "cannot be read: Too many levels of symbolic links"
    assert "File name too long" in refuse(tmp_path / ("a" * 300))
    assert "cannot be the name of a file" in refuse(tmp_path / "a\0b")


def test_a_link_must_not_lead_out_of_the_folder(tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "secret").write_text("secret")
    (root / "link").symlink_to(tmp_path / "secret")
    assert "is a link that leads out of" in refuse(root / "link", root=root)
    assert read_file(root / "link") == b"secret"


def test_a_large_file_is_not_opened_and_the_user_may_raise_the_limit(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_bytes(b"12345678")
    assert read_file(path, largest=8) == b"12345678"
    refused = "has 8 bytes; it may have 7 (CONFORMANCE_FILE_LIMIT sets another limit, such as 2G)"
    assert refuse(path, largest=7) == refused
    for given, read in (("8", True), ("7", False), ("1k", True), (" 1G ", True), ("", False)):
        monkeypatch.setenv(VARIABLE, given)
        if read:
            assert read_file(path, largest=7) == b"12345678"
        else:
            assert "it may have 7" in refuse(path, largest=7)
    for given in ("-1", "1.5G", "lots", "9" * 30, "1GB"):
        monkeypatch.setenv(VARIABLE, given)
        with pytest.raises(FileError, match=f"{VARIABLE} must be a number of bytes"):
            read_file(path)
    monkeypatch.delenv(VARIABLE)
    with path.open("ab") as file:
        file.truncate(LARGEST + 1)
    assert refuse(path).startswith("has 268,435,457 bytes; it may have 268,435,456")


@PROC
@pytest.mark.parametrize("name", ["/proc/self/status", "/proc/self/mem"])
def test_a_file_that_has_another_size_than_it_says_is_not_taken_for_empty(name):
    assert refuse(Path(name)) in (
        "has another size than it says, and is not read",
        "cannot be read: Input/output error",
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"{", "is not a JSON file: Expecting property name"),
        (b'{"a": 1, "b": 2, "a": 3}', "is not a JSON file: the key 'a' stands twice in one object"),
        (b"[NaN]", "is not a JSON file: NaN is not JSON"),
        (b"[1e999]", "is not a JSON file: the number 1e999 is beyond what a float can be"),
        (b"1" * 5_000, "is not a JSON file: Exceeds the limit (4300 digits)"),
        (b"[" * 100_000, "is not a JSON file: it is nested more than 100 deep"),
        (b"[" * 102 + b"]" * 102, "is not a JSON file: it is nested more than 100 deep"),
        (b"\xef\xbb\xbf{}", "is not a JSON file: Unexpected UTF-8 BOM"),
        ("{}".encode("utf-16"), "is not a JSON file: 'utf-8' codec can't decode byte 0xff"),
    ],
)
def test_a_json_file_is_read_strictly(tmp_path, text, says):
    path = tmp_path / "file.json"
    path.write_bytes(text)
    with pytest.raises(FileError) as caught:
        read_json(path)
    assert str(caught.value).startswith(f"{path} {says}")


def test_a_key_that_stands_twice_is_found_in_no_time_among_many(tmp_path):
    path = tmp_path / "file.json"
    path.write_text("{" + ",".join(f'"{n}":0' for n in range(200_000)) + ', "199999":0}')
    with pytest.raises(FileError, match="the key '199999' stands twice"):
        read_json(path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a = ", "Invalid value"),
        ("a = " + "1" * 5_000, "Exceeds the limit (4300 digits)"),
        ("a = " + "[" * 100_000, "it is nested more than 100 deep"),
        ("a" + ".a" * 200 + " = 1", "it is nested more than 100 deep"),
        ("b = 1\na" + ".a" * 500_000 + " = 1", "line 2 has more than 1000 dots"),
        ("\ufeffa = 1", "Invalid statement"),
    ],
)
def test_a_toml_file_is_read_strictly(tmp_path, text, says):
    path = tmp_path / "file.toml"
    path.write_text(text)
    with pytest.raises(FileError) as caught:
        read_toml(path)
    assert str(caught.value).startswith(f"{path} is not a TOML file: {says}")
