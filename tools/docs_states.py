"""Writes docs/reference/session-states.md from the table of states; --check only compares."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference" / "session-states.md"

HEAD = """# States of a treatment session

Made by `tools/docs_states.py` from `knai/practice/states.py`. Change the table there, then run the tool.

A gate stands before an intention. A fact that has happened is recorded with its true time whatever the gate
says; the verdict stands.

```mermaid
"""


def text() -> str:
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "knai.config.settings")
    import django

    django.setup()
    from knai.practice import states

    return f"{HEAD}{states.mermaid()}```\n\n{states.table()}"


def main(arguments: list[str]) -> int:
    wanted = text()
    if "--check" in arguments:
        is_fresh = PAGE.exists() and PAGE.read_text("utf-8") == wanted
        if not is_fresh:
            print(f"{PAGE.relative_to(ROOT)} is stale. Run: python tools/docs_states.py")
        return 0 if is_fresh else 1
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(wanted, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
