"""Packs and results: the same verdicts as directly, and a clear word about whatever is wrong."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from conformance.frontends.cli import main
from conformance.judging.claim import Claim
from conformance.judging.judge import judge
from conformance.judging.session import Session
from conformance.judging.verdict import Verdict
from conformance.oracle.bounds import LIMIT
from conformance.subjects.loading import load
from conformance.tools.exchange import ExchangeError, json_files
from conformance.tools.exchange.arrays import FORMATS, ArrayFolder
from conformance.tools.exchange.judge import judge_results
from conformance.tools.exchange.pack import Pack, write_pack
from conformance.tools.exchange.selection import ASPECTS, PackSelection, matches_expression

_SPEC = importlib.util.spec_from_file_location(
    "pack_answers", Path(__file__).parents[1] / "pack_answers.py"
)
pack_answers = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(pack_answers)

EXAMPLES = Path(__file__).parents[3] / "examples"
SAMPLE = EXAMPLES / "sample_pack"
SUBJECTS = {"torch": "refimpl.torch", "tf": "refimpl.tf"}


@pytest.fixture
def sample(tmp_path):
    """A copy of the sample pack that may be damaged, and healthy answers to it."""
    shutil.copytree(SAMPLE, tmp_path / "pack")
    pack_answers.answer(tmp_path / "pack", tmp_path / "results", "refimpl.torch")
    return tmp_path / "pack", tmp_path / "results"


def folder_of(path, layer):
    return next(each for each in path.iterdir() if each.name.startswith(layer))


def edit(path, **changes):
    document = json.loads(path.read_text())
    path.write_text(json.dumps({**document, **changes}))


def by_verdict(report):
    found = {}
    for record in report.records:
        found.setdefault(record.verdict, []).append(record)
    return found


# Through files and directly -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dialect", "form", "answers"),
    [("torch", "npy", None), ("tf", "npy", "safetensors"), ("tf", "safetensors", None)],
)
def test_answers_through_files_are_judged_as_directly(tmp_path, dialect, form, answers):
    choice = PackSelection(dialect, cases=1)
    pack, results = tmp_path / "pack", tmp_path / "results"
    questions = write_pack(pack, choice, form)
    pack_answers.answer(pack, results, SUBJECTS[dialect], form=answers)
    report = judge_results(pack, results)
    session = Session({"mine": load(SUBJECTS[dialect])})
    direct = {
        record.key: record
        for question in questions
        for record in (
            judge(Claim.about(claim.case, claim.aspect, "mine", *claim.forms), session)
            for claim in question.claims
        )
    }
    nowhere = {"mask"} if dialect == "torch" else {"mask", "state"}
    assert {record.aspect for record in report.records} == set(ASPECTS) - nowhere
    assert report.planned == report.checked == len(direct)
    drawn = {"dropout", "dropout1d", "dropout2d", "dropout3d"}  # anew, each time
    for record in report.records:
        assert record.verdict == direct[record.key].verdict, record.message
        if record.layer not in drawn:
            assert record.k == direct[record.key].k
    assert report.healthy or dialect == "tf"  # refimpl.tf refuses what TensorFlow does


def test_a_mask_is_judged_through_files(tmp_path):
    pack, results = tmp_path / "pack", tmp_path / "results"
    choice = PackSelection(
        "torch", layers=("dropout1d",), dtypes=("float32",), aspects=("mask", "output")
    )
    write_pack(pack, replace(choice, k="many and class", cases=1), "safetensors")
    pack_answers.answer(pack, results, "refimpl.torch")
    report = judge_results(pack, results)
    assert {record.aspect for record in report.records} == {"mask"}
    assert report.healthy

    def unfair(question, arrays):
        output = arrays["output.output"].copy()
        output[: len(output) // 10] = 0
        return {"output.output": output}

    pack_answers.answer(pack, tmp_path / "unfair", "refimpl.torch", change=unfair)
    assert set(by_verdict(judge_results(pack, tmp_path / "unfair"))) == {Verdict.FAIL}


def test_wrong_answers_are_as_wrong_through_files(tmp_path):
    class Wrong:
        dialect = "torch"
        healthy = load("refimpl.torch")

        def run(self, request):
            answer = self.healthy.run(request)
            if request.fresh or "elu" not in request.call.target:
                return answer
            first, *rest = answer.outputs
            return replace(answer, outputs=(first * 1.001, *rest))

    pack, results = tmp_path / "pack", tmp_path / "results"
    questions = write_pack(
        pack, PackSelection("torch", layers=("elu", "relu"), dtypes=("float32",))
    )
    pack_answers.answer(pack, results, Wrong())
    session = Session({"mine": Wrong()})
    direct = [
        judge(Claim.about(claim.case, claim.aspect, "mine", *claim.forms), session)
        for question in questions
        for claim in question.claims
    ]
    found = judge_results(pack, results).records
    assert [(record.key, record.verdict, record.k) for record in found] == sorted(
        (record.key, record.verdict, record.k) for record in direct
    )
    assert {record.layer for record in found if record.verdict is Verdict.FAIL} == {"elu", "relu"}
    failed = next(record for record in found if record.verdict is Verdict.FAIL)
    assert f"judge {pack} {results} --claim " in failed.message
    assert str(results / failed.case) in failed.message
    again = f"{failed.aspect}/{failed.case}-mine-{failed.form}"
    (alone,) = judge_results(pack, results, [again]).records
    assert alone == failed


@pytest.mark.parametrize("beyond", [False, True])
@pytest.mark.parametrize("what", ["output.output", "gradient.weight", "state.3.running_var"])
def test_one_unit_in_the_last_place_beyond_the_bound_is_red(tmp_path, what, beyond):
    """The largest float32 that the pack's own bound allows passes, and the next one fails."""
    shutil.copytree(SAMPLE, tmp_path / "pack")
    up = np.float32(np.inf)

    def at_the_limit(question, arrays):
        if question["layer"] != "batch_norm1d":
            return arrays
        given = ArrayFolder(tmp_path / "pack" / f"{question['case']}-{question['form']}", "npy")
        right, bound = given[f"expected.{what}"].reshape(-1)[0], given[f"bound.{what}"].reshape(-1)

        def is_allowed(value):
            return abs(float(value) - right) / bound[0] <= LIMIT

        edge = np.float32(right)
        while is_allowed(np.nextafter(edge, up)):
            edge = np.nextafter(edge, up)
        changed = arrays[what].copy()
        changed.reshape(-1)[0] = np.nextafter(edge, up) if beyond else edge
        return {**arrays, what: changed}

    pack_answers.answer(
        tmp_path / "pack", tmp_path / "results", "refimpl.torch", change=at_the_limit
    )
    aspect = what.partition(".")[0]
    records = judge_results(tmp_path / "pack", tmp_path / "results").records
    (record,) = [r for r in records if r.layer == "batch_norm1d" and r.aspect == aspect]
    assert record.verdict is (Verdict.FAIL if beyond else Verdict.PASS)
    assert LIMIT / 2 < record.k < 2 * LIMIT


