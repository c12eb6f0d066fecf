"""Write every generated page anew; with --check, only say which are stale and end with 1.

Generators are the files tools/docs_*.py, each with main(arguments) that knows --check.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main(arguments: list[str]) -> int:
    sys.path.insert(0, str(HERE))
    modules = sorted(path.stem for path in HERE.glob("docs_*.py"))
    results = [importlib.import_module(name).main(arguments) for name in modules]
    return max(results, default=0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
