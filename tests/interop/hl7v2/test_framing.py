import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from knai.interop.hl7v2.framing import Deframer, TooLarge, frame

PIECES = st.lists(
    st.sampled_from(
        [frame(b"one"), frame(b"t\rwo"), frame(b""), b"\x0b", b"\x1c", b"\r", b"x", b"a\x0bb"]
    )
)


def together(data, cuts=()):
    deframer, found, last = Deframer(), [], 0
    for cut in (*sorted(cuts), len(data)):
        found += deframer.feed(data[last:cut])
        last = cut
    return found, deframer.errors


@given(PIECES, st.lists(st.integers(0, 60), max_size=8))
@example([frame(b"one")] * 3, list(range(20)))
def test_however_a_stream_is_cut_it_holds_the_same_messages(pieces, cuts):
    data = b"".join(pieces)
    assert together(data, [min(c, len(data)) for c in cuts]) == together(data)


def test_byte_by_byte_is_the_same_as_at_once():
    data = b"noise" + frame(b"one") + b"\r\n" + frame(b"two\r") * 2
    assert together(data, range(len(data)))[0] == [b"one", b"two\r", b"two\r"]


@pytest.mark.parametrize(
    "data, found, errors",
    [
        (frame(b"a"), [b"a"], 0),
        (frame(b"a") * 2, [b"a", b"a"], 0),
        (
            b"\r\n" + frame(b"a") + b"\r\n" + frame(b"b"),
            [b"a", b"b"],
            0,
        ),  # line ends between are harmless
        (b"junk" + frame(b"a"), [b"a"], 1),
        (b"\x1c\r" + frame(b"a"), [b"a"], 1),
        (b"\x0bhalf" + frame(b"a"), [b"a"], 1),  # began anew without an end
        (
            b"\x0bhalf\x1chalf\x1c\r" + frame(b"a"),
            [b"a"],
            1,
        ),  # an end within: half a number is no number
        (b"\x0bhalf\x1c" + frame(b"a"), [b"a"], 1),  # its CR is missing
        (b"\x0bhalf", [], 0),  # may yet end
    ],
)
def test_a_bad_block_is_dropped_whole_and_the_next_one_read(data, found, errors):
    assert together(data) == (found, errors)


def test_a_block_beyond_the_limit_is_reported_once_and_the_next_one_read():
    deframer = Deframer(max_bytes=10)
    found = deframer.feed(b"\x0bMSH|^~\\&|aaaa")
    found += deframer.feed(b"b" * 100)
    found += deframer.feed(b"\x1c\r" + frame(b"next"))
    assert [type(f) for f in found] == [TooLarge, bytes]
    assert found[0].head.startswith(b"MSH|")
    assert found[1] == b"next"
    assert Deframer(max_bytes=10).feed(frame(b"0123456789")) == [b"0123456789"]


def test_a_deframer_knows_that_a_block_is_open():
    deframer = Deframer()
    deframer.feed(b"\x0bhalf")
    assert deframer.is_inside
    deframer.feed(b"\x1c\r")
    assert not deframer.is_inside