# What an answer may say -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "reason", ["not implemented", "not yet: upstream has no such layer", "never: it has no weights"]
)
def test_what_is_lacking_is_unsupported_with_its_reason(sample, reason):
    pack, results = sample
    (folder_of(results, "linear") / "answer.json").write_text(
        json.dumps({"version": 1, "unsupported": reason})
    )
    found = [r for r in judge_results(pack, results).records if r.layer == "linear"]
    assert {(record.verdict, record.message) for record in found} == {(Verdict.UNSUPPORTED, reason)}


@pytest.mark.parametrize("reason", ["never", "", "perhaps", "not implementable", 3])
def test_any_other_reason_is_refused(sample, reason):
    pack, results = sample
    answer = folder_of(results, "linear") / "answer.json"
    answer.write_text(json.dumps({"version": 1, "unsupported": reason}))
    found = [r for r in judge_results(pack, results).records if r.layer == "linear"]
    assert {record.verdict for record in found} == {Verdict.ERROR}
    assert str(answer) in found[0].message


@pytest.mark.parametrize(
    ("key", "verdict"), [("unsupported", Verdict.UNSUPPORTED), ("error", Verdict.ERROR)]
)
def test_one_aspect_alone_may_be_lacking(sample, key, verdict):
    pack, results = sample
    folder = folder_of(results, "batch_norm1d")
    reason = "not implemented: backward"
    for aspect in ("gradient", "state", "parameters"):
        answer = {"version": 1, "owned": [], key: {aspect: reason}}
        (folder / "answer.json").write_text(json.dumps(answer))
        found = {
            record.aspect: record.verdict
            for record in judge_results(pack, results).records
            if record.layer == "batch_norm1d"
        }
        assert found.pop(aspect) is verdict
        assert found.pop("parameters", Verdict.FAIL) is Verdict.FAIL  # it owns something
        assert set(found.values()) == {Verdict.PASS}


