"""QR codes as drawings."""

from __future__ import annotations

import io

import segno


def svg(text: str, border: int = 2) -> str:
    """A QR code of `text` in black on white, that scales: it has a viewBox and no size of its own."""
    out = io.BytesIO()
    code = segno.make(text, error="m", micro=False)
    code.save(
        out, kind="svg", border=border, xmldecl=False, svgclass=None, lineclass=None,
        omitsize=True, light="#fff", dark="#000",
    )  # fmt: skip
    return out.getvalue().decode("ascii")
