"""
Damaged files of every kind: no traceback, no hang, no unnamed file, and nobody is fooled.

A command ends with 2 and one sentence that names the file, or it judges, and then whatever the
damaged file decides is red unless it says the same as before, and nothing else has changed.
"""

from __future__ import annotations

import contextlib
import functools
import io
import json
import os
import resource
import shutil
import signal
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conformance.frontends.cli import main
from conformance.judging.verdict import Record, Verdict
from conformance.report.journal import Journal, journal_of
from conformance.report.json import to_json, write_report
from conformance.report.summary import Report
from conformance.spec.json_text import parse_json
from conformance.tools.exchange import npy, safetensors
from conformance.tools.exchange.selection import PackSelection

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "conformance"))
import damage
import pack_answers

TRIED = Counter()  # what has been tried, counted by this process
FACTOR = float(os.environ.get("FUZZ_FACTOR", "1"))
SAMPLE = Path(__file__).parents[2] / "examples" / "sample_pack"
SECONDS = 60  # far more than any file may take, on a busy machine, too
LIMIT = 4.0


def examples(count):
    return settings(max_examples=max(1, round(count * FACTOR)), deadline=None)


class Hang(BaseException):
    """Not an Exception, so that nothing takes it for one of a subject."""


@contextlib.contextmanager
def alarm():
    def ring(*_):
        raise Hang

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(SECONDS)
    began = time.monotonic()
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    assert time.monotonic() - began < SECONDS - 1


def run(*words):
    """Run a command in this process; gives its status and what it printed."""
    TRIED["damaged files given to a command"] += 1
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), alarm():
        try:
            status = main([str(word) for word in words])
        except SystemExit as end:
            status = end.code
    out.getvalue().encode()
    assert "Traceback" not in out.getvalue() + err.getvalue()
    if status == 2:
        (line,) = err.getvalue().splitlines()
        assert len(line) < 9_000
        assert "\x1b" not in line
    return status, out.getvalue(), err.getvalue()


@contextlib.contextmanager
def replaced(path, make, *given):
    """Put something else in the place of a file, for a while."""
    data = path.read_bytes()
    path.unlink()
    try:
        make(path, *given)
        yield
    finally:
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
        else:
            path.unlink(missing_ok=True)
        path.write_bytes(data)


def written(path, data):
    return replaced(path, lambda place: place.write_bytes(data))


@pytest.fixture(scope="module", autouse=True)
def count_files(tally):
    yield
    tally.update(TRIED)
    TRIED.clear()


# Packs and answers --------------------------------------------------------------------------------


