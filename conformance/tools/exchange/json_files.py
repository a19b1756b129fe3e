"""The JSON files of a pack and of its results, checked against their schema."""

from __future__ import annotations

import functools
import json
import textwrap
from pathlib import Path
from typing import Any

from conformance.spec.documents import read_json
from conformance.spec.files import FileError
from conformance.spec.text import shorten
from conformance.tools.exchange import VERSION, ExchangeError

SCHEMA = Path(__file__).with_name("schema.json")


def write_document(path: Path, document: Any) -> None:
    """
    Write a document.

    Parameters
    ----------
    path : Path
        The file.
    document : object
        Plain JSON values.
    """
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def read_document(path: Path, kind: str, root: Path | None = None) -> Any:
    """
    Read a document.

    Parameters
    ----------
    path : Path
        The file.
    kind : str
        Which of the schema's definitions it follows.
    root : Path, optional
        The folder of the pack or of the results, if it is not the one that the file lies in.

    Returns
    -------
    object

    Raises
    ------
    ExchangeError
        If it is missing, not a file that is read, not JSON, of another version, or does not follow
        the schema.
    """
    import jsonschema

    try:
        document = read_json(path, root=root or path.parent)
    except FileError as error:
        raise ExchangeError(str(error)) from None
    version = document.get("version") if isinstance(document, dict) else None
    if version is not None and version != VERSION:
        raise ExchangeError(
            f"{path} speaks version {shorten(version)} of the protocol; this suite speaks {VERSION}"
        )
    wrong = jsonschema.exceptions.best_match(_validator(kind).iter_errors(document))
    if wrong is not None:
        place = "".join(f"[{step!r}]" for step in wrong.absolute_path)
        text = textwrap.shorten(wrong.message, 300, placeholder=" …")
        raise ExchangeError(f"{path} does not follow the schema: {place and place + ': '}{text}")
    return document


@functools.cache
def _validator(kind: str) -> Any:
    import jsonschema

    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": schema["$defs"]})
