import hl7
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from knai.core.errors import Malformed
from knai.interop.hl7v2 import escape, identify, parse, unescape
from knai.interop.hl7v2.parser import CHARSETS, Delimiters, read_path

D = Delimiters()
HEAD = rb"MSH|^~\&|App|Fac|||20260304120000||ORU^R01|7|P|2.6"
PLAIN = [["PID", "", "", "12"], ["OBX", "1"]]


@pytest.mark.parametrize(
    "raw",
    [
        HEAD + b"\rPID|||12\rOBX|1\r",
        HEAD + b"\rPID|||12\rOBX|1",  # last CR missing
        HEAD + b"\nPID|||12\nOBX|1\n",
        HEAD + b"\r\nPID|||12\r\nOBX|1\r\n",
        HEAD + b"\rPID|||12\r\rOBX|1\r\r\r",  # empty lines
        b"\xef\xbb\xbf" + HEAD + b"\rPID|||12\rOBX|1\r",
        b"\r\n" + HEAD + b"\rPID|||12\rOBX|1\r",
    ],
)
def test_segments_end_as_senders_end_them(raw):
    message = parse(raw)
    assert message.segments[1:] == PLAIN
    assert message.header[3:5] == ["App", "Fac"]


def test_the_separators_are_those_that_the_message_names():
    message = parse(b"MSH#*!?%#App#Fac#####ORU*R01\rPV1###a*b*c%d!second\r")
    assert message.delimiters == Delimiters("#", "*", "!", "?", "%")
    assert message.text(read_path("PV1-3.3.2")) == "d"
    assert message.text(read_path("PV1-3")) == "a*b*c%d"
    assert message.text(read_path("MSH-9.2")) == "R01"
    assert message.text(read_path("MSH-2")) == "*!?%"


@pytest.mark.parametrize(
    "path, text",
    [
        ("PV1-3", "W^R^B&7"),
        ("PV1-3.3", "B&7"),
        ("PV1-3.3.2", "7"),
        ("PV1-3.4", ""),
        ("PV1-9", ""),
        ("ZZZ-1", ""),
        ("PID-3.1", "first"),
        ("PID-3.5", "MR"),
    ],
)
def test_a_path_finds_the_first_repetition_and_nothing_where_nothing_is(path, text):
    message = parse(HEAD + b"\rPID|||first^^^X^MR~second\rPV1|||W^R^B&7")
    assert message.text(read_path(path)) == text


@pytest.mark.parametrize("path", ["PV1", "PV1-0", "pv1-3", "PV1-3.3.2.1", "PV1-3.", "", "PV1-100"])
def test_what_is_no_path_is_refused(path):
    with pytest.raises(Malformed):
        read_path(path)


@pytest.mark.parametrize(
    "declared, codec", [(name, codec) for name, codec in CHARSETS.items() if codec != "ascii"]
)
def test_text_is_read_in_the_declared_set(declared, codec):
    letter = {"iso-8859-5": "Ж", "iso-8859-6": "ب", "iso-8859-7": "Ω", "iso-8859-8": "א"}.get(
        codec, "ö"
    )
    name = f"{letter}x".encode(codec, "ignore")
    message = parse(HEAD + b"||||||" + declared.encode() + b"\rPID|||" + name)
    assert message.segments[1][3] == name.decode(codec)


@pytest.mark.parametrize(
    "declared, name",
    [
        ("ASCII", b"\xc3\xb6"),
        ("UNICODE UTF-8", b"\xf6"),
        ("", b"\xf6"),
        ("UNICODE UTF-16", b"o"),
        ("KLINGON", b"o"),
    ],
)
def test_text_in_another_set_than_declared_is_refused_by_the_name_of_the_field(declared, name):
    with pytest.raises(Malformed, match="MSH-18") as refused:
        parse(HEAD + b"||||||" + declared.encode() + b"\rPID|||" + name)
    assert refused.value.field == "MSH-18"


