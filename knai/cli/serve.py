"""`knai serve`: pages, stream and the monitors' listener in one process."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext

import click

from knai.cli.faces import answer, json_option
from knai.cli.main import set_up_django


@click.command()
@json_option
def serve() -> None:
    """Serve pages, live stream and the HL7 v2 listener with the settings of the environment.

    Brings the database and the static files up to date first. Ends in order on Ctrl-C or SIGTERM.
    """
    set_up_django()
    from django.conf import settings

    from knai.config.prepare import prepare

    def ready() -> None:
        address = f"http://{settings.PAGES_HOST}:{settings.PAGES_PORT}/"
        found = {
            "pages": address,
            "mllp": f"{settings.MLLP_HOST}:{settings.MLLP_PORT}",
        }
        answer(found, lambda: f"KNAI serves {address}, monitors at {found['mllp']} (MLLP).")

    serve_with(prepare, ready)


def serve_with(
    before: Callable[[], None],
    ready: Callable[[], None],
    beside: Callable[[], AbstractAsyncContextManager[None]] = nullcontext,
) -> None:
    """Take the ports first, so that a taken one is said before anything is changed; then serve.

    beside  what else runs as long as the server does
    """
    from django.conf import settings

    from knai.config import server

    pages = server.listen(settings.PAGES_HOST, settings.PAGES_PORT, "pages", "KNAI_PORT")
    with pages:
        server.must_be_free(settings.MLLP_HOST, settings.MLLP_PORT, "MLLP", "KNAI_MLLP_PORT")
        before()
        from knai.config.services import Services

        server.run(pages, Services(beside), ready)
