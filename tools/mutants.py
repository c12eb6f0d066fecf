"""Break the clinical core on purpose, one small change at a time, and see that the spec tests notice.

    python tools/mutants.py                 all of core/standard (words excluded) and the dose arithmetic
    python tools/mutants.py derive people   only these modules
    python tools/mutants.py --list          name the mutants, run nothing

Ends with 1 when fewer than 90 in 100 are killed. Survivors are explained in docs/explanation/mutants.md.
Each mutant is a fork in which the changed module is imported instead of the real one; no file is touched.
"""

from __future__ import annotations

import ast
import importlib.abc
import importlib.util
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mutations import changes_of

ROOT = Path(__file__).resolve().parent.parent
STANDARD = ROOT / "knai" / "core" / "standard"
WANTED = 0.9
TIMEOUT_S = 120
WORKERS = min(2, os.cpu_count() or 1)

# Left out: sentences (words), the table's own form (table), and declarations without logic (derived).
NOT_MUTATED = {"__init__", "words", "table", "derived"}
SPEC = [
    "test_reading_facts.py",
    "test_exact_numbers.py",
    "test_document.py",
    "test_policy.py",
    "test_words.py",
]  # after the worked examples
DOSE_SPEC = ["test_dose_arithmetic.py"]


@dataclass(frozen=True)
class Mutant:
    path: Path
    line: int
    what: str  # "x < y → x <= y"
    index: int  # which change of its file

    @property
    def module(self) -> str:
        return ".".join(self.path.relative_to(ROOT).with_suffix("").parts)

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line}: {self.what}"


def subjects(only: list[str]) -> list[Path]:
    paths = [path for path in sorted(STANDARD.glob("*.py")) if path.stem not in NOT_MUTATED]
    paths.append(ROOT / "knai" / "core" / "dose.py")
    return [path for path in paths if not only or path.stem in only]


def mutants_of(path: Path) -> Iterator[Mutant]:
    tree = ast.parse(path.read_text("utf-8"))
    for index, change in enumerate(changes_of(tree)):
        yield Mutant(path, change.line, change.what, index)


def mutated_code(mutant: Mutant) -> Any:
    tree = ast.parse(mutant.path.read_text("utf-8"))
    list(changes_of(tree))[mutant.index].apply()
    return compile(ast.fix_missing_locations(tree), str(mutant.path), "exec")


class Impostor(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Stands in for one module: the mutated code under the real name."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant, self.code = mutant, mutated_code(mutant)

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname != self.mutant.module:
            return None
        return importlib.util.spec_from_loader(fullname, self, origin=str(self.mutant.path))

    def exec_module(self, module: Any) -> None:
        exec(self.code, module.__dict__)  # noqa: S102


def run_in_child(mutant: Mutant) -> int:
    """Fork, import the impostor, run the spec; the child's id. It ends with 0 when all tests passed."""
    child = os.fork()
    if child:
        return child
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    signal.alarm(TIMEOUT_S)  # a mutant that never ends has been noticed
    try:
        sys.meta_path.insert(0, Impostor(mutant))
        code = run_spec(DOSE_SPEC if mutant.path.stem == "dose" else SPEC)
    except BaseException:  # a module that cannot even be imported has been noticed too
        code = 1
    os._exit(code)


def run_spec(names: list[str]) -> int:
    """The worked examples first, without pytest's costs: they end most mutants at once."""
    import pytest

    if names is SPEC and not examples_hold():
        return 1
    tests = [str(ROOT / "tests" / "spec" / name) for name in names]
    bare = ["-p", "no:django", "-p", "no:cacheprovider", "-p", "no:xdist", "--noconftest"]
    return int(pytest.main(["-x", "-q", *bare, "-o", "addopts=--import-mode=importlib", *tests]))


def examples_hold() -> bool:
    from knai.core.standard import Policy, assess
    from tests.spec.worked import load_examples

    for each in load_examples():
        policy = Policy.default().tightened(each.policy)
        for found in assess(each.gate, each.now, each.facts, policy, each.tz):
            if found.clause == each.clause:
                answer = (found.verdict, found.effect, found.override_needs)
                if answer != (each.verdict, each.effect, each.needs):
                    return False
    return True


def survivors_of(mutants: list[Mutant]) -> list[Mutant]:
    waiting, running, survived = list(reversed(mutants)), {}, []
    while waiting or running:
        while waiting and len(running) < WORKERS:
            mutant = waiting.pop()
            running[run_in_child(mutant)] = mutant
        child, status = os.wait()
        mutant = running.pop(child)
        if status == 0:
            survived.append(mutant)
            print(f"survived  {mutant}", flush=True)
    return sorted(survived, key=str)


def warm_up() -> None:
    """What every child needs, read once; of knai's core only its data and errors may be among it."""
    sys.path.insert(0, str(ROOT))
    os.chdir(ROOT)
    import zoneinfo  # noqa: F401

    import pytest  # noqa: F401

    from knai.core.data import load
    from tests.spec.worked import load_examples

    load("standard"), load("standard_words"), load_examples()
    assert not any(name.startswith("knai.core.standard") for name in sys.modules)


def main(arguments: list[str]) -> int:
    only = [each for each in arguments if not each.startswith("-")]
    mutants = [mutant for path in subjects(only) for mutant in mutants_of(path)]
    if "--list" in arguments:
        print(*mutants, sep="\n")
        return 0
    warm_up()
    began = time.monotonic()
    survived = survivors_of(mutants)
    killed = len(mutants) - len(survived)
    share = killed / len(mutants)
    minutes = (time.monotonic() - began) / 60
    print(f"{killed} of {len(mutants)} mutants killed: {share:.1%} in {minutes:.0f} min")
    return 0 if share >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
