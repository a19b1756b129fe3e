"""Finding subjects by name, file, module, entry point or in person, and what is said if not."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import conformance
from conformance.subjects import reference
from conformance.subjects.reference import find_reference, where_raised
from conformance.subjects.roster import built_in, roster_of

MINE = """
import conformance
from neighbour import functions

class Mine(conformance.FunctionSubject):
    name, dialect, functions = "mine", "torch", functions

class Sine:
    name, dialect = "sine", "torch"
    def run(self, request): ...

theirs = Mine("theirs")
nothing = 3

class Odd(Mine): name = "od d"
class Taken(Mine): name = "torch"
class Lost(Mine): dialect = "pytorch"
class Listed(Mine): lacks = ("nn.Conv2d",)
class Misspelt(Mine): functions = {"nn.functional.softsing": abs}
class Misplaced(Mine): functions = {"nn.Softsign": abs}
class Unnamed(Mine): functions = [abs]
class Mute:
    name, dialect = "mute", "torch"
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    # A file's folder stays on the path when it has been loaded: without another test's adapter.
    path = [entry for entry in sys.path if not Path(entry, "adapter.py").exists()]
    monkeypatch.setattr(sys, "path", path)
    (tmp_path / "adapter.py").write_text(MINE)
    (tmp_path / "neighbour.py").write_text("functions = {}\n")
    forget()  # another test's adapter, too
    yield tmp_path
    forget()


def forget():
    loaded = [name for name in sys.modules if name.startswith("conformance_subject_")]
    for name in (*loaded, "adapter", "neighbour"):
        sys.modules.pop(name, None)


def test_a_file_may_import_its_neighbours_and_is_read_once(folder):
    [first] = roster_of(["adapter.py:Mine"]).values()
    assert (first.name, first.dialect, first.reference) == ("mine", "torch", "adapter.py:Mine")
    assert not first.built_in
    assert type(first.load()) is type(roster_of([f"{folder}/adapter.py:Mine"])["mine"].load())


def test_a_module_and_an_object_in_it(folder):
    assert list(roster_of(["adapter:Mine", "adapter:theirs"])) == ["mine", "theirs"]


SOFTSIGN = """
functions = {"nn.functional.softsign": lambda input: input / (1 + abs(input))}
"""


def test_an_installed_distribution_announces_its_subject(folder, monkeypatch):
    (folder / "neighbour.py").write_text(SOFTSIGN)
    installed = folder / "mine-1.0.dist-info"  # what an installation leaves behind
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: mine\nVersion: 1.0\n")
    (installed / "entry_points.txt").write_text(f"[{reference.GROUP}]\nannounced = adapter:Mine\n")
    with pytest.raises(ValueError, match="no subject 'announced'"):
        roster_of(["announced"])
    monkeypatch.syspath_prepend(folder)
    [entry] = roster_of(["announced"]).values()
    assert (entry.name, entry.reference, entry.built_in) == ("mine", "announced", False)
    with pytest.raises(ValueError, match=r"no subject 'anounced' \(did you mean 'announced'\?\)"):
        roster_of(["anounced"])
    narrow = {"case": "softsign-normal-float32", "aspect": "output", "isolate": True}
    found = {each.form: each.verdict for each in conformance.check("announced", **narrow)}
    assert found["function"] is conformance.Verdict.PASS  # another process finds it, too


def test_a_built_in_subject_is_itself_however_it_is_called():
    roster = roster_of(["conformance.subjects.refimpl:RefimplTorch", "refimpl.torch"])
    assert [(entry.name, entry.built_in) for entry in roster.values()] == [("refimpl.torch", True)]
    assert [entry.built_in for entry in built_in().values()] == [True] * 4


def test_what_is_given_twice_stands_once(folder):
    assert list(roster_of(["adapter.py:Mine", "torch", "adapter.py:Mine"])) == ["mine", "torch"]


def test_a_class_without_a_name_lends_its_own():
    class Nameless(conformance.FunctionSubject):
        dialect = "tf"

    assert list(roster_of([Nameless])) == ["Nameless"]


