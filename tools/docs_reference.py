"""Writes docs/reference/{cli,settings,errors}.md from the program itself; --check only compares."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "reference"
MADE = "Made by `tools/docs_reference.py` from {source}. Change it there, then run `make docs`.\n"


class Undocumented(Exception):
    """Something that people can use stands nowhere."""


def cli_page() -> str:
    from knai.cli.faces import EXIT_CODE
    from knai.cli.main import main

    lines = ["# Command line\n", MADE.format(source="the commands in `knai/cli`")]
    lines += [
        "Every command answers in JSON with `--json`.\n",
        "| exit code | means |",
        "|---|---|",
    ]
    lines += ["| 0 | done |", "| 1 | the answer is no, where a command says so |"]
    lines += [f"| {code} | `{kind.__name__}`: {_first(kind)} |" for kind, code in EXIT_CODE.items()]
    context = click.Context(main, info_name="knai")
    for name in main.list_commands(context):
        lines += ["", *_command(name, main.get_command(context, name), context)]
    return "\n".join(lines) + "\n"


def _first(thing: object) -> str:
    words = (thing.__doc__ or "").strip().splitlines()
    if not words:
        raise Undocumented(f"{thing} has no docstring.")
    return words[0].rstrip(".")


def _command(name: str, command: click.Command, parent: click.Context) -> Iterator[str]:
    if not command.help:
        raise Undocumented(f"knai {name} has no help. Give its function a docstring.")
    context = click.Context(command, info_name=name, parent=parent)
    usage = command.get_usage(context).removeprefix("Usage: ")
    yield from (f"## knai {name}\n", f"```\n{usage}\n```\n", _prose(command.help))
    options = [p for p in command.get_params(context) if isinstance(p, click.Option)]
    yield from ("", "| option | does |", "|---|---|")
    for option in options:
        if not option.help:
            raise Undocumented(f"knai {name} {option.opts[0]} has no help.")
        yield f"| `{' '.join(option.opts)}` | {option.help} |"


def _prose(words: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in words.splitlines())).strip()


def example_comments() -> dict[str, str]:
    """Name → the comment above it in .env.example."""
    found: dict[str, str] = {}
    comment: list[str] = []
    for line in (ROOT / ".env.example").read_text("utf-8").splitlines():
        if line.startswith("#"):
            comment.append(line.removeprefix("#").strip())
        else:
            name = line.partition("=")[0].strip()
            if name:
                found[name] = " ".join(comment)
            comment = []
    return found


def settings_page() -> str:
    import knai.config.settings  # noqa: F401  reads every setting
    from knai.config.env import READ

    words = example_comments()
    missing, stale = sorted(set(READ) - set(words)), sorted(set(words) - set(READ))
    if missing or stale:
        raise Undocumented(f".env.example lacks {missing} and still names {stale}.")
    lines = ["# Settings\n", MADE.format(source="`.env.example` and `knai/config/settings.py`")]
    lines += ["| name | wants | default | for |", "|---|---|---|---|"]
    for name, read in READ.items():
        default = f"`{read.default}`" if read.default else "empty"
        lines.append(f"| `{name}` | {read.kind} | {default} | {words[name]} |")
    return "\n".join(lines) + "\n"


CAUSES = {
    "Malformed": (
        "input that cannot be read: shape, type, unit, range; a setting that cannot be read",
        "The message names the field, what was found and what was wanted. Correct it and send again.",
    ),
    "Refused": (
        "a rule says no: a gate holds, a state does not allow it, somebody was faster",
        "The message says what has to change. Nothing was written.",
    ),
    "Missing": (
        "absent, or in a clinic you do not belong to: the two look the same on purpose",
        "Check the address and which clinic you are in.",
    ),
    "Forbidden": ("your role in this clinic does not include it", "Ask the clinic's owner."),
    "Unavailable": (
        "nothing is wrong with the request: a port is taken, the database does not answer",
        "Do what the message says and try again.",
    ),
}


def errors_page() -> str:
    from knai.cli.faces import EXIT_CODE
    from knai.web.middleware import STATUS

    lines = ["# Errors\n", MADE.format(source="`knai/core/errors.py` and the tables of the faces")]
    lines.append("Messages never carry patient data. What nobody expected fails loudly instead.\n")
    lines += ["| error | HTTP | exit code | cause | remedy |", "|---|---|---|---|---|"]
    for kind, code in EXIT_CODE.items():
        cause, remedy = CAUSES[kind.__name__]
        lines.append(f"| `{kind.__name__}` | {STATUS[kind]} | {code} | {cause} | {remedy} |")
    return "\n".join(lines) + "\n"


PAGES = {"cli.md": cli_page, "settings.md": settings_page, "errors.md": errors_page}


def _plain_environment() -> None:
    """Defaults in the reference are those of a machine without settings."""
    for name in [name for name in os.environ if name.startswith("KNAI_")]:
        if name != "KNAI_DATA_DIR":
            del os.environ[name]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "knai.config.settings")
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()


def main(arguments: list[str]) -> int:
    _plain_environment()
    result = 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, make in PAGES.items():
        path, wanted = FOLDER / name, make()
        if "--check" not in arguments:
            path.write_text(wanted, "utf-8")
        elif not path.exists() or path.read_text("utf-8") != wanted:
            print(f"docs/reference/{name} is stale. Run: make docs")
            result = 1
    return result


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
