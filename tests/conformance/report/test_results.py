"""The records of a check, as people look at them."""

from __future__ import annotations

import json
import sys
from types import ModuleType

import jsonschema
import pytest

import conformance
from conformance import Verdict
from conformance.report.json import SCHEMA
from conformance.report.results import Results
from conformance.subjects.refimpl import RefimplTorch

NARROW = {"case": "softsign-normal-float32", "aspect": "output"}


class Wrong(RefimplTorch):
    name = "wrong"

    def run(self, request):
        if request.call.kind == "class" and not request.fresh:
            raise ValueError("<script>no</script>")
        return super().run(request)


@pytest.fixture
def mixed():
    return conformance.check(Wrong, **NARROW)


def test_what_passes():
    found = conformance.check("refimpl.torch", **NARROW)
    assert repr(found) == "<2 records: 2 pass>"
    assert found == list(found)
    assert found.healthy
    assert found.failures == []
    assert repr(found.failures) == str(found.failures) == "<no records>"
    assert found.worst.k == max(record.k for record in found)
    assert "softsign" in str(found)
    assert str(found).endswith("checked 2 of 2 planned claims\n")


def test_what_does_not(mixed):
    assert repr(mixed) == "<2 records: 1 pass, 1 error>"
    assert not mixed.healthy
    (failure,) = mixed.failures
    assert mixed.worst is failure
    assert failure.verdict is Verdict.ERROR
    page = mixed._repr_html_()
    assert "&lt;script&gt;no" in page
    assert "<script>" not in page


def test_as_json(mixed):
    document = mixed.to_json()
    jsonschema.validate(document, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert document["claims_checked"] == 2


def test_as_a_frame(mixed, monkeypatch):
    pandas = ModuleType("pandas")
    pandas.DataFrame = lambda rows: rows
    monkeypatch.setitem(sys.modules, "pandas", pandas)
    rows = mixed.to_frame()
    assert [row["verdict"] for row in rows] == [record.verdict.value for record in mixed]
    assert {"case", "aspect", "subject", "form", "k", "message"} <= set(rows[0])


def test_only_the_first_failures_are_on_the_page(mixed):
    many = Results([mixed.failures[0]] * 60)
    assert many._repr_html_().count("<tr>") == 51
    assert "… and 10 more" in many._repr_html_()