@pytest.mark.parametrize("key", ["unsupported", "error"])
def test_any_text_of_an_answer_can_be_reported(sample, capsys, key):
    pack, results = sample
    answer = {"version": 1, key: "never: \ud800 \x1b[2J [red]"}
    (folder_of(results, "linear") / "answer.json").write_text(json.dumps(answer))
    file = results.parent / "report.json"
    status = main(["judge", str(pack), str(results), "--report-json", str(file)])
    assert status == (key == "error")
    shown = "never: \\ud800 \\x1b[2J [red]"
    assert shown in capsys.readouterr().out
    records = json.loads(file.read_text(encoding="utf-8"))["records"]
    assert any(shown in record["message"] for record in records)


@pytest.mark.parametrize(
    ("name", "says"),
    [("pipe", "is not a regular file"), (".", "is a directory"), ("a" * 300, "too long")],
)
def test_a_report_that_cannot_be_written_is_refused_before_the_work(sample, capsys, name, says):
    pack, results = sample
    os.mkfifo(results.parent / "pipe")
    path = results.parent / name
    assert main(["judge", str(pack), str(results), "--report-json", str(path)]) == 2
    printed = capsys.readouterr()
    assert not printed.out
    assert says in printed.err


def test_the_table_is_printed_where_the_disk_is_full(sample, capsys, monkeypatch):
    def replace(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", replace)
    pack, results = sample
    path = results.parent / "report.json"
    assert main(["judge", str(pack), str(results), "--report-json", str(path)]) == 1
    printed = capsys.readouterr()
    assert "planned claims" in printed.out
    assert "the report could not be written: [Errno 28] No space left on device" in printed.err
    assert not path.exists()


def test_a_pack_that_asks_nothing_is_not_a_success(sample, capsys):
    pack, results = sample
    choice = json.loads((pack / "pack.json").read_text())["choice"]
    edit(pack / "pack.json", choice={**choice, "k": "transformer"}, questions=[])
    assert main(["judge", str(pack), str(results)]) == 1
    assert "No claim passed" in capsys.readouterr().out


def test_what_was_raised_is_an_error_in_its_own_words(sample):
    pack, results = sample
    answer = {"version": 1, "error": "ValueError: no"}
    (folder_of(results, "linear") / "answer.json").write_text(json.dumps(answer))
    found = [r for r in judge_results(pack, results).records if r.layer == "linear"]
    assert {record.verdict for record in found} == {Verdict.ERROR}
    assert "ValueError: no" in found[0].message


# What is wrong with one answer ----------------------------------------------------------------


def remove_folder(folder):
    shutil.rmtree(folder)
    return folder


def remove_answer(folder):
    (folder / "answer.json").unlink()
    return folder / "answer.json"


def remove_output(folder):
    (folder / "output.output.npy").unlink()
    return folder / "output.output.npy"


def wrong_shape(folder):
    file = folder / "output.output.npy"
    np.save(file, np.load(file)[..., :-1])
    return file


def pickled(folder):
    np.save(folder / "output.output.npy", np.array([None]), allow_pickle=True)
    return folder / "output.output.npy"


def cut_short(folder):
    file = folder / "output.output.npy"
    file.write_bytes(file.read_bytes()[:-3])
    return file


def broken_json(folder):
    (folder / "answer.json").write_text("{")
    return folder / "answer.json"


def other_version(folder):
    edit(folder / "answer.json", version=2)
    return folder / "answer.json"


def unknown_key(folder):
    edit(folder / "answer.json", comment="hello")
    return folder / "answer.json"


def pipe(folder, name="answer.json"):
    (folder / name).unlink()
    os.mkfifo(folder / name)
    return folder / name


def pipe_of_numbers(folder):
    return pipe(folder, "output.output.npy")


def endless(folder, name="answer.json"):
    (folder / name).unlink()
    (folder / name).symlink_to("/dev/zero")
    return folder / name


def endless_numbers(folder):
    return endless(folder, "output.output.npy")


def link_outside(folder):
    file = folder / "answer.json"
    file.rename(folder.parents[1] / "answer.json")
    file.symlink_to(folder.parents[1] / "answer.json")
    return file


def link_to_itself(folder):
    (folder / "answer.json").unlink()
    (folder / "answer.json").symlink_to("answer.json")
    return folder / "answer.json"


def folder_outside(folder):
    elsewhere = folder.parents[1] / "elsewhere"
    folder.rename(elsewhere)
    folder.symlink_to(elsewhere)
    return folder / "answer.json"


def too_large(folder, name="answer.json", size=1 << 40):
    with (folder / name).open("ab") as file:
        file.truncate(size)
    return folder / name


def too_many_numbers(folder):
    return too_large(folder, "output.output.npy")


def nested(folder):
    (folder / "answer.json").write_text('{"version": 1, "owned": ' + "[" * 100_000)
    return folder / "answer.json"


def key_twice(folder):
    (folder / "answer.json").write_text('{"version": 1, "version": 1}')
    return folder / "answer.json"


@pytest.mark.parametrize(
    "damage",
    [
        pipe,
        pipe_of_numbers,
        endless,
        endless_numbers,
        link_outside,
        link_to_itself,
        folder_outside,
        too_large,
        too_many_numbers,
        nested,
        key_twice,
        remove_folder,
        remove_answer,
        remove_output,
        wrong_shape,
        pickled,
        cut_short,
        broken_json,
        other_version,
        unknown_key,
    ],
)
def test_what_is_wrong_with_an_answer_is_its_error_and_names_the_file(sample, damage):
    pack, results = sample
    file = damage(folder_of(results, "linear"))
    report = judge_results(pack, results)
    assert report.complete
    for record in report.records:
        if record.layer == "linear" and record.aspect == "output":
            assert record.verdict is Verdict.ERROR
            assert str(file) in record.message
        elif record.layer != "linear":
            assert record.verdict is Verdict.PASS


def test_a_link_inside_the_results_is_followed(sample):
    pack, results = sample
    file = folder_of(results, "linear") / "answer.json"
    file.rename(results / "the-answer.json")
    file.symlink_to("../the-answer.json")
    results.rename(results.parent / "moved")
    results.symlink_to(results.parent / "moved")
    assert judge_results(pack, results).healthy


def test_a_missing_gradient_costs_the_gradient_alone(sample):
    pack, results = sample
    (folder_of(results, "linear") / "gradient.bias.npy").unlink()
    found = by_verdict(judge_results(pack, results))
    assert [record.aspect for record in found.pop(Verdict.ERROR)] == ["gradient"]
    assert set(found) == {Verdict.PASS}


def test_another_dtype_fails_the_dtype_alone(sample):
    pack, results = sample
    file = folder_of(results, "linear") / "output.output.npy"
    np.save(file, np.load(file).astype(np.float64))
    found = by_verdict(judge_results(pack, results))
    (record,) = found[Verdict.FAIL]
    assert record.aspect == "dtype"
    assert str(file.parent) in record.message


# What is wrong with the whole -----------------------------------------------------------------


def damage_array(pack, results):
    file = folder_of(pack, "linear") / "given.weight.npy"
    array = np.load(file)
    array[0, 0] = np.nextafter(array[0, 0], np.float32(np.inf))
    np.save(file, array)


def damage_cotangent(pack, results):
    file = folder_of(pack, "linear") / "cotangent.output.npy"
    np.save(file, np.load(file).astype(np.float64))


def damage_question(pack, results):
    edit(folder_of(pack, "linear") / "question.json", arguments={"in_features": 4})


def drop_question(pack, results):
    questions = json.loads((pack / "pack.json").read_text())["questions"]
    edit(pack / "pack.json", questions=questions[:-1])


def unknown_layer(pack, results):
    choice = json.loads((pack / "pack.json").read_text())["choice"]
    edit(pack / "pack.json", choice={**choice, "layers": ["lineal"]})


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda pack, results: shutil.rmtree(pack), "there is no folder"),
        (lambda pack, results: shutil.rmtree(results), "there is no folder"),
        (lambda pack, results: (pack / "pack.json").unlink(), "pack.json is missing"),
        (lambda pack, results: (pack / "pack.json").write_text("{"), "pack.json is not a JSON"),
        (lambda pack, results: edit(pack / "pack.json", version=2), "speaks version 2"),
        (lambda pack, results: edit(pack / "pack.json", dialect="jax"), "pack.json does not"),
        (lambda pack, results: edit(pack / "pack.json", extra=1), "pack.json does not"),
        (drop_question, "pack.json lists 3 questions .* asks 4"),
        (unknown_layer, "did you mean 'linear'"),
        (damage_question, "question.json does not ask .* arguments is"),
        (damage_array, "given.weight does not hold the numbers"),
        (damage_cotangent, "cotangent.output does not hold the numbers"),
        (
            lambda pack, results: (folder_of(pack, "linear") / "given.bias.npy").unlink(),
            "given.bias.npy is missing",
        ),
        (
            lambda pack, results: (folder_of(pack, "linear") / "given.bias.npy").write_bytes(b"?"),
            "given.bias.npy is not a .npy file",
        ),
        (lambda pack, results: (results / "results.json").unlink(), "results.json is missing"),
        (lambda pack, results: edit(results / "results.json", version=7), "speaks version 7"),
        (lambda pack, results: edit(results / "results.json", subject="a+b"), "subject"),
        (
            lambda pack, results: edit(results / "results.json", subject="torch"),
            "built-in subject",
        ),
        (lambda pack, results: pipe(pack, "pack.json"), "pack.json is not a regular file"),
        (lambda pack, results: endless(results, "results.json"), "results.json is a link that"),
        (lambda pack, results: too_large(pack, "pack.json"), "pack.json has 1,099,511,627,776 b"),
        (lambda pack, results: folder_outside(folder_of(pack, "linear")), "question.json is a li"),
        (
            lambda pack, results: pipe(folder_of(pack, "linear"), "given.bias.npy"),
            "given.bias.npy is not a regular file",
        ),
        (
            lambda pack, results: (results / "results.json").write_text("[" * 100_000),
            "results.json is not a JSON file: it is nested more than 100",
        ),
        (
            lambda pack, results: (results / "results.json").write_text('{"a": 1, "a": 2}'),
            "results.json is not .* the key 'a' stands twice in one object",
        ),
    ],
)
def test_a_pack_or_results_that_cannot_be_used_say_why(sample, capsys, damage, says):
    pack, results = sample
    damage(pack, results)
    with pytest.raises(ExchangeError, match=says):
        judge_results(pack, results)
    assert main(["judge", str(pack), str(results)]) == 2
    assert "judge: " in capsys.readouterr().err


