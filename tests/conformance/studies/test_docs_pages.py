"""The documents say what the repository says: pages made from data, quotations, links."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from conformance.judging.divergences import DIVERGENCES
from conformance.judging.verdict import Record, Verdict
from conformance.programs.chapter import STATEMENTS
from conformance.report.json import write_report
from conformance.report.reading import read_report
from conformance.report.summary import Report
from conformance.report.svg import to_svg
from conformance.studies.docs_pages import WRITERS, main, order_report

ROOT = Path(__file__).parents[3]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
QUOTATION = re.compile(r"<!-- from (\S+) -->\n```python\n(.*?)\n```", re.DOTALL)


@pytest.fixture(scope="module", autouse=True)
def whole_repository():
    if not (ROOT / "docs").is_dir():
        pytest.skip("the documents are not part of an installed package")


@pytest.mark.parametrize("name", WRITERS)
def test_the_page_made_from_data_is_up_to_date(name):
    page = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert page == WRITERS[name](), "run python -m conformance.studies.docs_pages docs/"


def test_every_statement_and_every_record_has_its_row():
    chapter, divergences = WRITERS["chapter.md"](), WRITERS["divergences.md"]()
    for statement in STATEMENTS:
        assert f"| {statement.number} | {statement.sentence} |" in chapter
    for record in DIVERGENCES:
        assert f"| {record.sentence} |" in divergences
    rows = [line for line in divergences.splitlines() if line.startswith("|")]
    assert len({line.replace("\\|", "").count("|") for line in rows}) == 2  # two kinds of table


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_quotations_are_true(page):
    for path, quoted in QUOTATION.findall(page.read_text(encoding="utf-8")):
        source = (ROOT / path).read_text(encoding="utf-8")
        place = 0
        for part in re.split(r"^\.\.\.\n", quoted, flags=re.MULTILINE):
            place = source.find(part.rstrip("\n"), place)
            assert place >= 0, f"{path} does not say, or not in this order:\n{part}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (page.parent / target).exists(), target


def record(layer, subject, verdict=Verdict.PASS, **others):
    values = {
        "case": f"{layer}-normal-float32",
        "layer": layer,
        "aspect": "output",
        "subject": subject,
        "form": "class",
        "verdict": verdict,
        "k": 0.5,
        "limit": 4.0,
        "seed": "0",
        "message": "" if verdict is Verdict.PASS else "the message",
        "divergence": "the sentence" if verdict is Verdict.EXPECTED else None,
    }
    return Record(**{**values, **others})


RUN = Report.of(
    [
        record("relu", "torch"),
        record("conv2d", "torch", Verdict.EXPECTED),
        record("conv2d", "refimpl.torch"),
        record("conv1d", "torch", Verdict.UNSUPPORTED, k=None),
    ]
)


def test_a_report_is_read_back_in_the_order_of_the_matrix(tmp_path):
    write_report(RUN, tmp_path / "report.json")
    report = order_report(read_report(tmp_path / "report.json")[0])
    assert report.subjects == ("refimpl.torch", "torch")
    assert report.layers == ("conv1d", "conv2d", "relu")
    assert set(report.records) == set(RUN.records)


def test_the_picture_shows_the_table_and_the_verdict_without_the_sentences():
    svg = to_svg(order_report(RUN))
    shown = "".join(ElementTree.fromstring(svg).itertext()).replace("\xa0", " ")
    assert "refimpl.torch  K" in shown
    assert "checked 4 of 4 planned claims" in shown
    assert "the sentence" not in shown
    assert "the message" not in shown
    assert svg == to_svg(order_report(RUN))
    assert "://" not in svg.replace("http://www.w3.org/2000/svg", "").replace(
        "https://www.textualize.io", ""
    ), "the picture fetches something"


def test_the_command_writes_them_all(tmp_path):
    write_report(RUN, tmp_path / "report.json")
    assert main([str(tmp_path), "--json", str(tmp_path / "report.json")]) == 0
    assert {path.name for path in tmp_path.iterdir()} == {*WRITERS, "matrix.svg", "report.json"}
