"""The words of a form say the same on the screen and on paper, and hold nothing else."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knai.practice.form_text import as_html, blocks
from knai.practice.word_diff import ADDED, REMOVED, SAME, Piece, diff

TEXT = """# What it is

You are **asked**, not *told*.
Second line.

1. first
2. second
   - inner

> quoted

---
"""


def words_of(found) -> str:
    return "".join(span["text"] for block in found for span in block["spans"])


def test_blocks_keep_headings_lists_and_emphasis():
    shape = [(b["kind"], b["level"], b["mark"]) for b in blocks(TEXT)]
    assert shape == [
        ("heading", 1, ""), ("paragraph", 0, ""), ("item", 1, "1."), ("item", 1, "2."),
        ("item", 2, "•"), ("quote", 1, ""), ("rule", 0, ""),
    ]  # fmt: skip
    strong = [s["text"] for b in blocks(TEXT) for s in b["spans"] if s["strong"]]
    assert strong == ["asked"]


def test_headings_stand_under_those_of_the_page():
    assert as_html("# One\n\n###### Six") == "<h2>One</h2>\n<h6>Six</h6>\n"


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[click](javascript:alert(1))",
        "![x](http://example.org/x.png)",
        "<a href='http://example.org'>x</a>",
        "`code`",
        "```\nfence\n```",
        "<http://example.org>",
    ],
)
def test_links_pictures_code_and_html_stay_what_was_typed(text):
    html = as_html(text)
    assert not re.search(r"<(?!/?(p|br)\b)", html)
    assert words_of(blocks(text)) == re.sub(r"</?p>|<br>", "", unescape(html)).strip("\n")


@given(st.text(alphabet="ab #*-_>1.\n&<\\!", max_size=60))
def test_screen_and_paper_carry_the_same_signs(text):
    shown = re.sub(r"<[^>]*>", "", as_html(text))
    printed = words_of(blocks(text))
    assert re.sub(r"\s", "", unescape(shown)) == re.sub(r"\s", "", printed)


@pytest.mark.parametrize(
    "before, after, wanted",
    [
        ("same\n", "same\n", (Piece(SAME, "same\n"),)),
        ("", "new", (Piece(ADDED, "new"),)),
        ("old", "", (Piece(REMOVED, "old"),)),
        (
            "valid for one year",
            "valid for two years",
            (
                Piece(SAME, "valid for "),
                Piece(REMOVED, "one"),
                Piece(ADDED, "two"),
                Piece(SAME, " "),
                Piece(REMOVED, "year"),
                Piece(ADDED, "years"),
            ),
        ),
    ],
)
def test_a_diff_names_the_words(before, after, wanted):
    assert diff(before, after) == wanted


LINES = st.lists(st.sampled_from(["a b", "a c", "", "b a.", "ü ß"]), max_size=8).map("\n".join)


@given(LINES, LINES)
def test_both_texts_can_be_read_out_of_their_diff(before, after):
    pieces = diff(before, after)
    assert "".join(p.text for p in pieces if p.what != ADDED) == before
    assert "".join(p.text for p in pieces if p.what != REMOVED) == after


def test_two_long_texts_without_a_word_in_common_stand_whole():
    before, after = "a " * 3000, "b " * 3000
    assert diff(before, after) == (Piece(REMOVED, before), Piece(ADDED, after))