class Desk:
    """A pack and the answers to it, which are right."""

    def __init__(self, folder, form):
        self.pack, self.results, self.report = (
            folder / "pack",
            folder / "results",
            folder / "r.json",
        )
        if form == "npy":
            shutil.copytree(SAMPLE, self.pack)
        else:
            words = ["--layer", "batch_norm1d", "--layer", "linear", "--layer", "relu"]
            choice = ["--cases", "1", "-k", "class", "--dtype", "bfloat16", "--format", form]
            assert run("export", self.pack, *words, *choice)[0] == 0
        pack_answers.answer(self.pack, self.results, "refimpl.torch")
        self.form = form
        self.names = json.loads((self.pack / "pack.json").read_text())["questions"]
        self.expected = {name: self.read_numbers(self.pack / name) for name in self.names}
        status, verdicts = self.judge()
        assert status == 0
        self.verdicts = verdicts
        self.answers = sorted(self.results.rglob("*.*"))
        self.questions = sorted(self.pack.rglob("*.*"))

    def judge(self, *options):
        self.report.unlink(missing_ok=True)
        journal_of(self.report).unlink(missing_ok=True)
        words = ("judge", self.pack, self.results, "--report-json", self.report, *options)
        status, _, self.said = run(*words)
        if status == 2:
            return status, {}
        records = json.loads(self.report.read_text())["records"]
        return status, {
            (f"{each['case']}-{each['form']}", each["aspect"]): each["verdict"] for each in records
        }

    def read_numbers(self, folder):
        """Read the arrays of a folder by other means than the suite's."""
        if self.form == "npy":
            return {
                file.stem: np.load(file, allow_pickle=False)
                for file in sorted(folder.glob("*.npy"))
            }
        data = (folder / "arrays.safetensors").read_bytes()
        length = int.from_bytes(data[:8], "little")
        header, numbers = json.loads(data[8 : 8 + length]), data[8 + length :]
        kinds = {"BF16": "<u2", "F32": "<f4", "F64": "<f8", "I64": "<i8", "F16": "<f2"}
        found = {}
        for name, entry in header.items():
            start, end = entry["data_offsets"]
            array = np.frombuffer(numbers[start:end], kinds[entry["dtype"]]).reshape(entry["shape"])
            if entry["dtype"] == "BF16":
                array = (array.astype(np.uint32) << 16).view(np.float32)
            found[name] = array
        return found

    def check(self, path):
        """Judge with a damaged file, and hold the outcome to what it may be."""
        status, verdicts = self.judge()
        if path.is_relative_to(self.pack) or path.name == "results.json":
            if status == 2:
                # a pack that says its arrays are of another kind lacks files, which are named
                named = self.pack if path.name == "pack.json" else path
                assert str(named) in self.said, self.said
            else:  # what is not read, or says the same in other bytes
                assert verdicts == self.verdicts
            return status
        assert status in (0, 1), self.said
        name = path.parent.name
        others = {key: said for key, said in verdicts.items() if key[0] != name}
        assert others == {key: said for key, said in self.verdicts.items() if key[0] != name}
        own = {key[1]: said for key, said in verdicts.items() if key[0] == name}
        red = [said for said in own.values() if said not in ("pass", "unsupported")]
        assert status == (1 if red else 0)
        passed = [aspect for aspect, said in own.items() if said == "pass"]
        if path.suffix == ".json":
            assert not passed or self.says_the_same(path, passed)
        else:
            assert self.holds(name, path, passed)
        return status

    def says_the_same(self, path, passed):
        said = json.loads(path.read_text(encoding="utf-8"))
        first = json.loads(self.first[path])
        if "parameters" in passed:
            for each, right in zip(said["owned"], first["owned"], strict=True):
                wanted = {name for name in right if right[name] is not None}  # null: is not asked
                if any(each[name] != right[name] for name in wanted):
                    return False
        return said["version"] == 1

    def holds(self, name, path, passed):
        """Whether the numbers of what passed are within their bounds."""
        right = self.expected[name]
        looked_at = [each for each in ("output", "gradient", "state") if each in passed]
        if self.form == "npy":
            looked_at = [each for each in looked_at if path.stem.startswith(each)]
        if not looked_at:
            return True
        got = self.read_numbers(path.parent)
        for what, wanted in right.items():
            kind, _, array = what.partition(".")
            if kind != "expected" or not array.startswith(tuple(looked_at)):
                continue
            bound = right.get(f"bound.{array}", 0.0)  # whole numbers have none
            found = got[array].astype(np.float64)
            if found.shape != wanted.shape:
                return False
            with np.errstate(invalid="ignore"):
                near = np.abs(found - wanted) <= LIMIT * bound * (1 + 1e-9)
            near |= (found == wanted) | (np.isnan(found) & np.isnan(wanted)) | np.isinf(bound)
            if not near.all():
                return False
        return True


@pytest.fixture(scope="module", params=["npy", "safetensors"])
def desk(request, tmp_path_factory):
    real = PackSelection.claims
    with pytest.MonkeyPatch.context() as patch:
        # The plan of a choice is the same each time, and is most of what a judgement costs.
        patch.setattr(PackSelection, "claims", functools.lru_cache(50)(real))
        made = Desk(tmp_path_factory.mktemp(request.param), request.param)
        made.first = {file: file.read_bytes() for file in [*made.answers, *made.questions]}
        yield made


@given(data=st.data())
@examples(250)
def test_damaged_answers(desk, data):
    path = data.draw(st.sampled_from(desk.answers))
    with written(path, data.draw(damage.bytes_of(desk.first[path]))):
        desk.check(path)


@given(data=st.data())
@examples(100)
def test_damaged_packs(desk, data):
    path = data.draw(st.sampled_from(desk.questions))
    with written(path, data.draw(damage.bytes_of(desk.first[path]))):
        desk.check(path)


@given(data=st.data())
@examples(120)
def test_documents_with_other_values(desk, data):
    files = [each for each in desk.first if each.suffix == ".json"]
    path = data.draw(st.sampled_from(files))
    with written(path, data.draw(damage.document_of(json.loads(desk.first[path]))).encode()):
        desk.check(path)


