"""What people wrote comes out of a paper as words, whatever it looks like."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pypdf
import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st

from knai.kit import pdf, qr

HEAD = {
    "title": "A letter",
    "kind": "letter",
    "clinic": "Harbour",
    "patient": "Mara Rosen",
    "born": "2 Apr 1985",
    "mrn": "H-1001",
    "made": "23 Nov 2026, 10:00 (+01:00)",
    "code": "AAAA-BBBB",
    "check": "https://knai.example/papers/AAAA-BBBB/",
    "qr": "",
    "invented": True,
    "lang": "en",
}


def made(text: str, **head) -> pypdf.PdfReader:
    values = {"paper": HEAD | head, "parts": [{"heading": "Part", "text": text}]}
    return pypdf.PdfReader(io.BytesIO(pdf.render("kit/typst/plain.typ", values)))


def words(reader: pypdf.PdfReader) -> str:
    return "\n".join(page.extract_text() for page in reader.pages)


@pytest.mark.parametrize(
    "text",
    [
        '#eval("1+1")',
        "#sys.inputs",
        "$ x^2 $",
        "back\\slash and `code`",
        "*not bold* _not slanted_ = no heading",
        '#read("/config/settings.py")',
        "</script> & \"quotes\" 'single'",
        "// no comment, /* nor this */",
        "Łucja Żółć-Ångström",
        "😀",
    ],
)
def test_what_looks_like_markup_stays_words(text):
    assert text in words(made(text))


@pytest.mark.parametrize(
    "text, shown",
    [
        ("中", "‹U+4E2D›"),  # no bundled font has it: named, never left out
        ("5\u202e01 mg", "5‹U+202E›01 mg"),  # would turn 501 into 105
        ("a\x00b", "a‹U+0000›b"),
        ("e\u0301", "é"),  # two code points, one letter
        ("a\tb", "a b"),
    ],
)
def test_what_cannot_be_shown_is_named(text, shown):
    assert pdf.printable({"x": [text]}) == {"x": [shown]}


def test_writing_from_right_to_left_keeps_its_letters():
    text = words(made("דוד לוי و محمد"))
    assert set("דודלוי") <= set(text)


def test_every_character_said_to_be_covered_is():
    # PDF/A refuses a character without a shape, so that one document proves them all.
    starts, ends = pdf._covered()
    stretches = [" ".join(map(chr, range(a, b + 1))) for a, b in zip(starts, ends, strict=True)]
    assert made("\n".join(stretches))


def test_a_mark_without_a_letter_to_sit_on_is_named():
    assert "‹U+0615›" in words(made("\n\u0615"))


SHOWN = st.sampled_from([chr(c) for c in range(0x20, 0x2100)])


@given(st.text(max_size=80) | st.text(SHOWN, max_size=80))
@settings(max_examples=150, deadline=None)
def test_no_text_can_break_a_paper(text):
    assert len(made(text, patient=text).pages) >= 1


def test_a_paper_is_tagged_titled_and_in_a_language():
    reader = made("x")
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value is True
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "en"
    assert reader.metadata.title == "A letter"
    assert b"<pdfaid:part>2</pdfaid:part>" in root["/Metadata"].get_data()


def test_each_page_names_patient_number_time_and_code():
    reader = made("\n\n".join(f"Paragraph {n}" for n in range(120)))
    total = len(reader.pages)
    assert total > 2
    for number, page in enumerate(reader.pages, start=1):
        text = page.extract_text()
        for wanted in ("Mara Rosen", "2 Apr 1985", "H-1001", "10:00 (+01:00)", "AAAA-BBBB"):
            assert wanted in text
        assert f"{number} of {total}" in text
        assert "Invented clinic, invented people" in text


def test_a_name_of_sixty_letters_keeps_its_page():
    reader = made("x", patient="A" * 60 + " " + "B" * 60)
    text = words(reader).replace("\n", "")
    assert "A" * 60 in text and "B" * 60 in text and "H-1001" in text


def test_the_same_values_at_the_same_time_are_the_same_bytes():
    at = datetime(2026, 11, 23, 9, tzinfo=UTC)
    values = {"paper": HEAD, "parts": []}
    one, two = (pdf.render("kit/typst/plain.typ", values, at) for _ in range(2))
    assert one == two


def test_a_template_sees_nothing_outside_the_package():
    with pytest.raises((typst.TypstError, RuntimeError)):
        pdf.render("../tests/settings.py", {"paper": HEAD})


def test_a_qr_code_scales():
    drawing = qr.svg("https://knai.example/papers/AAAA-BBBB/")
    assert drawing.startswith("<svg") and "viewBox" in drawing and "width=" not in drawing