def test_a_class_of_a_module_can_be_found_again(folder, monkeypatch):
    monkeypatch.syspath_prepend(folder)
    from adapter import Mine, theirs

    assert reference.reference_to(Mine) == "adapter.py:Mine"
    assert roster_of([Mine])["mine"].reference == "adapter.py:Mine"
    assert roster_of([theirs])["theirs"].reference is None
    from conformance.frontends.templates.tf_adapter import MyLayers

    assert reference.reference_to(MyLayers) == "conformance.frontends.templates.tf_adapter:MyLayers"
    assert find_reference(reference.reference_to(MyLayers)) is MyLayers
    assert reference.reference_to(lambda: MyLayers()) is None


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("toch", r"there is no subject 'toch' \(did you mean 'torch'\?\); known are refimpl.torch"),
        ("adaptor.py:Mine", r"there is no file adaptor.py \(did you mean adapter.py\?\)"),
        ("none/adapter.py:Mine", "there is no file none/adapter.py$"),
        ("adapter.py", "adapter.py has no name after it: give adapter.py:Name; it has Mine, Sine"),
        (
            "adapter.py:Mien",
            r"adapter.py has no 'Mien' \(did you mean 'Mine'\?\); its subj",
        ),
        ("neighbour:Mine", "neighbour has no 'Mine'; it has no subject"),
        ("adapter.py:Odd", "name of adapter.py:Odd must consist of letters, .* got 'od d'"),
        ("adapter.py:Taken", "adapter.py:Taken calls itself 'torch', as another subject does"),
        (
            "adapter.py:Misspelt",
            "adapter.py:Misspelt: a key of functions must be a function that the dialect 'torch'"
            r" has; got 'nn.functional.softsing' \(did you mean 'nn.functional.softsign' or ",
        ),
        ("adapter.py:Misplaced", "got 'nn.Softsign'"),
        ("adapter.py:Lost", "dialect of adapter.py:Lost must be 'tf' or 'torch'; got 'pytorch'"),
    ],
)
def test_what_cannot_be_found_or_used_is_refused(folder, word, message):
    with pytest.raises(ValueError, match=message):
        roster_of([word])


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("adapter.py:nothing", "adapter.py:nothing is not a subject: it has no 'dialect'"),
        ("adapter.py:Mute", "adapter.py:Mute is not a subject: it has no 'run'; derive it from"),
        ("adapter.py:Unnamed", "functions of adapter.py:Unnamed must be a mapping .* got list"),
        ("adapter.py:Listed", "lacks of adapter.py:Listed must be a sequence of conformance.Gap"),
    ],
)
def test_what_is_no_subject_is_refused(folder, word, message):
    with pytest.raises(TypeError, match=message):
        roster_of([word])


def test_an_adapter_that_is_not_finished_says_what_is_missing(folder):
    class Half(conformance.LayerSubject):
        dialect = "torch"

        def build(self, target, arguments): ...

    with pytest.raises(TypeError, match=r"abstract .*forward.*load"):
        roster_of([Half])


def test_two_of_one_name_are_refused(folder):
    with pytest.raises(ValueError, match="adapter:Mine calls itself 'mine', as another"):
        roster_of(["adapter.py:Mine", "adapter:Mine"])


def test_a_file_that_raises_is_read_anew(folder):
    file = folder / "broken.py"
    file.write_text("raise RuntimeError('not yet')")
    with pytest.raises(RuntimeError, match="not yet"):
        find_reference("broken.py:X")
    file.write_text("X = 3")
    assert find_reference("broken.py:X") == 3


def test_the_line_that_raised_is_the_users(folder):
    (folder / "deep.py").write_text("import numpy as np\n\ndef inner(): np.reshape([1], (2, 3))\n")
    with pytest.raises(ValueError, match="reshape") as raised:
        find_reference("deep.py:inner")()
    assert where_raised(raised.value) == " (deep.py, line 3, in inner)"
    assert where_raised(ValueError()) == ""