DTYPES = ["<f4", ">f4", "<f8", "|O", "<f2", "<U4", "|V4", "<m8[s]", [("a", "<f4")], "<c8", 4]
VERSIONS = [b"\1\0", b"\2\0", b"\3\0", b"\0\1"]
NAMES = ["output.output", "gradient.input", "gradient.weight", "__metadata__", "", "x"]
HEADERS = st.fixed_dictionaries(
    {
        "descr": st.sampled_from(
            [
                "<f4",
                ">f4",
                "<f8",
                "|O",
                "<f2",
                "<U4",
                "|V4",
                "<m8[s]",
                [("a", "<f4")],
                "<c8",
                4,
                "f,f",
            ]
        ),
        "fortran_order": st.sampled_from([True, False, 1, "no", None]),
        "shape": st.one_of(
            st.tuples(st.sampled_from([0, 1, 2, 3, -1, True, 2.0, 2**40, 2**70, None, "3"])),
            st.sampled_from([(), (2, 3), (3, 2), (True, True), (2**33, 2**33), 6, [2, 3], (0, -1)]),
        ),
    },
    optional={"more": st.just(1)},
)


@given(data=st.data(), header=HEADERS, version=st.sampled_from(VERSIONS))
@example(None, {"descr": "<f4", "fortran_order": False, "shape": (True, True)}, b"\1\0")
@example(None, {"descr": "|O", "fortran_order": False, "shape": (1,)}, b"\1\0")
@examples(120)
def test_headers_of_npy(desk, data, header, version):
    if desk.form != "npy":
        return
    files = [each for each in desk.answers if each.suffix == ".npy"]
    path = files[0] if data is None else data.draw(st.sampled_from(files))
    text = repr(header).encode() + b"\n"
    length = len(text) if data is None else data.draw(st.sampled_from([len(text), 0, 0xFFF0]))
    size = 2 if version == b"\1\0" else 4
    numbers = desk.first[path][-24:]
    made = b"\x93NUMPY" + version + length.to_bytes(size, "little") + text + numbers
    with written(path, made):
        assert desk.check(path) == 1 or np.load(path).nbytes == 24


ENTRIES = st.dictionaries(
    st.sampled_from(NAMES),
    st.one_of(
        st.fixed_dictionaries(
            {
                "dtype": st.sampled_from(["BF16", "F32", "F8_E4M3", "bf16", 1, None]),
                "shape": st.lists(st.sampled_from([0, 1, 2, 4, -1, True, 2**62, 1.0]), max_size=3),
                "data_offsets": st.lists(
                    st.sampled_from([0, 4, 8, 16, -1, 2**63, True, 0.0]), min_size=1, max_size=3
                ),
            }
        ),
        st.sampled_from([None, [], "x", {}]),
    ),
    max_size=4,
)


@given(entries=ENTRIES, twice=st.booleans(), length=st.sampled_from([None, 0, 2, 2**31, 2**64 - 1]))
@examples(120)
def test_headers_of_safetensors(desk, entries, twice, length):
    if desk.form != "safetensors":
        return
    text = json.dumps(entries)
    if twice and len(entries) > 0:
        text = text[:-1] + ", " + text[1:]
    found = len(text) if length is None else length
    made = found.to_bytes(8, "little") + text.encode() + bytes(16)
    path = next(each for each in desk.answers if each.suffix == ".safetensors")
    with written(path, made):
        assert desk.check(path) == 1


@pytest.mark.parametrize("make", damage.KINDS, ids=lambda make: make.__name__)
def test_other_kinds_of_files(desk, make):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    names = ["results.json", "answer.json", "pack.json", "question.json"]
    names += ["output.output.npy", "given.input.npy", "arrays.safetensors"]
    files = [each for each in desk.first if each.name in names]
    for name in names:
        for path in [each for each in files if each.name == name][:1]:
            with replaced(path, make, desk.first[path]):
                assert desk.check(path) in (1, 2)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 400 << 10  # kibibytes


# Expected failures --------------------------------------------------------------------------------

TOML = """\
# What fails, and why.
[[expected]]
case = "linear-*"
aspect = "gradient"
reason = "The weight's gradient is twice what it should be."
link = "https://example.org"

[[expected]]
case = "max_pool1d-dil?tion2-*"
aspect = 'output'
form = "cl*"
reason = "Its first number is wrong."
"""


@pytest.fixture(scope="module")
def excused(tmp_path_factory):
    folder = tmp_path_factory.mktemp("excused")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PackSelection, "claims", functools.lru_cache(50)(PackSelection.claims))
        made = Desk(folder, "npy")
        (folder / "expected.toml").write_text(TOML)
        for kind, array in (("linear", "gradient.weight"), ("max_pool1d", "output.output")):
            (file,) = made.results.glob(f"{kind}*/{array}.npy")
            np.save(file, np.load(file) * 2 + 1)
        status, made.verdicts = made.judge("--expected-failures", folder / "expected.toml")
        assert status == 0
        assert list(made.verdicts.values()).count("expected") == 2
        yield made, folder / "expected.toml"