def test_what_a_pack_expects_is_not_believed(sample):
    """A forged pack does not make a wrong answer right."""
    pack, results = sample
    for file in pack.glob("*/bound.*.npy"):
        np.save(file, np.full_like(np.load(file), np.inf))
    file = folder_of(results, "linear") / "output.output.npy"
    np.save(file, np.load(file) + np.float32(1))
    assert Verdict.FAIL in by_verdict(judge_results(pack, results))


# Packs ----------------------------------------------------------------------------------------


def test_the_sample_pack_is_what_would_be_written_today(tmp_path):
    """Write it anew with: python -m conformance export, see docs/file-protocol.md."""
    document = json.loads((SAMPLE / "pack.json").read_text())
    choice = PackSelection.from_json(document["dialect"], document["choice"])
    write_pack(tmp_path / "pack", choice, document["format"])
    names = sorted(str(file.relative_to(SAMPLE)) for file in SAMPLE.rglob("*.*"))
    fresh = tmp_path / "pack"
    assert names == sorted(str(file.relative_to(fresh)) for file in fresh.rglob("*.*"))
    for name in names:
        kind = Path(name).name.partition(".")[0]
        if name.endswith(".json") or kind in ("given", "further", "cotangent"):
            assert (SAMPLE / name).read_bytes() == (fresh / name).read_bytes(), name
        elif kind == "expected":  # exp and its like may differ in the last place elsewhere
            bound = fresh / name.replace("expected.", "bound.")
            room = np.load(bound) if bound.exists() else 0
            apart = np.abs(np.load(SAMPLE / name) - np.load(fresh / name))
            assert (apart <= room).all(), name


