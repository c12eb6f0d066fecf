"""Fetch the front-end packages and put what the pages need into knai/web/static/vendor/.

    python tools/front_end.py          the pages' own needs
    python tools/front_end.py --dev    the test tools too (axe-core, jsdom)

Does nothing when what lies there was made from the same lock file and the same icon list.
Uses npm where there is one; otherwise installs Node from the package index into this Python.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "knai" / "web" / "static" / "vendor"
ICON_LIST = ROOT / "knai" / "web" / "icons.toml"
NODE_REQUIREMENTS = ROOT / "requirements" / "node.txt"
STAMP = "made-from.txt"

COPIES = {
    "uplot/uPlot.js": "uplot/dist/uPlot.esm.js",
    "uplot/LICENSE": "uplot/LICENSE",
    "inter/inter-latin-opsz-normal.woff2": (
        "@fontsource-variable/inter/files/inter-latin-opsz-normal.woff2"
    ),
    "inter/inter-latin-ext-opsz-normal.woff2": (
        "@fontsource-variable/inter/files/inter-latin-ext-opsz-normal.woff2"
    ),
    "inter/LICENSE": "@fontsource-variable/inter/LICENSE",
    "icons-LICENSE": "@tabler/icons/LICENSE",
}


class FrontEndError(Exception):
    """Set-up cannot go on; the message says what to do."""


def fingerprint() -> str:
    """What the vendor folder is made from: lock file, icon list, this file."""
    digest = hashlib.sha256()
    for source in (ROOT / "package-lock.json", ICON_LIST, Path(__file__)):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def is_current(*, dev: bool) -> bool:
    """True when nothing has to be done."""
    stamp = VENDOR / STAMP
    made = stamp.is_file() and stamp.read_text("utf-8") == fingerprint()
    return made and (not dev or (MODULES / "jsdom" / "package.json").is_file())


def npm_command() -> str:
    """Path of npm: the machine's, this Python's, or one installed now."""
    beside_python = Path(sysconfig.get_path("scripts"))
    found = shutil.which("npm") or shutil.which("npm", path=str(beside_python))
    if found:
        return found
    print("No npm here: installing Node into this Python environment.")
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes"]
    run([*install, "-r", str(NODE_REQUIREMENTS)], "install Node")
    found = shutil.which("npm", path=str(beside_python))
    if not found:
        raise FrontEndError(
            f"Installed Node, but found no npm in {beside_python}. Install npm and run this again."
        )
    return found


def run(command: list[str], purpose: str) -> None:
    """Run one command quietly; show its words only when it fails."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise FrontEndError(
            f"Could not {purpose}: `{' '.join(command)}` ended with {done.returncode}.\n"
            f"{done.stdout[-2000:]}{done.stderr[-2000:]}\n"
            "Check the network and run this again; nothing was half done."
        )


def install_packages(*, dev: bool) -> None:
    """Install exactly what the lock file names; no package may run a script of its own."""
    command = [npm_command(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    run(command if dev else [*command, "--omit=dev"], "install the front-end packages")


def symbol(name: str, drawing: str, folder: Path) -> str:
    """One icon as a symbol of the sprite."""
    kind = "filled" if drawing.endswith("*") else "outline"
    path = folder / kind / f"{drawing.rstrip('*')}.svg"
    if not path.is_file():
        raise FrontEndError(
            f"icons.toml: {name} = {drawing!r} has no {kind} drawing in the icon set. Pick another."
        )
    inner = re.sub(r"^.*?<svg[^>]*>|</svg>\s*$", "", path.read_text("utf-8"), flags=re.DOTALL)
    inner = re.sub(r'<path stroke="none" d="M0 0h24v24H0z" fill="none" ?/>', "", inner)
    inner = re.sub(r"\s*\n\s*", "", inner)
    paint = (
        'fill="currentColor"'
        if kind == "filled"
        else 'fill="none" stroke="currentColor" stroke-width="2" '
        'stroke-linecap="round" stroke-linejoin="round"'
    )
    return f'<symbol id="{name}" viewBox="0 0 24 24"><g {paint}>{inner}</g></symbol>\n'


def build_sprite(icons: dict[str, str], folder: Path) -> str:
    """Every icon of the list in one file, so that a page asks once."""
    symbols = "".join(symbol(name, drawing, folder) for name, drawing in sorted(icons.items()))
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}</svg>\n'


def fill_vendor() -> None:
    """Copy packages and write the sprite; the stamp comes last."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    for target, source in COPIES.items():
        place = VENDOR / target
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(MODULES / source, place)
    icons = tomllib.loads(ICON_LIST.read_text("utf-8"))["icons"]
    sprite = build_sprite(icons, MODULES / "@tabler" / "icons" / "icons")
    (VENDOR / "icons.svg").write_text(sprite, "utf-8")
    (VENDOR / STAMP).write_text(fingerprint(), "utf-8")


def main(arguments: list[str]) -> int:
    """Bring the vendor folder up to date."""
    dev = "--dev" in arguments
    if is_current(dev=dev):
        return 0
    try:
        install_packages(dev=dev)
        fill_vendor()
    except FrontEndError as problem:
        print(problem, file=sys.stderr)
        return 2
    print("Front-end packages are in place.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