@given(data=st.data())
@example(None)
@examples(250)
def test_damaged_files_of_expected_failures(excused, data):
    made, path = excused
    damaged = b"a = " + b"1" * 5_000 if data is None else data.draw(damage.bytes_of(TOML.encode()))
    with written(path, damaged):
        status, verdicts = made.judge("--expected-failures", path)
        if status == 2:
            assert str(path) in made.said
        if status == 0:
            assert verdicts == made.verdicts


@pytest.mark.parametrize("make", damage.KINDS, ids=lambda make: make.__name__)
def test_other_kinds_of_files_of_expected_failures(excused, make):
    made, path = excused
    with replaced(path, make, TOML.encode()):
        status, _ = made.judge("--expected-failures", path)
    assert status == (1 if make is damage.leave_empty else 2)
    assert status == 1 or str(path) in made.said


# Reports and journals -----------------------------------------------------------------------------


def record(case, verdict=Verdict.PASS, k=0.5):
    message = "" if verdict is Verdict.PASS else "wrong: 1.5 × 2"
    divergence = "It differs." if verdict is Verdict.EXPECTED else None
    return Record(
        case, "relu", "output", "mine", "class", verdict, k, 4.0, "0", message, divergence
    )


RECORDS = [
    *(record(f"relu-{n}", k=n / 8) for n in range(4)),
    *(record("relu-x", Verdict.EXPECTED, np.inf), record("relu-y", Verdict.UNSUPPORTED, None)),
]


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports")
    write_report(Report.of(RECORDS), folder / "old.json")
    write_report(Report.of(RECORDS), folder / "new.json")
    assert run("diff", folder / "old.json", folder / "new.json")[0] == 0
    return folder


def check_difference(folder, new):
    status, _, said = run("diff", folder / "old.json", new)
    if status == 2:
        assert str(new) in said
    if status == 0:
        values = json.loads(new.read_text(encoding="utf-8"))
        assert values["claims_checked"] == values["claims_planned"] == len(values["records"])
        passed = [each["case"] for each in values["records"] if each["verdict"] == "pass"]
        assert {f"relu-{n}" for n in range(4)} <= set(passed)
        assert not {"fail", "stale", "error"} & {each["verdict"] for each in values["records"]}
    return status


@given(data=st.data())
@examples(500)
def test_damaged_reports(reports, data):
    new = reports / "new.json"
    with written(new, data.draw(damage.bytes_of(new.read_bytes()))):
        check_difference(reports, new)


@given(data=st.data())
@examples(500)
def test_reports_with_other_values(reports, data):
    new = reports / "new.json"
    made = data.draw(damage.document_of(to_json(Report.of(RECORDS))))
    with written(new, made.encode()):
        check_difference(reports, new)


@given(data=st.data())
@examples(400)
def test_damaged_journals(reports, data):
    path = reports / "killed.json"
    journal = Journal(path)
    journal.start(len(RECORDS), {"python": "3"})
    for each in RECORDS:
        journal.add(each.to_json())
    journal.end(written=False)
    whole = journal.path.read_bytes()
    journal.path.write_bytes(data.draw(damage.bytes_of(whole)))
    status, out, said = run("diff", reports / "old.json", journal.path)
    assert status in (1, 2)
    assert str(journal.path) in said if status == 2 else "new run is incomplete: it did not" in out


@pytest.mark.parametrize("make", damage.KINDS, ids=lambda make: make.__name__)
def test_other_kinds_of_files_of_reports(reports, make):
    new = reports / "new.json"
    with replaced(new, make, new.read_bytes()):
        assert check_difference(reports, new) == 2


# Surveys ------------------------------------------------------------------------------------------

SURVEY = """\
[[implementation]]
name = "mine"
title = "Mine | yours"
subject = "adapter.py:Mine"
distributions = ["numpy"]
select = "relu and float32"
findings = "found.toml"
link = "https://example.org"
environment = { SOME_WORD = "a b" }
"""
FOUND = """\
[[expected]]
case = "relu-x*"
reason = "bug: it is <b>wrong</b> | `"
"""


@pytest.fixture(scope="module")
def survey(tmp_path_factory):
    folder = tmp_path_factory.mktemp("survey")
    (folder / "survey.toml").write_text(SURVEY)
    (folder / "found.toml").write_text(FOUND)
    (folder / "reports").mkdir()
    wrong = Record("relu-x-1", "relu", "output", "mine", "class", Verdict.FAIL, 9.0, 4.0, "0", "no")
    write_report(Report.of([*RECORDS[:3], wrong]), folder / "reports" / "mine.json")
    assert look(folder)[0] == 0
    return folder


