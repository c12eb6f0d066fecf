"""What counts as a drawn signature."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knai.core.errors import Malformed
from knai.practice import ink

CROSS = ((((250, 60), (290, 110))), (((290, 60), (250, 110))))
NAME = (tuple((40 + 5 * step, 100 + (step % 7) * 8) for step in range(60)),)


@pytest.mark.parametrize(
    "strokes, counts",
    [
        ((), False),  # a blank pad
        ((((300, 100),),), False),  # one dot
        ((((300, 100), (301, 100), (300, 101)),), False),  # a dot of a shaking hand
        ((((300, 100),), ((310, 105),)), False),  # two dots
        ((((0, 0),), ((600, 200),)), False),  # dots far apart are dots
        ((((300, 100), (320, 100)) * 20,), False),  # scribbling on one spot
        (
            (((300, 100), (322, 100), (300, 100), (323, 100)),),
            False,
        ),  # one unit short of the extent
        ((((300, 100), (324, 100), (300, 100), (324, 100)),), True),
        ((((300, 100), (359, 100)),), False),  # one unit short of the length
        ((((300, 100), (360, 100)),), True),
        (CROSS, True),
        (NAME, True),
    ],
)
def test_a_dot_is_no_signature_and_a_cross_is(strokes, counts):
    assert ink.is_signature(strokes) is counts


def test_strokes_are_read_as_they_were_drawn():
    assert ink.read(json.dumps(NAME)) == NAME
    assert ink.read(" ") == ink.read("[]") == ink.read("[[]]") == ()


@pytest.mark.parametrize(
    "text",
    ["{}", "[[1,2]]", "[[[1]]]", "[[[1,2,3]]]", '[[["1",2]]]', "[[[1.5,2]]]", "[" * 100_000, "data:",
     "[[[601,1]]]", "[[[-1,1]]]", json.dumps([[[1, 1]] * 20_001])],
)  # fmt: skip
def test_what_no_pad_can_send_is_refused(text):
    with pytest.raises(Malformed, match="ink"):
        ink.read(text)


@given(st.text())
def test_any_text_is_read_or_refused(text):
    with suppress(Malformed):
        assert isinstance(ink.read(text), tuple)
