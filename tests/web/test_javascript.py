"""The modules' own tests, run by node; and none of them goes untested."""

from __future__ import annotations

import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

import knai.web

ROOT = Path(knai.web.__file__).parent.parent.parent
MODULES = ROOT / "knai" / "web" / "static" / "js"
TESTS = sorted((ROOT / "tests" / "js").glob("*.test.mjs"))
SEEN_IN_THE_BROWSER = {"app.js", "vitals-chart.js", "chart-options.js", "chart-view.js",
                       "chart-lanes.js", "chart-colours.js"}  # fmt: skip


def node() -> str:
    found = shutil.which("node") or shutil.which("node", path=sysconfig.get_path("scripts"))
    assert found, "Found no node. Run: python tools/front_end.py --dev"
    return found


def test_every_module_does_what_its_tests_say():
    command = [node(), "--test", "--test-reporter=tap", *map(str, TESTS)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert int(re.search(r"# pass (\d+)", done.stdout)[1]) > 80


def test_every_module_is_tested_by_node_or_seen_in_the_browser():
    named = set()
    for path in TESTS:
        named |= set(re.findall(r"[\w-]+\.js\b", path.read_text("utf-8")))
    modules = {path.name for path in MODULES.glob("*.js")}
    reached = set(named)
    for name in named & modules:
        reached |= set(re.findall(r'from "\./([\w-]+\.js)"', (MODULES / name).read_text("utf-8")))
    assert modules - reached - SEEN_IN_THE_BROWSER == set()
    assert modules >= SEEN_IN_THE_BROWSER