def look(folder):
    return run("survey", folder / "survey.toml", "--reuse", "--reports", folder / "reports")


@given(data=st.data(), name=st.sampled_from(["survey.toml", "found.toml", "reports/mine.json"]))
@example(None, "survey.toml")
@examples(400)
def test_damaged_surveys(survey, data, name):
    path = survey / name
    whole = path.read_bytes()
    with written(
        path, b"implementation=[1]" if data is None else data.draw(damage.bytes_of(whole))
    ):
        status, _, said = look(survey)
        assert status in (0, 1, 2)
        # a renamed package, report or file of findings is named itself
        assert status != 2 or str(survey) in said or "which is not installed" in said
        if status == 0 and name == "reports/mine.json":
            cases = [each["case"] for each in json.loads(path.read_text())["records"]]
            assert len(cases) == len(set(cases)) == 4


@pytest.mark.parametrize("name", ["survey.toml", "found.toml", "reports/mine.json"])
@pytest.mark.parametrize("make", damage.KINDS, ids=lambda make: make.__name__)
def test_other_kinds_of_files_of_surveys(survey, make, name):
    path = survey / name
    with replaced(path, make, path.read_bytes()):
        status, _, said = look(survey)
    assert (status, str(path) in said) == (2, True) or (make is damage.leave_empty and status == 1)


# What a soak keeps --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kept")
    assert soak(folder)[0] == 0
    return folder / "seed-3.json"


def soak(folder):
    words = ["--seeds", "3", "--subject", "refimpl.torch", "-k", "softsign and float64"]
    return run("soak", *words, "--keep", folder)


@given(data=st.data())
@examples(100)
def test_damaged_stores_of_a_soak(kept, data):
    whole = kept.read_bytes()
    damaged = data.draw(
        st.one_of(damage.bytes_of(whole), damage.document_of(json.loads(whole)).map(str.encode))
    )
    with written(kept, damaged):
        status, _, said = soak(kept.parent)
        if status == 2:
            assert str(kept) in said
        else:
            assert json.loads(damaged) == json.loads(whole)


@pytest.mark.parametrize("make", damage.KINDS, ids=lambda make: make.__name__)
def test_other_kinds_of_files_of_a_soak(kept, make):
    with replaced(kept, make, kept.read_bytes()):
        status, _, said = soak(kept.parent)
    missing = make is damage.leave_nothing
    assert (status, str(kept) in said) == ((0, False) if missing else (2, True))


# The decoders, many times -------------------------------------------------------------------------

ARRAYS = {
    "single": np.arange(6, dtype=np.float32).reshape(2, 3),
    "double": np.array([np.nan, -0.0, 1e300]),
    "index": np.array([[1], [2]]),
    "none": np.zeros((0, 2), np.float32),
}


def attempt(read, data):
    TRIED["damaged files given to a decoder"] += 1
    with alarm(), contextlib.suppress(ValueError):
        return read(data)


@given(data=st.data(), name=st.sampled_from(sorted(ARRAYS)), bfloat16=st.booleans())
@examples(800)
def test_damaged_npy(data, name, bfloat16):
    found = data.draw(damage.bytes_of(npy.encode(ARRAYS[name])))
    array = attempt(functools.partial(npy.decode, bfloat16=bfloat16), found)
    if array is not None and not (bfloat16 and array.dtype.name == "bfloat16"):
        there = np.load(io.BytesIO(found), allow_pickle=False)
        assert array.dtype == there.dtype.newbyteorder("=")
        assert array.tobytes() == there.astype(array.dtype).tobytes()


@given(data=st.data())
@examples(800)
def test_damaged_safetensors(data):
    found = data.draw(damage.bytes_of(safetensors.encode(ARRAYS)))
    arrays = attempt(safetensors.decode, found)
    if arrays is not None:
        length = int.from_bytes(found[:8], "little")
        assert sum(each.nbytes for each in arrays.values()) == len(found) - 8 - length
        assert arrays.keys() == json.loads(found[8 : 8 + length]).keys() - {"__metadata__"}


@given(data=st.data())
@examples(800)
def test_damaged_json(data):
    whole = json.dumps(to_json(Report.of(RECORDS))).encode()
    found = data.draw(damage.bytes_of(whole))
    value = attempt(lambda data: parse_json(data.decode()), found)
    if value is not None:
        assert value == json.loads(found)
        json.dumps(value, allow_nan=False)
