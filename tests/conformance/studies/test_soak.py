"""The soak: seeds change the inputs, a wrong limit is noticed, and parts make the whole."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import replace

import pytest

from conformance.judging.planning import plan
from conformance.judging.verdict import Verdict
from conformance.studies.parallel import map_parallel
from conformance.studies.soak import command
from conformance.studies.soak import run as soak
from conformance.studies.soak import store as kept
from conformance.studies.soak.page import render_page, to_json

WANTED = soak.SoakPlan(("refimpl.torch",), (0, 1, 2), words=("linear", "output"))


def results(wanted):
    return soak.merge_all(soak.run_seed(wanted, seed) for seed in wanted.seeds)


def seeded(claim, seeds):
    wanted = replace(WANTED, seeds=tuple(seeds))
    return [each for seed in seeds for each in soak.claims_of_seed([claim], wanted, seed)]


def test_each_seed_has_inputs_of_its_own():
    claim = next(claim for claim in plan(["refimpl.torch"]) if claim.case.regime == "normal")
    found = seeded(claim, (0, 7))
    assert [each.case.seed for each in found] == [0, 7]
    first, second = (each.case.draw("input") for each in found)
    assert (first == claim.case.draw("input")).all()
    assert (first != second).any()
    assert {each.id for each in found} == {claim.id}


def test_what_holds_every_value_is_looked_at_once():
    claim = next(claim for claim in plan(["refimpl.torch"]) if claim.case.regime == "all")
    assert [each.case.seed for each in seeded(claim, (4, 5, 6))] == [4]


@pytest.mark.parametrize(
    ("name", "often"),
    [
        ("conv2d-groups2-normal-float32-tensorflow-keras", False),
        ("conv2d-groups2-normal-float32-tensorflow-nn_ncx", True),
        ("conv2d-groups2-normal-float32-torch-class", True),
        ("conv3d-wide-float16-tensorflow-keras_ncx", False),
        ("conv3d-wide-float16-tensorflow-keras", True),
    ],
)
def test_what_is_compiled_at_each_call_is_looked_at_less_often(name, often):
    # Which of the two data formats a case meets depends on the processor's kernels.
    case, form = name.rsplit("-", 1)
    subject = case.rsplit("-", 1)[1]
    cases = case.split("-")[0], "groups2" in case
    claim = next(
        claim
        for claim in plan(["torch", "tensorflow"])
        if claim.subject == subject
        and claim.form == form
        and (claim.case.layer, "groups2" in claim.case.words) == cases
    )
    seeds = [each.case.seed for each in seeded(claim, range(20))]
    assert seeds == (list(range(20)) if often else [0, soak.COMPILED_EVERY])


def test_seeds_and_shares_make_the_whole():
    whole = results(WANTED)
    turned = soak.merge_all(soak.run_seed(WANTED, seed) for seed in reversed(WANTED.seeds))
    assert whole.checked == turned.checked > 100
    assert whole.spreads == turned.spreads
    assert not whole.alarms
    half = results(replace(WANTED, share=0.5))
    assert 0.3 < half.checked / whole.checked < 0.7


def test_a_wrong_answer_under_one_seed_is_an_alarm(monkeypatch):
    def judged(claim, session):
        record = soak_judge(claim, session)
        wrong = claim.case.seed == 1 and "exact" in claim.id
        return replace(record, verdict=Verdict.FAIL, k=9.0) if wrong else record

    soak_judge = soak.judge
    monkeypatch.setattr(soak, "judge", judged)
    found = results(WANTED)
    assert found.alarms
    assert {seed for seed, _ in found.alarms} == {1}
    assert found.verdicts[Verdict.FAIL] == len(found.alarms)
    assert max(spread.worst for spread in found.spreads.values()) < 4


def test_a_spread_knows_its_quantiles():
    spread = soak.Distribution()
    for step in range(1000):
        spread.add(step / 1000, str(step))
    assert spread.quantile(0.5) == 0.5
    assert spread.quantile(0.999) == 1.0
    assert (spread.worst, spread.where) == (0.999, "999")
    other = soak.Distribution(Counter({300: 1}), 2.995, "elsewhere")
    spread.merge(other)
    assert (spread.worst, spread.where) == (2.995, "elsewhere")
    assert spread.counts.total() == 1001


def test_the_page_and_the_json_say_the_same():
    found = results(WANTED)
    text = render_page(found, WANTED, "the command", {"numpy": "2", "torch": None})
    assert "**0 false alarms**" in text
    assert f"{found.checked:,} claims" in text
    assert "numpy 2" in text
    assert "torch None" not in text
    values = json.loads(json.dumps(to_json(found, WANTED)))
    assert values["checked"] == found.checked
    assert sum(each["claims"] for each in values["spreads"]) == found.verdicts[Verdict.PASS]
    assert all(sum(each["histogram"]) == each["claims"] for each in values["spreads"])


def test_the_command_writes_what_it_found(tmp_path, capsys):
    report = tmp_path / "soak.json"
    arguments = ["--seeds", "3-4", "--subject", "refimpl.torch", "-k", "softsign and float64"]
    assert command.main([*arguments, "--docs", str(tmp_path), "--report-json", str(report)]) == 0
    assert "seeds 3 to 4" in (tmp_path / "soak.md").read_text(encoding="utf-8")
    assert json.loads(report.read_text())["alarms"] == []
    assert "false alarms" in capsys.readouterr().out


def test_what_is_kept_is_not_done_again_and_says_the_same(tmp_path, monkeypatch, capsys):
    keep, docs = tmp_path / "keep", tmp_path / "docs"
    keep.mkdir()
    docs.mkdir()
    common = ["--subject", "refimpl.torch", "-k", "softsign and float64", "--keep", str(keep)]
    assert command.main(["--seeds", "3-5", *common, "--docs", str(docs)]) == 0
    page_of_three = (docs / "soak.md").read_text(encoding="utf-8")
    assert str(keep) not in page_of_three
    assert sorted(file.name for file in keep.iterdir()) == [f"seed-{n}.json" for n in (3, 4, 5)]
    (keep / "seed-4.json").unlink()
    done = []
    real = soak.run_seed
    monkeypatch.setattr(
        soak, "run_seed", lambda wanted, seed: done.append(seed) or real(wanted, seed)
    )
    assert command.main(["--seeds", "3-5", *common, "--docs", str(docs)]) == 0
    assert done == [4]
    assert (docs / "soak.md").read_text(encoding="utf-8") == page_of_three
    assert command.main(["--seeds", "3-5", *common, "--share", "0.5"]) == 2
    assert "seed-3.json was found with" in capsys.readouterr().err


def test_an_alarm_is_kept(tmp_path):
    found = soak.run_seed(WANTED, 0)
    claim = next(claim for claim in plan(["refimpl.torch"]) if claim.case.layer == "linear")
    record = replace(soak.judge(claim, soak.Session()), verdict=Verdict.FAIL, k=9.0, message="!")
    found.alarms.append((0, record))
    kept.write_seed(tmp_path, WANTED, 0, found)
    assert kept.read_seeds(tmp_path, WANTED) == {0: found}


def test_processes_are_begun_anew():
    # A function of this module has no name in another process; a builtin has.
    answers = dict(map_parallel(eval, ["__import__('os').getpid()"] * 5, 1, each=2))
    assert sorted(answers) == list(range(5))
    assert len(set(answers.values())) == 3
    assert os.getpid() not in answers.values()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--seeds", "9-1"], "--seeds: must be a range that is not empty; got '9-1'"),
        (["--seeds", "x"], "--seeds: must be a number or a range"),
        (["--share", "0"], "--share: must be above 0 and at most 1; got '0'"),
        (["-n", "0"], "-n: must be a positive number; got '0'"),
        (["--docs", "nowhere"], "--docs: must be a folder that exists; got 'nowhere'"),
    ],
)
def test_bad_options_are_named(arguments, said, capsys):
    with pytest.raises(SystemExit):
        command.main(arguments)
    assert said in capsys.readouterr().err


def test_words_that_match_nothing_are_no_success(capsys):
    assert command.main(["--subject", "refimpl.torch", "-k", "convolutional"]) == 4
    assert "no claim matches" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace('"pass"', '"fail"'), "is not as it was stored: delete it"),
        (lambda text: text[:-9], "is not a JSON file"),
        (lambda _: "[]", "is not as it was stored: delete it"),
        (lambda _: "[" * 100_000, "is not a JSON file: it is nested more than 100 deep"),
    ],
)
def test_a_damaged_store_is_refused(tmp_path, capsys, change, said):
    common = ["--subject", "refimpl.torch", "-k", "softsign and float64", "--seeds", "3"]
    assert command.main([*common, "--keep", str(tmp_path)]) == 0
    file = tmp_path / "seed-3.json"
    file.write_text(change(file.read_text()))
    assert command.main([*common, "--keep", str(tmp_path)]) == 2
    assert f"soak: {file} {said}" in capsys.readouterr().err
    file.unlink()
    os.mkfifo(file)
    assert command.main([*common, "--keep", str(tmp_path)]) == 2
    assert f"soak: {file} is not a regular file" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--docs", "--report-json"])
def test_a_place_that_cannot_be_written_is_refused_before_the_work(tmp_path, capsys, option):
    os.mkfifo(tmp_path / "soak.md")
    place = tmp_path if option == "--docs" else tmp_path / "soak.md"
    with pytest.raises(SystemExit, match="2"):
        command.main(["--seeds", "3", option, str(place)])
    printed = capsys.readouterr()
    assert not printed.out
    assert "soak.md is not a regular file" in printed.err


def test_what_was_found_is_shown_where_the_disk_is_full(tmp_path, capsys, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    arguments = ["--seeds", "3", "--subject", "refimpl.torch", "-k", "softsign and float64"]
    assert command.main([*arguments, "--docs", str(tmp_path)]) == 1
    printed = capsys.readouterr()
    assert "false alarms" in printed.out
    assert "soak.md could not be written: [Errno 28] No space left" in printed.err
