from datetime import UTC, datetime

import hl7
import pytest

from knai.interop.hl7v2 import ack, identify
from knai.interop.hl7v2.ack import NOBODY, accept, build_ack, fail, header_of, reject
from tests.interop.hl7v2.lookalikes import NAME, mdc, mdil, one, pcd01

NOW = datetime(2026, 3, 4, 12, 0, 0, tzinfo=UTC)


def sent(answer):
    return hl7.parse(answer.decode())


def message(accept_ack="", application_ack="", version="2.6"):
    head = rf"MSH|^~\&|Mon|Ward|Knai|Clinic|20260304120000||ORU^R01|c42|P|{version}|||"
    return (head + f"{accept_ack}|{application_ack}\rPID|||1||{NAME}\r").encode()


def test_an_answer_goes_back_where_the_message_came_from():
    answer = sent(accept(identify(message(version="2.3.1")), now=NOW))
    msh, msa = answer.segment("MSH"), answer.segment("MSA")
    assert [str(msh[n]) for n in (3, 4, 5, 6)] == ["Knai", "Clinic", "Mon", "Ward"]
    assert (str(msh[9]), str(msh[11]), str(msh[12])) == ("ACK^R01", "P", "2.3.1")
    assert [str(f) for f in msa] == ["MSA", "AA", "c42"]
    assert str(msh[10]) not in ("", "c42")


def test_the_receiver_has_a_name_even_if_the_sender_gave_none():
    assert str(sent(accept(identify(mdil("")), now=NOW)).segment("MSH")[3]) == "KNAI"


# HL7 table 0155 decides; one answer at most, for judging and storing are one step here
@pytest.mark.parametrize(
    "accept_ack, application_ack, outcome, code",
    [
        ("", "", "AA", "AA"),
        ("", "", "AE", "AE"),
        ("", "", "AR", "AR"),
        ("AL", "NE", "AA", "CA"),
        ("AL", "NE", "AE", "CE"),
        ("AL", "NE", "AR", "CR"),
        ("AL", "", "AA", "CA"),
        ("NE", "AL", "AA", "AA"),
        ("", "AL", "AE", "AE"),
        ("AL", "AL", "AA", "AA"),
        ("NE", "NE", "AA", None),
        ("NE", "NE", "AE", None),
        ("ER", "NE", "AA", None),
        ("ER", "NE", "AE", "CE"),
        ("SU", "NE", "AA", "CA"),
        ("SU", "NE", "AR", None),
        ("NE", "ER", "AR", "AR"),
        ("AL", "ER", "AA", "CA"),
        ("AL", "ER", "AE", "AE"),
    ],
)
def test_the_sender_gets_the_answer_it_asked_for(accept_ack, application_ack, outcome, code):
    answer = build_ack(identify(message(accept_ack, application_ack)), outcome, now=NOW)
    assert (str(sent(answer).segment("MSA")[1]) if answer else None) == code


@pytest.mark.parametrize("raw", [mdc(""), pcd01("NTE|1"), mdil(""), one("72")])
def test_each_look_alike_is_answered_without_its_patient(raw):
    for answer in (accept(identify(raw), now=NOW), fail(identify(raw), now=NOW)):
        assert answer.startswith(b"MSH|^~\\&|")
        assert NAME.split("^")[0].encode() not in answer


def test_an_error_says_what_kind_and_whether_to_try_again():
    failed = sent(fail(identify(message()), now=NOW))
    assert str(failed.segment("MSA")[1]) == "AE"
    assert str(failed.segment("ERR")[3]) == "207^Application internal error^HL70357"
    refused = sent(reject(identify(message()), now=NOW, error=200, text="no | vitals"))
    assert str(refused.segment("MSA")[1]) == "AR"
    assert str(refused.segment("ERR")[3]).startswith("200^")
    assert str(refused.segment("ERR")[8]) == "no \\F\\ vitals"


def test_before_2_5_the_error_stands_in_the_first_field():
    refused = sent(reject(identify(message(version="2.3")), now=NOW, error=101))
    assert str(refused.segment("ERR")[1]) == "^^^101&Required field missing&HL70357"


def test_answers_keep_the_senders_separators_and_character_set():
    raw = "MSH#*!?%#Bö#F###20260304##ORU*R01#7#P#2.6######8859/1\r".encode("latin-1")
    answer = accept(identify(raw), now=NOW)
    assert answer.startswith(b"MSH#*!?%#KNAI##B\xf6#F#")
    assert b"\rMSA#AA#7\r" in answer


def test_what_has_no_envelope_is_still_answered():
    assert header_of(b"garbage") is NOBODY
    assert b"\rMSA|AR|\r" in reject(NOBODY, now=NOW)


def test_every_error_code_has_its_words():
    for code in ack.ERRORS:
        assert f"{code}^{ack.ERRORS[code]}^".encode() in reject(NOBODY, now=NOW, error=code)
