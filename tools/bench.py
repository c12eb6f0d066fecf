"""Run benches on SQLite and on a throw-away PostgreSQL where there is one; keep the JSON, write the tables.

python tools/bench.py [NAME …]      var/bench/NAME.json, and its table in docs/explanation/performance.md
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import postgres

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "explanation" / "performance.md"
sys.path.insert(0, str(ROOT))


def table(result: dict[str, Any]) -> str:
    machine = result["machine"]
    head = f"{machine['cores']} cores, {machine['memory_gib']} GiB, Python {machine['python']}."
    rows = [
        "| database | what | found | limit | ratio | goal | holds |",
        "|---|---|---|---|---|---|---|",
    ]
    rows += [_row(figure) for figure in result["figures"]]
    return head + "\n\n" + "\n".join(rows)


def _row(figure: dict[str, Any]) -> str:
    def shown(value: Any) -> str:
        return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)

    holds = {True: "yes", False: "**no**", None: ""}[figure["holds"]]
    found = f"{shown(figure['value'])} {figure['unit']}"
    cells = [
        figure["database"],
        figure["what"],
        found,
        shown(figure["limit"]),
        shown(figure["ratio"]),
    ]
    return "| " + " | ".join([*cells, figure["goal"], holds]) + " |"


def write(result: dict[str, Any]) -> None:
    """Put the table between its two marks; the words round it are written by hand."""
    begin, end = f"<!-- figures: {result['name']} -->", "<!-- end -->"
    pattern = re.compile(f"{re.escape(begin)}.*?{end}", re.DOTALL)
    block = f"{begin}\n{table(result)}\n{end}"
    PAGE.write_text(pattern.sub(lambda _: block, PAGE.read_text("utf-8")), "utf-8")


def measure(name: str, environment: dict[str, str]) -> int:
    from knai.cli.bench import in_words

    command = [sys.executable, "-m", "knai.cli", "bench", name, "--json"]
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=False)
    if done.returncode == 0:
        result = json.loads(done.stdout)
        folder = ROOT / "var" / "bench"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.json").write_bytes(done.stdout)
        write(result)
        print(in_words(result), flush=True)
    return done.returncode


def main(arguments: list[str]) -> int:
    from knai.cli.bench import MODULES

    with ExitStack() as stack:
        environment = dict(os.environ)
        if not environment.get("KNAI_TEST_POSTGRES") and postgres.programs():
            environment["KNAI_TEST_POSTGRES"] = stack.enter_context(postgres.server())
        return max(measure(name, environment) for name in arguments or MODULES)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
