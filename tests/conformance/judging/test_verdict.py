from __future__ import annotations

import dataclasses
import json
import math

import execnet
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.judging.messages import failure_message, rerun_command
from conformance.judging.verdict import Record, Verdict

RECORD = Record(
    case="relu-normal-float32",
    layer="relu",
    aspect="output",
    subject="torch",
    form="class",
    verdict=Verdict.PASS,
    k=0.25,
    limit=1.0,
    seed="relu-normal-float32",
    message="",
)


def test_only_pass_unsupported_and_expected_are_healthy():
    healthy = {verdict.value for verdict in Verdict if verdict.healthy}
    assert healthy == {"pass", "unsupported", "expected"}


@given(
    k=st.none() | st.floats(min_value=0),
    limit=st.none() | st.floats(min_value=0, allow_infinity=False),
    verdict=st.sampled_from(Verdict),
    message=st.text(),
    divergence=st.none() | st.text(),
)
def test_record_survives_json(k, limit, verdict, message, divergence):
    record = dataclasses.replace(
        RECORD, k=k, limit=limit, verdict=verdict, message=message, divergence=divergence
    )
    text = json.dumps(record.to_json(), allow_nan=False)
    assert Record.from_json(json.loads(text)) == record


@pytest.mark.parametrize("k", [math.inf, math.nan, np.float32(np.inf)])
def test_no_finite_k_is_inf(k):
    assert dataclasses.replace(RECORD, k=k).to_json()["k"] == "inf"


def test_numpy_scalars_travel_between_processes():
    record = dataclasses.replace(
        RECORD, k=np.float32(0.25), limit=np.float64(1), message=np.str_("no")
    )
    values = record.to_json()
    assert execnet.loads(execnet.dumps(values)) == values


def test_key_holds_what_tells_claims_apart():
    other = {"case": "a", "aspect": "a", "subject": "a", "form": "a"}
    keys = {dataclasses.replace(RECORD, **{field: value}).key for field, value in other.items()}
    assert len(keys | {RECORD.key}) == 5


def test_failure_message_is_laid_out_in_one_column():
    message = failure_message(
        "conv2d(x,\n  stride=2)",
        (0, 1),
        np.float32(0.1),
        np.float64(0.25),
        1e-8,
        1.5e7,
        1.0,
        "again",
    )
    assert message.splitlines() == [
        "call      conv2d(x,",
        "            stride=2)",
        "worst at  (0, 1)",
        "got       0.1",
        "expected  0.25",
        "off by    0.15",
        "bound     1e-08",
        "K         1.5e+07 (limit 1)",
        "again     again",
    ]


@pytest.mark.parametrize(
    ("got", "expected"), [("shape (2,)", "shape (3,)"), (math.nan, 1.0), (1.0, math.inf)]
)
def test_failure_message_has_no_distance_where_there_is_none(got, expected):
    message = failure_message("f(x)", "shape", got, expected, 0, math.inf, 1.0, "again")
    assert "off by" not in message
    assert "K         inf (limit 1)" in message


def test_rerun_command_is_safe_in_a_shell():
    assert (
        rerun_command("output", "conv2d-stride2-torch")
        == "python -m conformance --claim output/conv2d-stride2-torch"
    )
    assert (
        rerun_command("output", "a b", "my module:Net")
        == "python -m conformance --subject 'my module:Net' --claim 'output/a b'"
    )


def test_a_record_is_named_by_its_claim_and_cannot_be_changed():
    assert RECORD.key == ("relu-normal-float32", "output", "torch", "class")
    with pytest.raises(dataclasses.FrozenInstanceError):
        RECORD.message = "else"
