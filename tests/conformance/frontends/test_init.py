"""The template works as it is, and nothing is written over."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections import Counter

import pytest

import conformance
from conformance import Verdict
from conformance.frontends import cli


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # NumPy's, on NaN
@pytest.mark.parametrize("dialect", ["torch", "tf"])
def test_the_template_works_as_it_is(dialect, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["init", "mine.py", "--dialect", dialect]) == 0
    assert "conformance run --subject mine.py:MyLayers" in capsys.readouterr().out
    text = (tmp_path / "mine.py").read_text()
    assert "conformance run --subject mine.py:MyLayers" in text
    found = Counter()
    for case in ("linear-*", "relu-*", "conv1d-*", "dropout-*"):
        records = conformance.check("mine.py:MyLayers", case=case)
        found += Counter((record.layer, record.verdict) for record in records)
    assert {verdict for _, verdict in found} == {Verdict.PASS, Verdict.UNSUPPORTED}
    passed = {layer for layer, verdict in found if verdict is Verdict.PASS}
    assert passed == {"linear"} | ({"relu"} if dialect == "tf" else set())
    assert found["linear", Verdict.PASS] > 100


def test_what_is_there_is_left_as_it_is(tmp_path, capsys):
    file = tmp_path / "mine.py"
    file.write_text("mine")
    assert cli.main(["init", str(file), "--dialect", "torch"]) == 2
    assert f"{file} is there already" in capsys.readouterr().err
    assert file.read_text() == "mine"


def test_a_folder_that_is_not_there_is_told(tmp_path, capsys):
    assert cli.main(["init", str(tmp_path / "none" / "mine.py"), "--dialect", "tf"]) == 2
    assert "cannot write" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["mine.py"], "--dialect"),
        (["mine.py", "--dialect", "jax"], "invalid choice: 'jax'"),
        (["mine", "--dialect", "tf"], "must end in .py; got 'mine'"),
    ],
)
def test_what_cannot_be_followed_is_refused(arguments, message, capsys):
    with pytest.raises(SystemExit):
        cli.main(["init", *arguments])
    assert message in capsys.readouterr().err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no such limit")
def test_nothing_is_left_of_a_template_where_no_more_can_be_written(tmp_path):
    code = "import sys; from conformance.frontends.cli import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", code, "init", str(tmp_path / "mine.py"), "--dialect", "torch"],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "cannot write" in done.stderr
    assert "File too large" in done.stderr
    assert os.listdir(tmp_path) == []


def test_a_name_that_no_file_can_have_is_told(tmp_path, capsys):
    assert cli.main(["init", f"{tmp_path}/a\0.py", "--dialect", "torch"]) == 2
    assert "a\\x00.py: embedded null byte" in capsys.readouterr().err
