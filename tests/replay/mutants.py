"""Workflow code with one more command in it, or with a patch decided: histories that go past it
must not replay any more.

By statement, for a history sees only where it went. What no history sees can be changed under an
interview that runs, and nothing would say so.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from types import CodeType, FunctionType
from typing import TypeGuard

import workflows

__all__ = ["Mutant", "Place", "changed", "mutants", "walked"]

Place = tuple[str, int]
"""A module, and the line of a statement."""

_PASSED = "_passed"
"""Under this name changed code finds whom to tell where it goes."""


@dataclass(frozen=True)
class Mutant:
    """`patched` is what the call of `workflow.patched` in the statement gives; None: a timer is
    started before it."""

    module: str
    function: str
    line: int
    patched: bool | None = None

    def __str__(self) -> str:
        what = "a timer" if self.patched is None else f"patched is {self.patched}"
        return f"{self.module}:{self.line} {self.function}, {what}"

    @property
    def place(self) -> Place:
        return self.module, self.line


def mutants() -> list[Mutant]:
    """One a statement of each coroutine of the workflows, and two a patch."""
    found: list[Mutant] = []
    for module in _modules():
        for name, function in _coroutines(_parsed(module)):
            for statement in _statements(function):
                found.append(Mutant(module, name, statement.lineno))
                if any(_is_patch(node) for node in _expressions(statement)):
                    found += [Mutant(module, name, statement.lineno, it) for it in (True, False)]
    return found


@contextmanager
def changed(mutant: Mutant) -> Generator[None]:
    """The code runs as the mutant has it, wherever its function is known already."""
    tree = _parsed(mutant.module)
    change = _Timer(mutant.line) if mutant.patched is None else _Decide(mutant.line, mutant.patched)
    change.visit(dict(_coroutines(tree))[mutant.function])
    with _running(mutant.module, tree, {mutant.function}):
        yield


@contextmanager
def walked(passed: set[Place]) -> Generator[None]:
    """Every coroutine of the workflows adds the statements that it comes to."""
    with ExitStack() as stack:
        for name in _modules():
            tree = _parsed(name)
            functions = dict(_coroutines(tree))
            for function in functions.values():
                _Tell().visit(function)
            module = import_module(name)
            setattr(module, _PASSED, _teller(passed, name))
            stack.callback(delattr, module, _PASSED)
            stack.enter_context(_running(name, tree, functions.keys()))
        yield


def _teller(passed: set[Place], module: str) -> Callable[[int], None]:
    return lambda line: passed.add((module, line))


@contextmanager
def _running(module: str, tree: ast.Module, functions: Iterable[str]) -> Generator[None]:
    """By exchanging the code of functions: classes and handlers need not know."""
    codes = _codes(compile(ast.fix_missing_locations(tree), module, "exec"))
    with ExitStack() as stack:
        for name in functions:
            function = _function(module, name)
            stack.callback(setattr, function, "__code__", function.__code__)
            function.__code__ = codes[name]
        yield


class _Before(ast.NodeTransformer):
    """Something else before statements, or before the one in `line`."""

    def __init__(self, line: int | None = None) -> None:
        self._line = line

    def before(self, line: int) -> str:
        raise NotImplementedError

    def visit(self, node: ast.AST) -> ast.AST | list[ast.stmt]:
        if not isinstance(node, ast.stmt):
            return self.generic_visit(node)
        line = node.lineno
        self.generic_visit(node)
        if isinstance(node, ast.AsyncFunctionDef) or self._line not in (None, line):
            return node
        return [ast.copy_location(one, node) for one in _written(self.before(line))] + [node]

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        return node


class _Timer(_Before):
    def before(self, line: int) -> str:
        return "await workflow.sleep(1)"


class _Tell(_Before):
    def before(self, line: int) -> str:
        return f"{_PASSED}({line})"


class _Decide(ast.NodeTransformer):
    """What `workflow.patched` gives, in the statement of that line."""

    def __init__(self, line: int, patched: bool) -> None:
        self._line, self._patched = line, patched

    def visit(self, node: ast.AST) -> ast.AST:
        self.generic_visit(node)
        if _is_patch(node) and node.lineno == self._line:
            return ast.copy_location(ast.Constant(self._patched), node)
        return node


def _written(text: str) -> list[ast.stmt]:
    """Statements as a coroutine holds them."""
    function = ast.parse(f"async def _():\n    {text}").body[0]
    assert isinstance(function, ast.AsyncFunctionDef)
    return function.body


def _is_patch(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "workflow.patched"


def _modules() -> list[str]:
    return [f"workflows.{module.name}" for module in iter_modules(workflows.__path__)]


def _parsed(module: str) -> ast.Module:
    return ast.parse(inspect.getsource(import_module(module)))


def _coroutines(tree: ast.Module) -> Iterator[tuple[str, ast.AsyncFunctionDef]]:
    """By qualified name."""
    for outer in tree.body:
        if isinstance(outer, ast.AsyncFunctionDef):
            yield outer.name, outer
        elif isinstance(outer, ast.ClassDef):
            for inner in outer.body:
                if isinstance(inner, ast.AsyncFunctionDef):
                    yield f"{outer.name}.{inner.name}", inner


def _statements(node: ast.AST) -> Iterator[ast.stmt]:
    """Below `node`, in its own code; without what only documents."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.stmt) and not _documents(child):
            yield child
        yield from _statements(child)


def _documents(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _expressions(statement: ast.stmt) -> Iterator[ast.AST]:
    """Of the statement itself, without those of statements in it."""
    for child in ast.iter_child_nodes(statement):
        if isinstance(child, ast.expr):
            yield from ast.walk(child)


def _codes(code: CodeType) -> dict[str, CodeType]:
    """Of a module's functions and methods, by qualified name."""
    found: dict[str, CodeType] = {}
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            found[inner.co_qualname] = inner
            found |= _codes(inner)
    return found


def _function(module: str, name: str) -> FunctionType:
    found: object = import_module(module)
    for part in name.split("."):
        found = vars(found)[part]
    assert isinstance(found, FunctionType), f"{name} is wrapped"
    return found
