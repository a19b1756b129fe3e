"""Import one module broken, in a process that has imported it whole."""

from __future__ import annotations

import functools
import importlib
import importlib.abc
import importlib.machinery
import sys
from collections.abc import Iterable
from typing import Any

from mutation.targets import ROOT, Target


class _Broken(importlib.abc.MetaPathFinder, importlib.abc.SourceLoader):
    """Find one module, and give its broken text."""

    def __init__(self, target: Target, code: str) -> None:
        self.target, self.code = target, code

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> Any:
        """Find the one module, and no other."""
        if fullname != self.target.module:
            return None
        file = ROOT / self.target.file
        package = file.name == "__init__.py"
        spec = importlib.machinery.ModuleSpec(fullname, self, origin=str(file), is_package=package)
        if package:
            spec.submodule_search_locations = [str(file.parent)]
        spec.has_location = True
        return spec

    def get_filename(self, fullname: str) -> str:
        """Where the whole text stands."""
        return str(ROOT / self.target.file)

    def get_data(self, path: Any) -> bytes:
        """Give the broken text."""
        return self.code.encode()

    def get_code(self, fullname: str) -> Any:
        """Compile the broken text."""
        return compile(self.code, self.get_filename(fullname), "exec")


@functools.cache
def _graph() -> Any:
    import grimp  # which only they need who break something

    return grimp.build_graph("refimpl", "conformance", cache_dir=None)


def depend_on(target: Target) -> frozenset[str]:
    """Name the module and all that import it, whether directly or through others."""
    return frozenset(_graph().find_downstream_modules(target.module)) | {target.module}


def import_anew(modules: Iterable[str]) -> None:
    """Make Python import some modules afresh.

    A package that is imported anew is told of those of its submodules that are not.
    """
    chosen = frozenset(modules)
    for name in chosen:
        sys.modules.pop(name, None)
        package, _, last = name.rpartition(".")
        if package in sys.modules:
            vars(sys.modules[package]).pop(last, None)
    for name, module in list(sys.modules.items()):
        package, _, last = name.rpartition(".")
        if package in chosen and name not in chosen:
            setattr(importlib.import_module(package), last, module)


def install(target: Target, code: str) -> None:
    """Put the broken module in the place of the whole one, and import anew what depends on it.

    It is imported at once: pytest, whose plugin is part of the suite, would find its file first.
    """
    sys.meta_path.insert(0, _Broken(target, code))
    import_anew(depend_on(target))
    importlib.import_module(target.module)