def test_a_mapping_may_say_which_set_a_silent_sender_uses():
    assert parse(HEAD + b"\rPID|||\xf6", default_charset="8859/1").segments[1][3] == "ö"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"MSH",
        b"MSH|",
        b"PID|||1",
        b"FHS|^~\\&|\rBHS|^~\\&\r" + HEAD,  # a batch
        b"MSH|^~^&|x",  # one separator for two things
        b"MSH|^~|&|x\rOBX|" + b"\x00",
        b"MSHaBcDe",
        b"MSH ^~\\& x",
        HEAD + b"\r" + HEAD,  # two messages in one frame
        HEAD + b"\rinvented words of a person",
        HEAD + b"\robx|1",
        HEAD + b"\rOBX1|1",
        HEAD + b"\rPID|||\x0b",
        HEAD + b"\rPID|||" + b"x" * 2_000_001,
    ],
)
def test_what_is_no_message_is_malformed(raw):
    with pytest.raises(Malformed):
        parse(raw)


@pytest.mark.parametrize(
    "raw",
    [
        HEAD + b"\rPID|||1||ZOE INVENTED\rZOE INVENTED",
        HEAD + b"\rPID|||1||ZOE INVENTED\xff",
        HEAD + b"\rPID|||1||ZOE INVENTED\x01",
        b"ZOE INVENTED",
    ],
)
def test_an_error_never_repeats_what_was_in_the_message(raw):
    with pytest.raises(Malformed) as refused:
        parse(raw)
    assert "ZOE" not in str(refused.value)


def test_ten_thousand_observations_in_a_megabyte_and_a_half_are_read():
    row = b"OBX|1|NM|8867-4^Heart rate^LN|1|70|/min^^UCUM|||||F|||20260304120000+0000|" + b"x" * 70
    message = parse(HEAD + b"\r" + b"\r".join([row] * 10_000))
    assert len(message.all("OBX")) == 10_000
    assert len(row) * 10_000 > 1_400_000


@given(st.binary(max_size=300))
def test_random_bytes_are_malformed_or_a_message(raw):
    for given_bytes in (raw, b"MSH" + raw, HEAD + b"\r" + raw, b"MSH|^~\\&" + raw):
        try:
            parse(given_bytes)
            identify(given_bytes)
        except Malformed:
            pass


# ------------------------------------------------------------------------------------------------- escapes
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")) | st.sampled_from("|^~\\&\r\n")
)


@given(TEXTS)
@example("\\")
@example("\\F\\")
@example("a\\.br\\b")
def test_escaping_loses_nothing(text):
    escaped = escape(text, D)
    assert not set(escaped) & set("|^~&\r\n")
    assert unescape(escaped, D) == text


@given(st.text(st.sampled_from("ab|^~\\& é")))
def test_the_hl7_library_and_we_read_each_others_escapes(text):
    theirs = hl7.parse("MSH|^~\\&|a\rPID|1\r")
    # it writes what is not ASCII by its number, which is its byte in Latin-1
    assert unescape(theirs.escape(text), D, "8859/1") == text
    assert theirs.unescape(escape(text, D)) == text


@pytest.mark.parametrize(
    "text, meant",
    [
        (r"a\F\b\S\c\T\d\R\e\E\f", "a|b^c&d~e\\f"),
        (r"one\.br\two", "one\ntwo"),
        (r"\H\loud\N\ ", "loud "),
        (r"\X41\\X4243\ ", "ABC "),
        (r"\Xc3a9\ ", "é "),
        (r"\X00\ ", "\\X00\\ "),  # would bring a control character
        (r"\X4\ ", "\\X4\\ "),  # half a byte
        (r"\Zown\ ", "\\Zown\\ "),
        ("C:\\", "C:\\"),  # one alone
        ("a\\", "a\\"),
    ],
)
def test_escapes_mean_what_hl7_says_and_unknown_ones_stay(text, meant):
    assert unescape(text, D) == meant


def test_a_message_without_an_escape_character_has_none():
    assert unescape("\\F\\", Delimiters("|", "^", "~", "", "")) == "\\F\\"
    with pytest.raises(Malformed):
        escape("a|b", Delimiters("|", "^", "~", "", ""))


# ------------------------------------------------------------------------------------------------ envelope
def test_the_envelope_is_read_without_the_rest():
    header = identify(HEAD + b"|||AL|NE||8859/1\rgarbage \xff\rPV1||I|W^R^B\\T\\7\r")
    assert (header.sending_app, header.sending_facility) == ("App", "Fac")
    assert (header.message_type, header.trigger, header.control_id) == ("ORU", "R01", "7")
    assert (header.accept_ack, header.application_ack, header.charset) == ("AL", "NE", "8859/1")
    assert header.bed == "W^R^B&7"


def test_no_envelope_is_malformed():
    with pytest.raises(Malformed):
        identify(b"hello")
