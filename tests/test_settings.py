"""Settings are typed, named in one example file, and say what is wrong with them."""

from __future__ import annotations

import ast
import logging
import re
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from knai.config import database, env, mail
from knai.config.logs import Formatter

ROOT = Path(__file__).resolve().parents[1]


def names_read() -> set[str]:
    """Every KNAI_ name that code of the package asks the environment for."""
    found = set()
    for path in (ROOT / "knai").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("env."):
                found.add(ast.literal_eval(node.args[0]))
    return found


def test_the_example_names_every_setting_and_no_other():
    named = set(
        re.findall(r"^(KNAI_\w+)=", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE)
    )
    assert named == names_read()


@pytest.mark.parametrize("text, value", [("1", True), ("yes", True), ("off", False), ("", True)])
def test_yes_and_no_are_read(monkeypatch, text, value):
    monkeypatch.setenv("KNAI_TRIAL", text)
    assert env.boolean("KNAI_TRIAL", default=True) is value


@pytest.mark.parametrize("text", ["maybe", "2", " "])
def test_what_is_neither_yes_nor_no_stops_the_start(monkeypatch, text):
    monkeypatch.setenv("KNAI_TRIAL", text)
    with pytest.raises(ImproperlyConfigured, match=r"KNAI_TRIAL.*true or false.*env\.example"):
        env.boolean("KNAI_TRIAL", default=True)


@pytest.mark.parametrize(
    "text, holds", [("1", True), ("9", True), ("0", False), ("10", False), ("1.5", False)]
)
def test_whole_numbers_keep_their_bounds(monkeypatch, text, holds):
    monkeypatch.setenv("KNAI_TRIAL", text)
    if holds:
        assert env.integer("KNAI_TRIAL", 5, 1, 9) == int(text)
    else:
        with pytest.raises(ImproperlyConfigured, match="from 1 to 9"):
            env.integer("KNAI_TRIAL", 5, 1, 9)


def test_a_choice_names_what_may_be_chosen(monkeypatch):
    monkeypatch.setenv("KNAI_TRIAL", "sometimes")
    with pytest.raises(ImproperlyConfigured, match="required or off"):
        env.choice("KNAI_TRIAL", "off", ("required", "off"))


@pytest.mark.parametrize("url", ["mysql://x/y", "knai.db"])
def test_an_unknown_database_is_said(url):
    with pytest.raises(ImproperlyConfigured, match="postgresql:// or sqlite:///"):
        database.from_url(url, Path("/nowhere"))


def test_a_password_with_odd_characters_reaches_the_database_unchanged():
    found = database.from_url("postgresql://u:p%40%2F@h:5433/n", Path("/nowhere"))
    assert (found["PASSWORD"], found["PORT"], found["NAME"]) == ("p@/", "5433", "n")


@pytest.mark.parametrize("url", ["http://host", "smtp://", "host:25"])
def test_an_unknown_mail_server_is_said(url):
    with pytest.raises(ImproperlyConfigured, match="smtp://user:password@host"):
        mail.from_url(url, Path("/nowhere"))


@pytest.mark.parametrize(
    "url, port, tls", [("smtp://u:p%40@h", 587, True), ("smtps://u:p%40@h:2465", 2465, False)]
)
def test_mail_always_goes_over_tls(url, port, tls):
    found = mail.from_url(url, Path("/nowhere"))
    assert (found["EMAIL_PORT"], found["EMAIL_HOST_PASSWORD"]) == (port, "p@")
    assert (found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (tls, not tls)


def test_without_a_mail_server_mail_lies_in_the_data_folder():
    assert mail.from_url("", Path("/data"))["EMAIL_FILE_PATH"] == Path("/data/mail")


def test_a_logged_exception_loses_its_words():
    # A database quotes the row it refused.
    row, key = "Mara Rosen, born 1985", "H-1001"
    try:
        try:
            raise ValueError(row)
        except ValueError as inner:
            raise KeyError(key) from inner
    except KeyError as error:
        info = (KeyError, error, error.__traceback__)
        record = logging.LogRecord("knai", logging.ERROR, __file__, 1, "failed", (), info)
    line = Formatter("{message}", style="{").format(record)
    assert "KeyError from ValueError" in line
    assert "test_settings.py" in line
    assert row not in line
    assert key not in line
