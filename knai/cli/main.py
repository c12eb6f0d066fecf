"""`knai`: thin commands over actions and queries. Each is loaded when it is asked for."""

from __future__ import annotations

import importlib
import os
from typing import Any

import click

from knai.cli.faces import fail
from knai.core.errors import KnaiError, Malformed

COMMANDS = {
    "assess": "knai.cli.assess:command",
    "clinic": "knai.cli.clinic:clinic",
    "bench": "knai.cli.bench:bench",
    "demo": "knai.cli.demo:demo",
    "serve": "knai.cli.serve:serve",
    "verify": "knai.cli.verify:verify",
}


class Knai(click.Group):
    """Loads a command's module when it runs, and turns expected errors into words and exit codes."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        return getattr(importlib.import_module(module), name)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KnaiError as error:
            fail(error)


@click.group(cls=Knai, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="knai", message="knai %(version)s")
def main() -> None:
    """KNAI: a clinic's ketamine treatment day, run to the society's Standard."""


def set_up_django() -> None:
    """Read the settings and load the records' side of the program.

    raises  Malformed: a setting is missing or unreadable
    """
    import django
    from django.core.exceptions import ImproperlyConfigured

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "knai.config.settings")
    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise Malformed(str(error)) from None
