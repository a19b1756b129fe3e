"""A pack, which is a folder of questions: written, and later checked against today's suite."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import refimpl
from conformance.judging.session import Session
from conformance.oracle.bounds import LIMIT
from conformance.subjects.roster import roster_of
from conformance.tools.exchange import VERSION, ExchangeError, json_files
from conformance.tools.exchange.arrays import FORMATS, ArrayFolder, Format
from conformance.tools.exchange.placeholder import PLACEHOLDERS
from conformance.tools.exchange.question import (
    Question,
    QuestionContents,
    contents_of,
    group_claims,
)
from conformance.tools.exchange.selection import PackSelection

_SUITE = f"refimpl {refimpl.__version__}"


def write_pack(
    path: Path,
    choice: PackSelection,
    form: Format = "npy",
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Question]:
    """
    Write a pack.

    Parameters
    ----------
    path : Path
        The folder; it may be there already if nothing is in it.
    choice : PackSelection
        What goes in.
    form : {'npy', 'safetensors'}
        The format of the arrays.
    progress : callable, optional
        Called with the number of written questions and of all questions.

    Returns
    -------
    list of Question
        What went in.

    Raises
    ------
    ExchangeError
        If the folder cannot be used or written, or nothing is chosen.
    """
    if form not in FORMATS:
        raise ExchangeError(f"there is no format {form!r}; known are {', '.join(FORMATS)}")
    questions = group_claims(choice.claims())
    if not questions:
        raise ExchangeError("no claim that a pack can hold matches what was asked for")
    try:
        path.mkdir(parents=True, exist_ok=True)
        used = any(path.iterdir())
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise ExchangeError(f"{path} cannot become a pack: {why}") from None
    if used:
        raise ExchangeError(f"{path} is not empty; give a new folder")
    roster = roster_of([PLACEHOLDERS[choice.dialect]])
    (name,) = roster
    session = Session(roster=roster)
    document = {
        "version": VERSION,
        "suite": _SUITE,
        "dialect": choice.dialect,
        "format": form,
        "limit": LIMIT,
        "choice": choice.to_json(),
        "questions": [question.name for question in questions],
    }
    try:
        for done, question in enumerate(questions, 1):
            stated = contents_of(question, session, name)
            folder = path / question.name
            folder.mkdir()
            json_files.write_document(folder / "question.json", stated.document)
            ArrayFolder(folder, form).save({**stated.inputs, **stated.expected})
            progress(done, len(questions))
        # Last, so that a pack whose writing was interrupted cannot be used.
        json_files.write_document(path / "pack.json", document)
    except OSError as error:
        raise ExchangeError(f"{path} cannot be written: {error.strerror}") from None
    return questions


@dataclass(frozen=True)
class Pack:
    """
    A pack, as the installed suite would write it today.

    Nothing that is judged is taken from its files: cases, arrays and bounds are computed again, and
    the files are compared with them.

    Attributes
    ----------
    path : Path
        The folder.
    dialect : str
        Its dialect.
    format : {'npy', 'safetensors'}
        The format of its arrays.
    questions : tuple of Question
        What it asks.
    """

    path: Path
    dialect: str
    format: Format
    questions: tuple[Question, ...]

    @classmethod
    def open(cls, path: Path) -> Pack:
        """
        Open a pack.

        Parameters
        ----------
        path : Path
            Its folder.

        Returns
        -------
        Pack

        Raises
        ------
        ExchangeError
            If it is not a pack, of another version, or not what the installed suite asks.
        """
        if not path.is_dir():
            raise ExchangeError(f"there is no folder {path}")
        document = json_files.read_document(path / "pack.json", "pack")
        choice = PackSelection.from_json(document["dialect"], document["choice"])
        try:
            questions = tuple(group_claims(choice.claims()))
        except ExchangeError as error:
            raise ExchangeError(f"{path / 'pack.json'}: {error}") from None
        here, there = [question.name for question in questions], document["questions"]
        if here != there:
            odd = sorted(set(here) ^ set(there)) or ["their order"]
            raise ExchangeError(
                f"{path / 'pack.json'} lists {len(there)} questions of {document['suite']}, where"
                f" the installed suite ({_SUITE}) asks {len(here)}: they differ in {odd[0]}"
                f"{f' and {len(odd) - 1} more' if len(odd) > 1 else ''}; export the pack anew"
            )
        return cls(path, document["dialect"], document["format"], questions)

    def verify(self, question: Question, session: Session, subject: str) -> QuestionContents:
        """
        Compare a question's files with what the installed suite asks.

        Parameters
        ----------
        question : Question
            One of the pack's.
        session : Session
            Its oracle is asked.
        subject : str
            A subject of the dialect.

        Returns
        -------
        QuestionContents
            The question, computed again.

        Raises
        ------
        ExchangeError
            If a file is missing or says something else; the message names it.
        """
        folder = self.path / question.name
        stated = contents_of(question, session, subject)
        for key, here, there in _differences(
            stated.document,
            json_files.read_document(folder / "question.json", "question", self.path),
        ):
            raise ExchangeError(
                f"{folder / 'question.json'} does not ask what the installed suite ({_SUITE}) asks:"
                f" {key} is {_shorten(there)}, not {_shorten(here)}; export the pack anew"
            )
        stored = ArrayFolder(
            folder, self.format, bfloat16=question.case.dtype == "bfloat16", root=self.path
        )
        for name, array in stated.inputs.items():
            there = stored[name]
            if (there.dtype, there.shape) != (array.dtype, array.shape) or (
                there.tobytes() != np.ascontiguousarray(array).tobytes()
            ):
                raise ExchangeError(
                    f"{stored.file(name)}: {name} does not hold the numbers of the installed suite"
                    f" ({_SUITE}); export the pack anew"
                )
        return stated


def _differences(here: dict[str, Any], there: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for key in here:
        if here[key] != there.get(key):
            yield key, here[key], there.get(key)


def _shorten(value: Any) -> str:
    return textwrap.shorten(repr(value), 120, placeholder=" …")
