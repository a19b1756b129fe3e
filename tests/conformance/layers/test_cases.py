"""The tables: every legal triple of options occurs, ids are unique, rows never change."""

from __future__ import annotations

import functools
import hashlib
import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.layers.registry import TABLES
from conformance.programs import all_cases
from conformance.programs.chapter import STATEMENTS
from conformance.spec.case import Case
from conformance.spec.regimes import REGIMES
from conformance.spec.table import Rule, Table, same
from refimpl.dtypes import float_dtype

ROOT = Path(__file__).parents[3]
NUMBERED = list(enumerate(TABLES))


def name_of(numbered):
    number, table = numbered
    return f"{number}-{'-'.join(list(table.factors.get('layer', ['table']))[:2])}"


@functools.cache
def rows_of(number):
    return TABLES[number].rows()


def legal(table, row, factor):
    """Tell whether a partial row breaks a rule that speaks about one factor; own code."""
    for rule in table.rules:
        if factor in rule.factors and all(name in row for name in rule.factors):
            values = [table.factors[name][row[name]] for name in rule.factors]
            if not rule.legal(*values):
                return False
    return True


def completed(table, row):
    """Search for a legal row that holds a partial one."""
    if not all(legal(table, row, name) for name in row):
        return False
    bound = {name for rule in table.rules for name in rule.factors}
    return _search(table, row, [n for n in table.factors if n in bound and n not in row])


def _search(table, row, left):
    if not left:
        return True
    factor, *rest = left
    return any(
        legal(table, wider, factor) and _search(table, wider, rest)
        for wider in ({**row, factor: word} for word in table.factors[factor])
    )


def missing(table, rows, strength, elsewhere=lambda part: False):
    for names in itertools.combinations(table.factors, min(strength, len(table.factors))):
        present = {tuple(row[name] for name in names) for row in rows}
        for words in itertools.product(*(table.factors[name] for name in names)):
            part = dict(zip(names, words, strict=True))
            if words not in present and completed(table, part) and not elsewhere(part):
                yield part


def in_some_case_of(number):
    """Tell whether combined options occur in another table of the same layers, by their values."""
    table = TABLES[number]

    def occurs(part):
        wanted = {name: table.factors[name][word] for name, word in part.items()}
        for other_number, other in NUMBERED:
            if wanted.keys() <= other.factors.keys() and any(
                all(other.factors[n][row[n]] == value for n, value in wanted.items())
                for row in rows_of(other_number)
            ):
                return True
        return False

    return occurs


@pytest.mark.parametrize("numbered", NUMBERED, ids=name_of)
def test_every_legal_triple_of_options_occurs_in_some_case(numbered):
    number, table = numbered
    assert not list(missing(table, rows_of(number), 3, in_some_case_of(number)))


@pytest.mark.parametrize("numbered", NUMBERED, ids=name_of)
def test_every_row_is_legal_and_occurs_once(numbered):
    number, table = numbered
    rows = rows_of(number)
    assert all(list(row) == list(table.factors) for row in rows)
    assert all(legal(table, row, name) for row in rows for name in row)
    assert all(table.legal(row) for row in rows)
    assert len({tuple(row.values()) for row in rows}) == len(rows)


@pytest.mark.parametrize("numbered", NUMBERED, ids=name_of)
def test_every_word_and_rule_is_told(numbered):
    _, table = numbered
    assert {"regime", "dtype"} <= set(table.factors)
    assert all(len(rule.reason) > 10 for rule in table.rules)
    assert set(table.factors["regime"].values()) <= set(REGIMES)
    words = [
        word
        for name, values in table.factors.items()
        if name not in ("layer", "regime", "dtype")
        for word in values
        if word
    ]
    assert len(set(words)) == len(words), "a word must name one value"
    assert table.hunts[""]


def test_the_completion_search_finds_what_is_only_legal_together():
    table = Table(
        factors={"a": same(["0", "1"]), "b": same(["0", "1"]), "c": same(["0", "1"])},
        read=lambda row: ("relu", {}, {}),
        hunts={"": "x"},
        rules=(
            Rule(("a", "b"), lambda a, b: a == "0" or b == "1", "a needs b"),
            Rule(("b", "c"), lambda b, c: b == "0" or c == "1", "b needs c"),
        ),
    )
    assert not completed(table, {"a": "1", "c": "0"})  # no rule speaks about a and c
    assert completed(table, {"a": "1", "c": "1"})
    assert not list(missing(table, table.rows(), 2))
    assert list(missing(table, table.rows()[1:], 3))


def test_ids_are_unique():
    ids = [case.id for case in all_cases()]
    assert len(set(ids)) == len(ids)


def test_every_case_says_what_it_hunts():
    assert all(len(case.hunts) > 10 and case.hunts.isprintable() for case in all_cases())


def test_cases_are_well_formed():
    for case in all_cases():
        assert isinstance(case, Case)
        assert case.regime in REGIMES
        float_dtype(case.dtype)
        assert set(case.batched) <= {*case.shapes, "input"}, case.id
        assert set(case.draws) >= {name for name in case.shapes if name == "target"}
        assert set(case.draws.values()) <= set(REGIMES)
        assert all(size > 0 for shape in case.shapes.values() for size in shape)
        assert not set(case.id) & set(" /+"), case.id


def test_exact_cases_draw_exact_numbers_everywhere():
    for case in all_cases():
        if case.regime == "exact":
            assert all(case.draws[name] == "exact" for name in case.shapes if name != "input")


def test_every_regime_and_dtype_is_used():
    assert {case.dtype for case in all_cases()} == {"float16", "bfloat16", "float32", "float64"}
    used = {case.regime for case in all_cases()}
    used |= {regime for case in all_cases() for regime in case.draws.values()}
    assert used == set(REGIMES)


def test_the_chapters_statements_are_cases():
    told = [case.content for case in all_cases() if case.layer == "chapter"]
    assert told == list(STATEMENTS)
    assert len({statement.number for statement in STATEMENTS}) == len(STATEMENTS)


def fingerprint():
    text = "\n".join(
        f"{case.id} {sorted(case.shapes.items())} {sorted(map(str, case.config.items()))}"
        for case in all_cases()
    )
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_fresh_process_with_other_hashes_has_the_same_cases():
    script = (
        "import importlib.util as u, sys;"
        f"s = u.spec_from_file_location('t', {str(Path(__file__))!r});"
        "m = u.module_from_spec(s); s.loader.exec_module(m); print(m.fingerprint())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "4242", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == fingerprint()
