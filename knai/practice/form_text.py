"""The words of a form. One reading of its markdown serves screen and paper, so that both say the same.

Headings, lists, quotes, emphasis and rules are read; links, pictures, code and HTML stay what was typed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

_PARSER = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(
    ["code", "fence", "reference", "html_block", "lheading", "backticks", "link", "image",
     "autolink", "html_inline"]
)  # fmt: skip
TAGS = {
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "p",
    "ul",
    "ol",
    "li",
    "strong",
    "em",
    "blockquote",
    "hr",
    "br",
}
BELOW = 1  # a form's first heading stands under the title of the form


def as_html(text: str) -> str:
    """The words as HTML that holds nothing but TAGS."""
    tokens = _PARSER.parse(text)
    for token in tokens:
        if token.type.startswith("heading"):
            token.tag = f"h{min(int(token.tag[1]) + BELOW, 6)}"
    html = _PARSER.renderer.render(tokens, _PARSER.options, {})
    return nh3.clean(html, tags=TAGS, attributes={"ol": {"start"}})


def blocks(text: str) -> list[dict[str, Any]]:
    """The words as a list for the paper's template, top to bottom.

    Each has kind (heading, paragraph, item, quote, rule), level, mark (• or 1., empty when it goes on),
    and spans: {text, strong, em}.
    """
    return list(_Walk().blocks(_PARSER.parse(text)))


class _Walk:
    """Where in lists and quotes the reading stands."""

    def __init__(self) -> None:
        self.lists: list[int | None] = []  # next number of each open list; None: bullets
        self.mark = ""
        self.quotes = self.heading = 0

    def blocks(self, tokens: list[Token]) -> Iterator[dict[str, Any]]:
        for token in tokens:
            if token.type == "hr":
                yield _block("rule", 0, "", [])
            elif token.type == "inline":
                yield self._block(token)
            else:
                self._move(token)

    def _move(self, token: Token) -> None:
        if token.type in ("bullet_list_open", "ordered_list_open"):
            start = int(token.attrs.get("start", 1)) if token.type.startswith("ordered") else None
            self.lists.append(start)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            self.lists.pop()
        elif token.type == "list_item_open":
            self._next_mark()
        elif token.type.startswith("blockquote"):
            self.quotes += token.nesting
        elif token.type.startswith("heading"):
            self.heading = int(token.tag[1]) if token.nesting == 1 else 0

    def _next_mark(self) -> None:
        number = self.lists[-1]
        self.mark = "•" if number is None else f"{number}."
        if number is not None:
            self.lists[-1] = number + 1

    def _block(self, token: Token) -> dict[str, Any]:
        mark, self.mark = self.mark, ""
        spans = _spans(token.children or [])
        if self.heading:
            return _block("heading", self.heading, mark, spans)
        if self.lists:
            return _block("item", len(self.lists), mark, spans)
        return _block("quote" if self.quotes else "paragraph", self.quotes, mark, spans)


def _block(kind: str, level: int, mark: str, spans: list[dict[str, Any]]) -> dict[str, Any]:
    return {"kind": kind, "level": level, "mark": mark, "spans": spans}


def _spans(children: list[Token]) -> list[dict[str, Any]]:
    spans, strong, em = [], 0, 0
    for token in children:
        if token.type.startswith("strong"):
            strong += token.nesting
        elif token.type.startswith("em"):
            em += token.nesting
        else:
            text = "\n" if token.type in ("softbreak", "hardbreak") else token.content
            spans.append({"text": text, "strong": strong > 0, "em": em > 0})
    return [span for span in spans if span["text"]]
