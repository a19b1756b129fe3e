from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import conformance
import refimpl
from conformance.frontends import cli

ROOT = Path(conformance.__file__).parent.parent


def command(*arguments, cwd, **environment):
    return subprocess.run(
        [sys.executable, "-m", "conformance", "-p", "stub_plan", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        env={
            **{name: value for name, value in os.environ.items() if name != "COLUMNS"},
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(Path(__file__).parents[1])]),
            "PYTHONIOENCODING": "utf-8",
            **environment,
        },
    )


def test_the_matrix_is_all_that_is_printed(tmp_path):
    run = command(cwd=tmp_path)
    lines = run.stdout.splitlines()
    assert run.returncode == 0, run.stdout + run.stderr
    assert lines[-2] == "checked 16 of 16 planned claims"
    assert not any("::" in line or "..." in line or line.startswith("=") for line in lines)
    assert "\x1b" not in run.stdout
    assert max(map(len, lines)) <= 100
    assert not list(tmp_path.iterdir())


def test_settings_of_the_folder_do_not_matter(tmp_path):
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    (tmp_path / "conftest.py").write_text("raise SystemExit('not mine')\n")
    assert command(cwd=tmp_path).returncode == 0


def test_files_of_the_folder_are_not_taken_for_libraries(tmp_path):
    # A subject's author may put them where the subject lies, and where it is judged.
    for name in ("numpy", "psutil", "pytest", "rich", "refimpl", "json", "xdist", "execnet"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('taken for a library')")
    (tmp_path / "conftest.py").write_text(
        "def pytest_runtest_makereport(item, call): raise SystemExit('a hook')"
    )
    (tmp_path / "helper.py").write_text("NAME = 'mine'")
    (tmp_path / "mine.py").write_text(
        "import helper\n"
        "from conformance.subjects.refimpl import RefimplTorch\n"
        "class Mine(RefimplTorch):\n"
        "    name = helper.NAME\n"
    )
    options = ["-k", "softsign-ties-float32 and output", "-n", "2"]
    for reference in ("mine.py:Mine", "mine:Mine"):
        run = subprocess.run(
            [sys.executable, "-m", "conformance", "--subject", reference, *options],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
        )
        assert run.returncode == 0, run.stdout + run.stderr
        assert "2 pass" in run.stdout


def test_options_go_on_to_pytest(tmp_path):
    run = command("-n", "2", "-k", "relu and alpha", cwd=tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "checked 4 of 4 planned claims" in run.stdout


def test_failure_is_the_exit_status(tmp_path):
    claim = "output/relu-normal-float32-alpha-class"
    run = command("--claim", claim, cwd=tmp_path, STUB_EVENTS=f'{{"{claim}": "fail"}}')
    assert run.returncode == 1
    assert f"again     python -m conformance --claim {claim}" in run.stdout
    assert "checked 1 of 1 planned claims" in run.stdout


@pytest.mark.parametrize("processes", [(), ("-n", "2")], ids=["one process", "two workers"])
def test_a_selection_of_nothing_is_not_a_success(tmp_path, processes):
    run = command("-k", "transformer", *processes, cwd=tmp_path)
    assert run.returncode == 5
    assert "No claim was selected, so nothing was checked." in run.stderr


def test_misspelled_subject_is_refused(tmp_path):
    run = command("--subject", "alpa", cwd=tmp_path)
    assert run.returncode == 4
    assert "--subject: there is no subject 'alpa'" in run.stderr


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_is_about_the_matrix(option, capsys):
    assert cli.main([option]) == 0
    printed = capsys.readouterr().out
    assert "--report-json FILE" in printed
    assert max(map(len, printed.splitlines())) <= 100


def test_missing_packages_are_named(monkeypatch, capsys):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert cli.main([]) == 2
    assert "needs pytest and rich: python -m pip install" in capsys.readouterr().err


def test_a_reader_who_leaves_early_sees_no_traceback(tmp_path):
    run = subprocess.run(
        f"{sys.executable} -m conformance -p stub_plan | head -1; echo ${{PIPESTATUS[0]}}",
        shell=True,
        executable="/bin/bash",
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(Path(__file__).parents[1])]),
        },
    )
    assert "Traceback" not in run.stderr
    assert run.stdout.startswith("checked ")


def test_its_own_version(capsys):
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"conformance {refimpl.__version__}\n"


def test_an_unknown_command_lists_the_commands(capsys):
    assert cli.main(["jugde"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("conformance: there is no command 'jugde' (did you mean 'judge'?)\n")
    assert all(f"  {name}" in told for name in cli.COMMANDS)


def test_what_there_is(capsys):
    assert cli.main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    counts = {line.split()[0]: line.split()[1:] for line in lines if line and ":" not in line}
    total = counts.pop("all")
    del counts["layer"]
    assert {"conv2d", "softmax", "chapter"} <= set(counts)
    for place in (0, 1):
        assert sum(int(each[place]) for each in counts.values()) == int(total[place])
    (aspects,) = (line for line in lines if line.startswith("aspect: "))
    assert sum(int(each.split()[1]) for each in aspects[8:].split(", ")) == int(total[1])
    assert any(line.startswith("forms of torch: ") for line in lines)
