"""The mutants of a module: cosmic-ray makes them, and keeps what became of each."""

from __future__ import annotations

import ast
import hashlib
from dataclasses import dataclass, field

from cosmic_ray.commands.init import _all_work_items as all_work_items
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_item import WorkItem

from mutation.targets import ROOT, Target, settings


@dataclass(frozen=True)
class Mutant:
    """One way to break a module.

    Attributes
    ----------
    item : WorkItem
        What cosmic-ray knows it by.
    code : str
        The module's text, broken.
    function : str
        The outermost function or class it stands in; empty at the module's level.
    line : int
        Where.
    before, after : str
        What is replaced and by what, with the rest of its lines.
    """

    item: WorkItem = field(compare=False)
    code: str
    function: str
    line: int
    before: str
    after: str

    @property
    def key(self) -> tuple[str, str]:
        """What names it in its module after lines have moved."""
        return self.before, self.after

    @property
    def rank(self) -> str:
        """Its place in a sample; edits of other lines do not change it."""
        return hashlib.sha256(repr(self.key).encode()).hexdigest()


def mutants_of(target: Target) -> list[Mutant]:
    """List the mutants of a module that change what runs, in the order of a sample."""
    source = target.source
    same = _meaning(source)
    wanted = set(settings()["operators"])
    found = {}
    for item in all_work_items([ROOT / target.file], {}):
        (spec,) = item.mutations
        if spec.operator_name.removeprefix("core/") not in wanted:
            continue
        operator = get_operator(spec.operator_name)(**spec.operator_args)
        try:
            code = mutate_code(source, operator, spec.occurrence)
        except AttributeError:  # cosmic-ray does not replace an exception whose name has a dot
            continue
        meaning = _meaning(code)
        if meaning is None or meaning == same or meaning in found:
            continue
        before, after = _change(source, code)
        function = _function_at(source, spec.start_pos[0])
        if not after:  # a decorator, of which there may be many alike
            before, after = f"{before} … {function}", f"… {function}"
        found[meaning] = Mutant(item, code, function, spec.start_pos[0], before, after)
    return sorted(found.values(), key=lambda mutant: (mutant.rank, mutant.line))


class _Stripped(ast.NodeTransformer):
    """Leave out what does not run: annotations, and how parameters may be passed."""

    def visit_arguments(self, node: ast.arguments) -> ast.AST:
        self.generic_visit(node)
        plain = [*node.posonlyargs, *node.args, *node.kwonlyargs]
        for each in (*plain, node.vararg, node.kwarg):
            if each is not None:
                each.annotation = None
        defaults = [*node.defaults, *(each for each in node.kw_defaults if each)]
        return ast.arguments([], plain, node.vararg, [], [], node.kwarg, defaults)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        node.returns = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        self.generic_visit(node)
        node.annotation = ast.Constant(None)
        return node


def _meaning(code: str) -> str | None:
    try:
        return ast.dump(_Stripped().visit(ast.parse(code)))
    except SyntaxError:
        return None


def _change(source: str, code: str) -> tuple[str, str]:
    """Give the lines that differ, before and after."""
    old, new = source.splitlines(), code.splitlines()
    first, last = _common(old, new), _common(old[::-1], new[::-1])
    return _words(old[first : len(old) - last]), _words(new[first : len(new) - last])


def _common(first: list[str], second: list[str]) -> int:
    """Count the equal lines at the beginning."""
    pairs = zip(first, second, strict=False)
    return next((n for n, (one, other) in enumerate(pairs) if one != other), 0)


def _words(lines: list[str]) -> str:
    return " ".join(" ".join(lines).split())


def _function_at(source: str, line: int) -> str:
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            if first <= line <= (node.end_lineno or line):
                return node.name
    return ""
