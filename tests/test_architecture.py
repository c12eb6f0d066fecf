"""How the code is cut: contracts that can be broken, small files, small functions, actions that audit."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted(
    path for path in (ROOT / "knai").rglob("*.py") if "migrations" not in path.parts
) + sorted((ROOT / "tools").glob("*.py"))
LONGEST_FILE, LONGEST_FUNCTION = 400, 40
CATALOGUES: set[str] = set()  # one declaration after another, nothing to follow


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """(where, lines of its body without signature and docstring)."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            if body:
                yield f"{name_of(path)} {node.name}", node.end_lineno - body[0].lineno + 1


def test_no_file_is_longer_than_a_person_reads_at_once():
    lengths = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in FILES}
    assert {
        name: n for name, n in lengths.items() if n > LONGEST_FILE and name not in CATALOGUES
    } == {}


def test_no_function_is_longer_than_a_screen():
    long = {name: n for path in FILES for name, n in functions(path) if n > LONGEST_FUNCTION}
    assert long == {}


def test_every_floor_stands_in_the_contract():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    layers = contracts["contracts"][0]["layers"]
    floors = set(re.findall(r"\w+", " ".join(layers)))
    there = {path.parent.name for path in (ROOT / "knai").glob("*/__init__.py")}
    assert there <= floors


@pytest.mark.parametrize("word", ["datetime.now(", "timezone.now(", "date.today("])
def test_one_clock_tells_the_time(word):
    # The demonstration, imports and tests set it; a second clock would not follow.
    allowed = {"knai/kit/clock.py"}
    found = {name_of(p) for p in FILES if word in p.read_text("utf-8")}
    found = {
        name for name in found if name.startswith(("knai/practice", "knai/identity", "knai/kit"))
    }
    assert found - allowed == set()


def test_no_page_reaches_for_the_records_behind_the_actions():
    # import-linter sees imports; a view might still ask the registry of apps.
    views = [p for p in FILES if "web" in p.parts]
    assert [name_of(p) for p in views if "get_model(" in p.read_text("utf-8")] == []


def test_no_page_carries_inline_script_or_style():
    pages = sorted((ROOT / "knai" / "web" / "templates").rglob("*.html"))
    bad = re.compile(
        r"<script(?![^>]*\b(?:src|type=\"application/json\"))[^>]*>|\sstyle=|\son\w+=\"", re.I
    )
    assert [name_of(p) for p in pages if bad.search(p.read_text("utf-8"))] == []