def test_every_document_follows_its_schema(sample):
    pack, results = sample
    schema = json.loads(json_files.SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    found = [*pack.rglob("*.json"), *results.rglob("*.json")]
    assert len(found) == 10
    for file in found:
        jsonschema.validate(json.loads(file.read_text()), schema)
        json_files.read_document(file, file.stem)


@pytest.mark.parametrize("form", FORMATS)
def test_a_pack_says_what_an_answer_is_held_against(tmp_path, form):
    """Whoever stays within the pack's own bounds passes."""

    def expected(question, arrays):
        given = ArrayFolder(tmp_path / "pack" / f"{question['case']}-{question['form']}", form)
        right = {
            name: given[f"expected.{name}"].astype(array.dtype) for name, array in arrays.items()
        }
        assert all(
            (given[f"bound.{name}"] >= 0).all() and given[f"bound.{name}"].dtype == np.float64
            for name, array in arrays.items()
            if array.dtype.kind == "f"
        )
        return right

    choice = PackSelection(
        "torch", layers=("linear", "max_pool2d", "nll_loss", "batch_norm2d"), cases=2
    )
    write_pack(tmp_path / "pack", replace(choice, dtypes=("float32", "float64")), form)
    pack_answers.answer(tmp_path / "pack", tmp_path / "results", "refimpl.torch", change=expected)
    report = judge_results(tmp_path / "pack", tmp_path / "results")
    wrong = [record for record in report.records if not record.verdict.healthy]
    assert {record.aspect for record in wrong} <= {"forms"}  # rounded once, not twice
    assert max(r.k for r in report.records if r.aspect == "output") <= 1


def test_a_choice_narrows_a_pack():
    claims = PackSelection(
        "tf", "conv2d and not wide", dtypes=("float16",), aspects=("output",)
    ).claims()
    assert claims
    for claim in claims:
        assert claim.case.layer == "conv2d"
        assert claim.case.dtype == "float16"
        assert claim.case.regime != "wide"
        assert claim.aspect == "output"
    few = PackSelection("torch", layers=("relu", "linear"), cases=3).claims()
    assert {claim.case.layer for claim in few} == {"relu", "linear"}
    assert len({claim.case.id for claim in few if "empty" not in claim.case.words}) == 6
    assert PackSelection.from_json(
        "tf", PackSelection("tf", "a", ("b",)).to_json()
    ) == PackSelection("tf", "a", ("b",))


def test_words_select():
    name = "output/conv2d-same-normal-float32-class"
    for expression in ("", "conv2d", "conv2d and same", "linear or same", "not wide", "x or not y"):
        assert matches_expression(expression, name), expression
    for expression in ("linear", "conv2d and wide", "not same", "not conv2d or linear"):
        assert not matches_expression(expression, name), expression


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--layer", "conv2"], "did you mean 'conv2d'"),
        (["-k", "nothing like it"], "no claim that a pack can hold matches"),
    ],
)
def test_an_export_of_nothing_is_refused(tmp_path, capsys, options, says):
    assert main(["export", str(tmp_path / "pack"), *options]) == 2
    assert says in capsys.readouterr().err
    assert not (tmp_path / "pack").exists()


