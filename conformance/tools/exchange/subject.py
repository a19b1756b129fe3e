"""A subject that reads its answers from a folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy.typing as npt

from conformance.spec.call import Owned, Unsupported
from conformance.spec.request import Observation, Request
from conformance.subjects.loading import SUBJECTS
from conformance.tools.exchange import ExchangeError, json_files
from conformance.tools.exchange.arrays import ArrayFolder, Format
from conformance.tools.exchange.question import QuestionContents, folder_name

Array = npt.NDArray[Any]


class FileSubject:
    """
    Answers a request by looking into a folder of results.

    Parameters
    ----------
    path : Path
        The folder.
    dialect : str
        The pack's dialect.
    form : {'npy', 'safetensors'}
        The format of the pack's arrays, which results share unless they say otherwise.

    Raises
    ------
    ExchangeError
        If there is no such folder, or its ``results.json`` cannot be used.
    """

    def __init__(self, path: Path, dialect: str, form: Format) -> None:
        if not path.is_dir():
            raise ExchangeError(f"there is no folder {path}")
        document = json_files.read_document(path / "results.json", "results")
        self.name: str = document["subject"]
        if self.name in SUBJECTS:
            raise ExchangeError(
                f"{path / 'results.json'}: {self.name!r} is a built-in subject, whose recorded"
                " divergences are not yours; choose another name"
            )
        self.path, self.dialect = path, dialect
        self._format: Format = document.get("format", form)
        self._stated: dict[str, QuestionContents] = {}

    def expect(self, name: str, stated: QuestionContents) -> None:
        """Store the contents of a question, which `run` needs."""
        self._stated[name] = stated

    def run(self, request: Request) -> Observation:
        """Look the answer up; see `Subject.run`."""
        name = folder_name(request.case, request.form)
        folder = self.path / name
        if not folder.is_dir():
            raise ExchangeError(f"there is no answer: the folder {folder} is missing")
        answer = json_files.read_document(folder / "answer.json", "answer", self.path)
        lacking, broken = _read_reasons(answer, "unsupported"), _read_reasons(answer, "error")
        if request.fresh:
            if "owned" in lacking:
                raise Unsupported(lacking["owned"])
            return Observation((), owned=_read_owned(answer, broken))
        document = self._stated[name].document
        found = _AnswerArrays(
            ArrayFolder(
                folder,
                self._format,
                bfloat16=document["dtype"] == "bfloat16",
                root=self.path,
            )
        )
        outputs = tuple(
            found.array(f"output.{result['name']}", result) for result in document["results"]
        )
        gradients: dict[str, Array] = {}
        if request.cotangents and "gradients" not in lacking:
            _raise_error_of(broken, "gradients")
            gradients = {
                each["name"]: found.array(f"gradient.{each['name']}", each)
                for each in document["arrays"]
                if each["gradient"]
            }
        state: dict[str, Array] = {}
        steps = 1 + len(request.further)
        if "state" not in lacking:
            if request.further:  # what asks for more than one step wants nothing else
                _raise_error_of(broken, "state")
            state = {
                each["name"]: found.array(f"state.{steps}.{each['name']}", each)
                for each in document["state"]
                if each["after"] == steps and "state" not in broken
            }
        return Observation(outputs, gradients, state, lacking=lacking)


class _AnswerArrays:
    """The arrays of one answer."""

    def __init__(self, folder: ArrayFolder) -> None:
        self._folder = folder

    def array(self, name: str, wanted: Mapping[str, Any]) -> Array:
        found = self._folder[name]
        shape = tuple(wanted["shape"])
        if found.shape != shape:
            raise ExchangeError(
                f"{self._folder.file(name)}: {name} must have the shape {shape}; got {found.shape}"
            )
        return found


# An aspect of an answer -> the field of an observation that holds it.
_FIELDS = {"gradient": "gradients", "state": "state", "parameters": "owned"}


def _read_reasons(answer: Mapping[str, Any], key: str) -> Mapping[str, str]:
    """Return the reasons an answer gives for missing parts, by the observation's field."""
    said = answer.get(key, {})
    if isinstance(said, str):
        raise {"unsupported": Unsupported, "error": RuntimeError}[key](said)
    return {_FIELDS[aspect]: reason for aspect, reason in said.items()}


def _raise_error_of(broken: Mapping[str, str], part: str) -> None:
    if part in broken:
        raise RuntimeError(broken[part])


def _read_owned(answer: Mapping[str, Any], broken: Mapping[str, str]) -> tuple[Owned, ...]:
    _raise_error_of(broken, "owned")
    if "owned" not in answer:
        raise Unsupported("not implemented: the answer does not say what a new instance owns")
    return tuple(
        Owned(each["name"], tuple(each["shape"]), each["dtype"], each["trainable"], each["initial"])
        for each in answer["owned"]
    )
