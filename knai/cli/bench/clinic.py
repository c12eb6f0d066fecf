"""What a clinic does besides the session, measured: each part in a process and on a database of its own."""

from __future__ import annotations

from knai.cli.bench.place import Figure, run_apart, scratch

# Modules with a `main()` that sets up, measures and prints its figures as JSON.
PARTS: tuple[str, ...] = (
    "knai.cli.bench.day",
    "knai.cli.bench.papers",
    "knai.cli.bench.charts",
    "knai.cli.bench.tables",
)


def run(database_url: str = "") -> list[Figure]:
    """All figures of all parts, on the database that is named."""
    figures: list[Figure] = []
    for part in PARTS:
        with scratch(database_url) as environment:
            figures += run_apart(part, environment | {"KNAI_MFA": "off"}, wait_s=1800)
    return figures