def test_an_export_writes_over_nothing(tmp_path, capsys):
    (tmp_path / "mine").write_text("precious")
    assert main(["export", str(tmp_path), "--layer", "relu"]) == 2
    assert "is not empty" in capsys.readouterr().err
    assert main(["export", str(tmp_path / "mine"), "--layer", "relu"]) == 2
    assert "cannot become a pack" in capsys.readouterr().err
    assert (tmp_path / "mine").read_text() == "precious"


@pytest.mark.parametrize("options", [["--dialect", "jax"], ["--format", "zip"], ["--cases", "0"]])
def test_unknown_options_of_export_are_refused(tmp_path, options):
    with pytest.raises(SystemExit):
        main(["export", str(tmp_path / "pack"), *options])


def test_export_and_judge_on_the_command_line(tmp_path, capsys):
    pack, results, report = tmp_path / "pack", tmp_path / "results", tmp_path / "report.json"
    assert main(["export", str(pack), "--layer", "softsign", "--dtype", "float32"]) == 0
    assert "questions about" in capsys.readouterr().out
    pack_answers.answer(pack, results, "refimpl.torch")
    assert main(["judge", str(pack), str(results), "--report-json", str(report)]) == 0
    assert "0 fail" in capsys.readouterr().out
    written = json.loads(report.read_text())
    assert written["claims_planned"] == written["claims_checked"] == len(written["records"])
    file = next(results.glob("*/output.output.npy"))
    np.save(file, np.load(file) + 1)
    assert main(["judge", str(pack), str(results)]) == 1
    assert "FAIL  softsign, " in capsys.readouterr().out
    assert main(["judge", str(pack), str(results), "--claim", "output/no-such"]) == 2
    assert "no-such" in capsys.readouterr().err
    nowhere = str(tmp_path / "no" / "report.json")
    assert main(["judge", str(pack), str(results), "--report-json", nowhere]) == 2
    assert "no directory" in capsys.readouterr().err


