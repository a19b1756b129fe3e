"""Finds a subject by its reference: a class in a module or in a file, or an entry point."""

from __future__ import annotations

import difflib
import hashlib
import importlib
import importlib.util
import os
import sys
import traceback
from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

_OURS = Path(__file__).resolve().parents[1]

GROUP = "conformance.subjects"
HOW_TO_REFER = (
    "one of your own is given as FILE.py:Name or package.module:Name, a single function as"
    " 'FILE.py:function as torch.nn.functional.softmax'"
)


def announced_subjects() -> Mapping[str, EntryPoint]:
    """Return the subjects that installed packages announce.

    Returns
    -------
    mapping
        Name -> entry point of the group `GROUP`.
    """
    return {entry.name: entry for entry in entry_points(group=GROUP)}


def find_reference(reference: str, known: Iterable[str] = ()) -> Any:
    """Find what a reference stands for.

    Parameters
    ----------
    reference : str
        'FILE.py:Name', 'package.module:Name', or the name of an entry point.
    known : iterable of str
        Further names that would have been understood, for the words of the error.

    Returns
    -------
    object
        A subject, or a class or function that makes one.

    Raises
    ------
    ValueError
        If there is no such file, module's attribute or name.
    ImportError
        If a module cannot be found.
    """
    place, separator, name = reference.rpartition(":")
    if reference.endswith(".py"):
        module = _import_file(reference)
        raise ValueError(
            f"{reference} has no name after it: give {reference}:Name{_list_names(module)}"
        )
    if not separator:
        announced = announced_subjects()
        if reference in announced:
            return announced[reference].load()
        raise ValueError(_unknown_name(reference, [*known, *announced]))
    module = _import_file(place) if place.endswith(".py") else _import_module(place)
    if not hasattr(module, name):
        raise ValueError(f"{place} has no {name!r}{_suggest_names(name, _subjects_in(module))}")
    return getattr(module, name)


def reference_to(made: object) -> str | None:
    """Return the reference by which a class or function is found again.

    Parameters
    ----------
    made : object
        What makes a subject, or a subject.

    Returns
    -------
    str or None
        What `find_reference` takes; None for what has no name of its own in a module.
    """
    name = getattr(made, "__qualname__", None)
    module = sys.modules.get(getattr(made, "__module__", None) or "")
    if name is None or module is None or getattr(module, name, None) is not made:
        return None
    if module.__package__:  # it may import relatively
        return f"{module.__name__}:{name}"
    file = getattr(module, "__file__", None)
    return None if file is None else f"{os.path.relpath(file)}:{name}"


def where_raised(error: BaseException) -> str:
    """Return the line of the subject's own code in which an error was raised.

    Parameters
    ----------
    error : BaseException
        What was raised, with its traceback.

    Returns
    -------
    str
        Such as ' (layers.py, line 12, in forward)'; the last line that is neither ours nor that
        of an installed package, and empty if there is none.
    """
    own = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if _OURS not in Path(frame.filename).parents
        and not {"site-packages", "dist-packages"} & set(Path(frame.filename).parts)
        and Path(frame.filename).is_file()
    ]
    if not own:
        return ""
    return f" ({Path(own[-1].filename).name}, line {own[-1].lineno}, in {own[-1].name})"


def _import_module(name: str) -> ModuleType:
    """Import a module, which may lie where the command is given."""
    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())
    return importlib.import_module(name)


def _import_file(path: str) -> ModuleType:
    """Import a file, which may import its neighbours, as Python runs one."""
    file = Path(path).resolve()
    if not file.is_file():
        near = difflib.get_close_matches(file.name, _files_beside(file), n=1)
        meant = f" (did you mean {Path(path).with_name(near[0])}?)" if near else ""
        raise ValueError(f"there is no file {path}{meant}")
    # Two files of one name are two modules; one that is asked for twice is one.
    name = f"conformance_subject_{hashlib.sha256(str(file).encode()).hexdigest()[:12]}"
    if name in sys.modules:
        return sys.modules[name]
    if str(file.parent) not in sys.path:
        sys.path.insert(0, str(file.parent))
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _files_beside(file: Path) -> list[str]:
    return [each.name for each in file.parent.glob("*.py")] if file.parent.is_dir() else []


def _subjects_in(module: ModuleType) -> list[str]:
    """What in a module looks like a subject of its own."""
    return [
        name
        for name, value in vars(module).items()
        if hasattr(value, "run") and bool(getattr(value, "dialect", None)) and name[0] != "_"
    ]


def _list_names(module: ModuleType) -> str:
    names = _subjects_in(module)
    return f"; it has {', '.join(names)}" if names else ""


def _suggest_names(name: str, names: list[str]) -> str:
    near = difflib.get_close_matches(name, names, n=1)
    meant = f" (did you mean {near[0]!r}?)" if near else ""
    return meant + (f"; its subjects are {', '.join(names)}" if names else "; it has no subject")


def _unknown_name(name: str, names: list[str]) -> str:
    near = difflib.get_close_matches(name, names, n=1)
    meant = f" (did you mean {near[0]!r}?)" if near else ""
    return f"there is no subject {name!r}{meant}; known are {', '.join(names)}; {HOW_TO_REFER}"
