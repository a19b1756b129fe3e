"""The language of the code: names that say what a thing is or does, docstrings in plain English."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted(
    path.relative_to(ROOT).as_posix()
    for package in ("conformance", "refimpl")
    for path in (ROOT / package).rglob("*.py")
)

# Parts of names that say nothing about what a thing is, or say it by a metaphor.
BANNED_PARTS = frozenset(
    ("accident", "apart", "asked", "bench", "buried", "door", "doors", "found", "funeral", "given",
     "grief", "heard", "honest", "kept", "lent", "made", "said", "servant", "shown", "sin", "spoil",
     "spoiled", "spoilt", "told", "wanted")
)  # fmt: skip
# A function is named by a verb and its object: a participle alone does not say of what.
PARTICIPLES = frozenset(
    ("begun", "built", "dealt", "done", "drawn", "known", "put", "taken", "turned", "understood")
)

# Name -> why it may be called so.
ALLOWED_NAMES = {
    "expected": "what the oracle says of a call: the opposite of `observe`",
    "sin_cos_float32": "the sine",
}

BANNED_PHRASES = (
    (r"\bTell whether\b", "Whether …"),
    (r"\bTell (which|how|what|of)\b", "Return …, or Name …"),
    (r"(?<![Tt]here )\bis no (tuple|list|array|number|subject|file|pack|report|JSON|mapping)\b",
     "is not a …"),
    (r"\b[Ww]hoever\b", "name who is meant"),
    (r"\b[Nn]obody knows\b", "is not known"),
    (r"\bcomes? to grief\b", "fails"),
    (r"\btakes? notes?\b", "records"),
    (r"\b([Oo]pen|[Cc]lose|[Kk]eeps) the books\b", "collects, writes"),
)  # fmt: skip


class Name(NamedTuple):
    """A name that a file defines."""

    kind: str
    name: str
    line: int


def names_of(path: str, tree: ast.Module) -> Iterator[Name]:
    """Return the module's own name, and those of its functions, methods and classes."""
    stem = Path(path).stem
    yield Name("module", Path(path).parent.name if stem == "__init__" else stem, 1)
    local = {
        inner
        for outer in ast.walk(tree)
        if isinstance(outer, ast.FunctionDef)
        for inner in ast.walk(outer)
        if inner is not outer
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield Name("class", node.name, node.lineno)
        elif isinstance(node, ast.FunctionDef):
            decorators = " ".join(map(ast.unparse, node.decorator_list))
            kind = "local" if node in local else "function"
            yield Name("property" if "property" in decorators else kind, node.name, node.lineno)


def parts_of(name: str) -> list[str]:
    """Split a name in snake_case or CamelCase into lower-case words."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().strip("_").split("_")


def is_participle(word: str) -> bool:
    return word in PARTICIPLES or (len(word) > 4 and word.endswith("ed"))


def complaints_about_names(path: str, source: str) -> Iterator[str]:
    for kind, name, line in names_of(path, ast.parse(source)):
        parts = parts_of(name)
        if name.strip("_") in ALLOWED_NAMES:
            continue
        for part in BANNED_PARTS.intersection(parts):
            yield f"{path}:{line}: {kind} {name}: {part!r} does not say what it is or does"
        if kind == "function" and len(parts) == 1 and is_participle(parts[0]):
            yield f"{path}:{line}: {name}: name the function by a verb and its object"


def complaints_about_words(path: str, source: str) -> Iterator[str]:
    for number, line in enumerate(source.splitlines(), 1):
        for phrase, better in BANNED_PHRASES:
            if found := re.search(phrase, line):
                yield f"{path}:{number}: {found.group(0)!r}: write {better!r}"


def complaints_about_docstrings(path: str, source: str) -> Iterator[str]:
    docstring = ast.get_docstring(ast.parse(source))
    if not source.strip():
        return
    if not docstring:
        yield f"{path}: the module has no docstring"
        return
    summary = docstring.split("\n\n")[0]
    if "\n" in summary:
        yield f"{path}: the first sentence of the module's docstring is longer than a line"
    if not summary.endswith((".", ":", "?")):
        yield f"{path}: the first line of the module's docstring is no sentence"


CHECKS = (complaints_about_names, complaints_about_words, complaints_about_docstrings)


def complaints(path: str, source: str) -> list[str]:
    return [line for check in CHECKS for line in check(path, source)]


@pytest.mark.parametrize("path", SOURCES)
def test_names_and_docstrings_are_plain(path):
    found = complaints(path, (ROOT / path).read_text(encoding="utf-8"))
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('"""A module."""\ndef kept(): ...', "'kept' does not say"),
        ('"""A module."""\nclass HonestSubject: ...', "'honest' does not say"),
        ('"""A module."""\ndef explained(): ...', "a verb and its object"),
        ('"""A module."""\nclass A:\n  def _judged(self): ...', "a verb and its object"),
        ('"""A module."""\ndef f():\n  """Tell whether it is so."""', "'Tell whether': write"),
        ('"""A module."""\nraise TypeError("x is no tuple")', "'is no tuple': write"),
        ("import os", "no docstring"),
        ('"""A module that\nneeds two lines."""', "longer than a line"),
    ],
)
def test_each_kind_of_complaint_is_made(source, words):
    assert words in "\n".join(complaints("conformance/module.py", source))


@pytest.mark.parametrize(
    "source",
    [
        '"""A module."""\nclass A:\n  @property\n  def drawn(self): ...',
        '"""A module."""\ndef find_kernel(): ...\ndef with_indices(): ...',
        '"""A module.\n\nIt is explained here, in\ntwo lines."""',
    ],
)
def test_plain_names_pass(source):
    assert complaints("conformance/module.py", source) == []
