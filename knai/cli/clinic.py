"""`knai clinic`: a clinic and its people from one file."""

from __future__ import annotations

import tomllib
from dataclasses import asdict
from typing import IO

import click

from knai.cli.faces import answer, json_option
from knai.cli.main import set_up_django
from knai.core.errors import Malformed


@click.command()
@click.argument("file", type=click.File("rb"))
@json_option
def clinic(file: IO[bytes]) -> None:
    """Make a clinic, its chairs, people, credentials, protocols and consent forms, as FILE (TOML) tells.

    docs/how-to/clinic.toml is one to start from. What is there already stays as it is, so that the file
    may grow and be read again. Prints a first password for each new person.
    """
    set_up_django()
    from knai.config.prepare import migrate
    from knai.practice.actions.setting_up import read_wanted, set_up_clinic

    try:
        table = tomllib.load(file)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Malformed(f"is not TOML: {error}", "FILE") from None
    wanted = read_wanted(table)
    migrate()
    done = set_up_clinic(wanted)
    answer(asdict(done), lambda: _in_words(asdict(done)))


def _in_words(done: dict[str, object]) -> str:
    made = ("chairs", "people", "credentials", "protocols", "consent_forms")
    counted = ", ".join(f"{done[what]} {what.replace('_', ' ')}" for what in made)
    lines = [f"{done['clinic']}: {counted} added."]
    passwords = done["first_passwords"]
    assert isinstance(passwords, dict)
    if passwords:
        lines.append(
            "First passwords, to be changed at the first log-in; they are not shown again:"
        )
        lines += [f"  {email}  {password}" for email, password in passwords.items()]
    return "\n".join(lines)
