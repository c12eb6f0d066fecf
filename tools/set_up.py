"""Make the project's own environment: .venv, the locked packages, the project, the front end.

    python tools/set_up.py run     what the clinic's software needs
    python tools/set_up.py dev     the test tools too

Uses the standard library alone. A step whose inputs have not changed since it last ended well is
not done again, so a second start costs a fraction of a second.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKS = {"run": "requirements/run.txt", "dev": "requirements/dev.txt"}
BUILD = "requirements/build.txt"


class SetUpError(Exception):
    """Set-up cannot go on; the message says what to do."""


def fingerprint(kind: str) -> str:
    """What an environment of this kind is made from."""
    digest = hashlib.sha256()
    for name in (LOCKS[kind], BUILD, "pyproject.toml"):
        digest.update((ROOT / name).read_bytes())
    digest.update(str(ROOT).encode())
    return digest.hexdigest()


def stamp(kind: str) -> Path:
    return VENV / f"knai-{kind}.stamp"


def is_current(kind: str) -> bool:
    """Whether the environment holds it already; the one for development holds the other too."""
    kinds = {kind, "dev"}
    return any(stamp(k).is_file() and stamp(k).read_text("utf-8") == fingerprint(k) for k in kinds)


def run(command: list[str], purpose: str, remedy: str) -> None:
    """Run one command quietly; show its words only when it fails."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SetUpError(
            f"{done.stdout[-1500:]}{done.stderr[-1500:]}\nCould not {purpose}. {remedy}"
        )


def works() -> bool:
    """Whether .venv holds a Python that starts, is new enough and can install."""
    if not PYTHON.exists():
        return False
    probe = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([PYTHON, "-c", probe], capture_output=True, check=False).returncode == 0


def make_environment() -> None:
    if works():
        return
    run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)],
        "make the environment .venv",
        "On Debian and Ubuntu, install the package python3-venv and run this again.",
    )


def install(kind: str) -> None:
    """The locked packages, each checked against its hash, then the project itself in place."""
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    remedy = "Check the network and run this again; what was done is kept."
    locked = [*pip, "--require-hashes", "-r", LOCKS[kind], "-r", BUILD]
    run(locked, "install the packages", remedy)
    project = [*pip, "--no-deps", "--no-build-isolation", "--editable", "."]
    run(project, "install the project", remedy)
    stamp(kind).write_text(fingerprint(kind), "utf-8")


def front_end(kind: str) -> None:
    options = ["--dev"] if kind == "dev" else []
    done = subprocess.run([PYTHON, "tools/front_end.py", *options], cwd=ROOT, check=False)
    if done.returncode:
        raise SetUpError("The front-end packages are not in place; see above.")


def main(arguments: list[str]) -> int:
    kind = arguments[0] if arguments and arguments[0] in LOCKS else "run"
    try:
        make_environment()
        if not is_current(kind):
            print("Installing the Python packages (once) …", flush=True)
            install(kind)
        front_end(kind)
    except SetUpError as problem:
        print(problem, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
