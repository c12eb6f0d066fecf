"""The small changes that tools/mutants.py makes: each is one slip a hand could make in clinical code."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

SWAPS: dict[type, type] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
TWINS = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True)
class Change:
    line: int
    what: str
    apply: Callable[[], None]


def changes_of(tree: ast.AST) -> Iterator[Change]:
    """Every change of a module, always in the same order. Apply at most one."""
    for node in _logic(tree):
        yield from _changes_at(node)


def _logic(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes that decide something: no types, no docstrings, no words of errors, no imports."""
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "bases"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_words(child):
                yield from _logic(child)


def _is_words(node: ast.AST) -> bool:
    if isinstance(node, ast.Raise | ast.Import | ast.ImportFrom | ast.JoinedStr):
        return True
    if isinstance(node, ast.Return) and isinstance(node.value, ast.Call):
        return getattr(node.value.func, "id", "") == "Malformed"  # an error on its way out
    if isinstance(node, ast.Assign) and _named(node.targets[0]) in (
        "Number",
        "__all__",
        "Reader",
        "Answer",
    ):
        return True
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _named(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _changes_at(node: Any) -> Iterator[Change]:
    if isinstance(node, ast.Compare):
        for index, operator in enumerate(node.ops):
            yield _swap(node, node.ops, index, operator)
    elif isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in SWAPS:
        yield _set(node, "op", SWAPS[type(node.op)]())
    elif isinstance(node, ast.Constant):
        yield from _constant(node)
    elif isinstance(node, ast.Call) and _named(node.func) in TWINS:
        yield _set(node.func, "id", TWINS[node.func.id])
    elif isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield _set(node, "value", ast.Constant(None))
    elif isinstance(node, ast.IfExp | ast.If):
        yield _set(node, "test", ast.UnaryOp(ast.Not(), node.test))
    elif isinstance(node, ast.comprehension):
        for index, condition in enumerate(node.ifs):
            yield _put(condition, node.ifs, index, ast.Constant(True))
    yield from _without_operator(node)


def _constant(node: ast.Constant) -> Iterator[Change]:
    if isinstance(node.value, bool):
        yield _set(node, "value", not node.value)
    elif isinstance(node.value, int):
        yield _set(node, "value", node.value + 1)
    elif isinstance(node.value, str):
        yield _set(node, "value", f"x{node.value}")


def _without_operator(parent: Any) -> Iterator[Change]:
    """`~x`, `not x` and `-x` lose their sign."""
    for name, value in ast.iter_fields(parent):
        for index, child in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(child, ast.UnaryOp) and not isinstance(parent, ast.Raise):
                if isinstance(value, list):
                    yield _put(child, value, index, child.operand)
                else:
                    yield _set(parent, name, child.operand, at=child)


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _swap(node: ast.Compare, operators: list[Any], index: int, operator: Any) -> Change:
    before = ast.unparse(node)
    changed = SWAPS[type(operator)]()

    def apply() -> None:
        operators[index] = changed

    return Change(
        node.lineno, f"{before}: {type(operator).__name__} → {type(changed).__name__}", apply
    )


def _set(node: Any, name: str, value: Any, at: Any = None) -> Change:
    shown = at if at is not None else node
    before = ast.unparse(shown).splitlines()[0]
    after = ast.unparse(value) if isinstance(value, ast.expr) else _said(value)
    return Change(shown.lineno, f"{before}: {name} → {after}", lambda: setattr(node, name, value))


def _put(node: Any, items: list[Any], index: int, value: ast.expr) -> Change:
    def apply() -> None:
        items[index] = value

    return Change(node.lineno, f"{ast.unparse(node)} → {ast.unparse(value)}", apply)


def _said(value: Any) -> str:
    return type(value).__name__ if isinstance(value, ast.AST) else repr(value)
