"""Reports go to regular files: what else is there is refused before any work, and left alone."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from conformance.report.files import check_destination, write_file


def both(path):
    """Refuse a destination, before the work and after it."""
    with pytest.raises(ValueError, match=r"^\S+") as before:
        check_destination(path)
    with pytest.raises((ValueError, OSError)):
        write_file(path, "new")
    return str(before.value)


def test_a_file_is_written_where_there_was_one_or_none(tmp_path):
    path = tmp_path / "report.json"
    for text in ("new", "newer"):
        check_destination(path)
        write_file(path, text)
        assert path.read_text() == text
    assert os.listdir(tmp_path) == ["report.json"]
    assert path.stat().st_mode & 0o777 == 0o666 & ~_umask()


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_a_directory_and_a_missing_one_are_refused(tmp_path):
    assert both(tmp_path) == f"{tmp_path} is a directory; give the name of a file"
    assert "there is no directory" in both(tmp_path / "missing" / "report.json")
    (tmp_path / "file").write_text("")
    assert "there is no directory" in both(tmp_path / "file" / "report.json")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no such device")
def test_a_device_is_refused():
    # Nothing is written here: were it not refused, a user with all rights would lose the device.
    with pytest.raises(ValueError, match=r"^/dev/full is not a regular file"):
        check_destination(Path("/dev/full"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no such files")
def test_a_named_pipe_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    (tmp_path / "link").symlink_to(path)
    for each in (path, tmp_path / "link"):
        assert both(each) == f"{each} is not a regular file, so nothing is written there"
    assert stat.S_ISFIFO(path.stat().st_mode)


def test_of_a_link_the_target_is_written(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "there").write_text("old")
    for name in ("there", "not-there"):
        link = tmp_path / f"link-{name}"
        link.symlink_to(folder / name)
        check_destination(link)
        write_file(link, "new")
        assert link.is_symlink()
        assert (folder / name).read_text() == "new"
    assert sorted(os.listdir(folder)) == ["not-there", "there"]


def test_a_link_to_nowhere_is_refused(tmp_path):
    (tmp_path / "lost").symlink_to(tmp_path / "missing" / "report.json")
    assert "there is no directory" in both(tmp_path / "lost")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert both(tmp_path / "loop").startswith(f"{tmp_path / 'loop'}: ")


def test_names_that_no_file_can_have_are_refused(tmp_path):
    assert "too long" in both(tmp_path / ("a" * 300))
    assert "cannot be the name of a file" in both(tmp_path / "a\0b")
    longest = tmp_path / ("a" * 250 + ".json")
    check_destination(longest)
    write_file(longest, "new")
    assert longest.read_text() == "new"


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="this system has no such folder")
def test_a_folder_in_which_nothing_can_be_made_is_refused():
    assert "cannot write to the directory /proc" in both(Path("/proc/report.json"))
