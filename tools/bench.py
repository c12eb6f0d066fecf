"""Run every bench, on SQLite and on a throw-away PostgreSQL where there is one, and keep the JSON.

python tools/bench.py [NAME …]      figures go to var/bench/NAME.json and, in words, to the screen
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import postgres

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def main(arguments: list[str]) -> int:
    from knai.cli.bench import MODULES, in_words

    folder = ROOT / "var" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    worst = 0
    with ExitStack() as stack:
        environment = dict(os.environ)
        if not environment.get("KNAI_TEST_POSTGRES") and postgres.programs():
            environment["KNAI_TEST_POSTGRES"] = stack.enter_context(postgres.server())
        for name in arguments or MODULES:
            command = [sys.executable, "-m", "knai.cli", "bench", name, "--json"]
            done = subprocess.run(
                command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=False
            )
            worst = max(worst, done.returncode)
            if done.returncode == 0:
                (folder / f"{name}.json").write_bytes(done.stdout)
                print(in_words(json.loads(done.stdout)), flush=True)
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