def test_expected_failures_are_strict(sample, capsys):
    pack, results = sample
    file = folder_of(results, "linear") / "output.output.npy"
    np.save(file, np.load(file) + np.float32(1))
    expected = pack.parent / "expected.toml"
    command = ["judge", str(pack), str(results), "--expected-failures", str(expected)]
    entry = '[[expected]]\ncase = "{}"\naspect = "output"\nreason = "ours to fix"\n'
    expected.write_text(entry.format("linear-*"))
    assert main(command) == 0
    assert "ours to fix" in capsys.readouterr().out
    expected.write_text(entry.format("linear-*") + entry.format("max_pool1d-*"))
    assert main(command) == 1
    assert "1 stale" in capsys.readouterr().out
    expected.write_text(entry.format("no-such-*"))
    assert main(command) == 2
    assert "matches no claim" in capsys.readouterr().err


def test_an_interrupted_export_is_no_pack(tmp_path):
    def interrupt(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_pack(tmp_path / "pack", PackSelection("torch", layers=("relu",)), "npy", interrupt)
    with pytest.raises(ExchangeError, match=r"pack\.json is missing"):
        Pack.open(tmp_path / "pack")


# Another language -----------------------------------------------------------------------------


def test_the_layers_in_c_pass(tmp_path):
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        pytest.skip("there is no C compiler (cc, gcc or clang) to build examples/c_subject with")
    program = tmp_path / "subject"
    source = EXAMPLES / "c_subject" / "main.c"
    flags = ["-std=c11", "-O1", "-Wall", "-Wextra", "-Werror"]
    subprocess.run([compiler, *flags, "-o", str(program), str(source), "-lm"], check=True)
    layers = ("linear", "conv2d", "batch_norm1d", "batch_norm2d", "batch_norm3d")
    pack, results = tmp_path / "pack", tmp_path / "results"
    write_pack(pack, PackSelection("torch", layers=layers, dtypes=("float32", "float64"), cases=8))
    subprocess.run([program, pack, results], check=True)
    report = judge_results(pack, results)
    found = by_verdict(report)
    assert set(found) == {Verdict.PASS, Verdict.UNSUPPORTED}
    assert {record.layer for record in found[Verdict.PASS]} == set(layers)
    assert {record.aspect for record in found[Verdict.PASS]} >= {"output", "gradient", "state"}
    assert len(found[Verdict.PASS]) > 2 * len(found[Verdict.UNSUPPORTED])
    # And a wrong one does not: the program without its bias.
    text = (source.parent / "layers.h").read_text()
    assert "sum = b.values[o]" in text
    broken = tmp_path / "broken"
    broken.mkdir()
    for file in source.parent.glob("*.[ch]"):
        shutil.copy(file, broken)
    (broken / "layers.h").write_text(text.replace("sum = b.values[o]", "sum = 0"))
    subprocess.run([compiler, "-o", str(program), str(broken / "main.c"), "-lm"], check=True)
    subprocess.run([program, pack, tmp_path / "wrong"], check=True)
    wrong = judge_results(pack, tmp_path / "wrong").records
    assert {record.layer for record in wrong if record.verdict is Verdict.FAIL} == {"linear"}


def test_the_c_program_says_what_pack_it_wants(tmp_path):
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        pytest.skip("there is no C compiler (cc, gcc or clang) to build examples/c_subject with")
    program, source = tmp_path / "subject", EXAMPLES / "c_subject" / "main.c"
    subprocess.run([compiler, "-o", str(program), str(source), "-lm"], check=True)
    write_pack(tmp_path / "pack", PackSelection("tf", layers=("relu",), cases=1))
    command = [program, tmp_path / "pack", tmp_path / "results"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert "--dialect torch" in done.stderr
    assert sys.platform == "win32" or not (tmp_path / "results").exists()
