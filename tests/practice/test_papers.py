"""What the papers say, and what they must never say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from knai.core.errors import Forbidden, Malformed, Missing, Refused
from knai.kit.clock import set_to
from knai.practice import entries as e
from knai.practice.actions.write import append
from knai.practice.models import PaperSettings
from knai.practice.papers import times
from knai.practice.papers.kinds import KINDS, get_kind
from tests.practice import papers_world as pw
from tests.practice import world
from tests.practice.papers_world import made, words
from tests.practice.world import NOON, minutes

BERLIN = ZoneInfo("Europe/Berlin")
OF_A_SESSION = ("session_record", "conformance", "after_visit", "ambulance_sheet", "superbill")
OPTIONS = {"superbill": {"codes": {"99213": 1}}}


@pytest.fixture
def eventful(cast):
    PaperSettings.objects.create(
        clinic=cast.clinic, billing_codes=[{"code": "99213", "words": "Office visit"}]
    )
    return pw.eventful(cast)


def text_of(cast, kind, subject_id, **more):
    if get_kind(kind).deliberate:
        more.setdefault("confirmed", True)
    if kind in OPTIONS:
        more.setdefault("options", OPTIONS[kind])
    return words(made(cast, kind, subject_id, **more)[1])


@pytest.mark.parametrize("kind", OF_A_SESSION)
def test_every_page_of_a_paper_names_patient_number_time_clinic_and_code(cast, eventful, kind):
    more = {"confirmed": True, "options": OPTIONS.get(kind)}
    paper, reader = made(cast, kind, eventful.pk, **more)
    for number, page in enumerate(reader.pages, start=1):
        text = page.extract_text()
        assert f"{number} of {len(reader.pages)}" in text
        for wanted in (
            "Mara Rosen",
            "2 Apr 1985",
            "H-1001",
            "Harbour",
            "14:15 (+01:00)",
            paper.code,
        ):
            assert wanted in text
    assert reader.metadata.title == get_kind(kind).title
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"].value is True
    assert paper.pages == len(reader.pages)


def test_the_record_shows_what_was_amended_and_voided_beside_what_counts(cast, eventful):
    text = text_of(cast, "session_record", eventful.pk)
    assert "141/88" in text and "Replaces an earlier entry: Digits swapped" in text
    assert "Replaced 13:20 by Nadia Petrov: Digits swapped" in text
    assert "Wrong patient’s note" in text
    assert "Voided 13:27 by Nadia Petrov: Written into the wrong chart" in text
    assert "Chair is next to the door" in text and "Chidi Okafor, by telephone" in text
    assert "High blood pressure" in text and "13:13 by Nadia Petrov" in text


def test_an_entry_tells_when_it_happened_and_when_it_was_written(cast, eventful):
    with transaction.atomic(), set_to(minutes(205)):
        append(
            by=cast.actor("nadia"), body=e.Note(text="Late words"), patient=cast.patient,
            session=eventful, effective_at=minutes(50),
        )  # fmt: skip
    text = text_of(cast, "session_record", eventful.pk, at=minutes(220))
    assert "13:50 16:25 Late words Nadia Petrov" in " ".join(text.split())


@pytest.mark.parametrize(
    "kind", ["session_record", "ambulance_sheet", "after_visit", "payer_packet"]
)
def test_private_words_are_in_no_paper(cast, eventful, kind):
    options = {"sessions": [str(eventful.pk)]} if kind == "payer_packet" else None
    subject = cast.patient.pk if kind == "payer_packet" else eventful.pk
    text = text_of(cast, kind, subject, options=options)
    assert "Private words" not in text
    assert "Programme words" not in text


@pytest.mark.parametrize("kind", ["session_record", "after_visit", "ambulance_sheet", "superbill"])
def test_findings_stand_in_no_other_paper(cast, eventful, kind):
    text = text_of(cast, kind, eventful.pk)
    assert "Not met" not in text and "Cannot tell yet" not in text
    assert "KNAI-18" not in text


def test_the_conformance_paper_shows_each_gate_as_it_stood_and_as_it_reads_now(cast, eventful):
    text = text_of(cast, "conformance", eventful.pk)
    assert "As it stood when a gate was passed" in text and "As the record reads now" in text
    assert "Start, before cannula" in text and "Start, at giving" in text
    assert "KNAI-18" in text and "edition 2020" in text


def test_the_conformance_paper_is_made_on_purpose_alone(cast, eventful):
    with pytest.raises(Refused, match="on purpose"):
        made(cast, "conformance", eventful.pk)


def test_the_patient_reads_until_when_not_to_drive(cast, eventful):
    text = text_of(cast, "after_visit", eventful.pk)
    assert "Do not drive before" in text
    assert "01:40" in text and "Tuesday, 24 Nov 2026" in text  # 12 h after the end at 13:40
    assert "Ketamine 39 mg IV, 13:00 to 13:40" in text
    assert "Vomiting" in text and "ondansetron" in text


def test_no_time_is_named_while_something_still_runs(cast):
    world.dosing(cast)
    with pytest.raises(Refused, match="still runs"):
        made(cast, "after_visit", cast.session.pk)


def test_a_bar_that_ends_in_the_hour_that_comes_twice_names_its_offset(cast):
    # 25 Oct 2026: at 03:00 clocks in Berlin go back to 02:00, so that 02:40 comes twice
    at = datetime(2026, 10, 25, 1, 40, tzinfo=UTC)
    assert times.clock(at, BERLIN) == "02:40 (+01:00)"
    assert times.clock(at - timedelta(hours=1), BERLIN) == "02:40 (+02:00)"
    assert times.clock(at + timedelta(hours=1), BERLIN) == "03:40"


@pytest.mark.parametrize(
    "at, shown",
    [
        (datetime(2026, 11, 23, 22, 59, tzinfo=UTC), "23:59"),
        (datetime(2026, 11, 23, 23, 0, tzinfo=UTC), "24 Nov, 00:00"),  # midnight in Berlin
        (datetime(2026, 11, 24, 0, 5, tzinfo=UTC), "24 Nov, 01:05"),
    ],
)
def test_a_session_past_midnight_names_the_next_day(at, shown):
    assert times.clock(at, BERLIN, datetime(2026, 11, 23, tzinfo=UTC).date()) == shown


def test_a_midnight_session_over_a_clock_change_shows_both_hours(cast):
    session = world.ready(cast)
    night = datetime(
        2026, 10, 24, 23, 50, tzinfo=UTC
    )  # 01:50 in Berlin, the change is at 01:00 UTC
    for minute in (0, 50, 110):
        world.write(cast, e.Vitals(sbp=120, dbp=70, hr=60, spo2=97), at=night + timedelta(minutes=minute),
                    session=session)  # fmt: skip
    text = " ".join(text_of(cast, "session_record", session.pk).split())
    assert "25 Oct, 01:50" in text
    assert "25 Oct, 02:40 (+02:00)" in text and "25 Oct, 02:40 (+01:00)" in text


@pytest.mark.parametrize(
    "given, family",
    [
        ("#eval(1)", "$x$ \\ *b*"),
        ("דוד", "לוי"),
        ("😀", "Zoë"),
        ("A" * 60, "B" * 60),
        ("X", "Y"),
    ],
)
def test_a_name_is_words_whatever_is_in_it(cast, given, family):
    patient = cast.patient
    patient.given_name, patient.family_name = given, family
    patient.save()
    session = world.arrive(cast)
    paper, reader = made(cast, "session_record", session.pk)
    text = "".join(words(reader).split())
    for part in ("".join(given.split()), "".join(family.split())):
        assert set(part) <= set(text)
        if part.isascii():
            assert part in text
    assert paper.pages == len(reader.pages)


def test_a_note_that_looks_like_markup_comes_out_as_it_was_written(cast):
    session = world.arrive(cast)
    world.write(cast, e.Note(text='#eval("1+1") $x^2$ \\ = h'), at=NOON, session=session)
    assert '#eval("1+1") $x^2$ \\ = h' in text_of(cast, "session_record", session.pk)


def test_a_letter_is_by_whoever_signs_with_the_facts_of_the_chart(cast, eventful):
    text = text_of(cast, "course_letter", cast.patient.pk, options=pw.LETTER)
    assert "Dr Anna Wolff" in text and "Chidi Okafor, Physician" in text
    assert "Ketamine 39 mg IV" in text and "sertraline" in text


@pytest.mark.parametrize("options, field", [({"text": "x"}, "to"), ({"to": "x"}, "text")])
def test_a_letter_wants_somebody_and_something(cast, options, field):
    with pytest.raises(Malformed) as error:
        made(cast, "referral_letter", cast.patient.pk, options=options)
    assert error.value.field == field


def test_a_superbill_takes_codes_of_the_clinics_list_alone(cast, eventful):
    assert "99213" in text_of(cast, "superbill", eventful.pk)
    with pytest.raises(Malformed, match="90867"):
        made(cast, "superbill", eventful.pk, options={"codes": {"90867": 1}})
    with pytest.raises(Malformed, match="at least one"):
        made(cast, "superbill", eventful.pk, options={"codes": {}})


def test_a_packet_takes_the_chosen_sessions_of_one_patient(cast, eventful):
    other = cast.make_session(cast.make_patient("Jon", "Ek", "H-2"), state="departed", chair=None)
    options = {"sessions": [str(eventful.pk), str(other.pk)]}
    with pytest.raises(Malformed, match="this patient alone"):
        made(cast, "payer_packet", cast.patient.pk, options=options)
    paper, reader = made(
        cast, "payer_packet", cast.patient.pk, options={"sessions": [str(eventful.pk)]}
    )
    assert paper.pages == len(reader.pages) == 1
    assert "KNAI-23" not in words(reader)  # what the Standard says is no payer's matter


def test_esketamine_figures_name_what_was_not_charted(cast):
    world.ready(cast)
    world.write(cast, pw.ESKETAMINE, at=NOON, session=cast.session)
    world.vitals(cast, 41, sbp=138)
    text = text_of(cast, "esketamine", cast.session.pk)
    assert "84 mg" in text and "138/76 mmHg at 13:41" in text
    assert "Deepest sedation" in text and "not charted" in text


def test_without_esketamine_there_is_nothing_to_report(cast, eventful):
    with pytest.raises(Refused, match="No esketamine"):
        made(cast, "esketamine", eventful.pk)


def test_a_protocol_tells_its_fields_and_who_approved_it(cast):
    text = text_of(cast, "protocol", cast.protocol.pk)
    assert "Depression, intravenous" in text and "by Chidi Okafor" in text
    assert "At most an hour" in text and "mg/kg/h" in text
    assert "_" not in text, "the name of a field, as it is kept"


def test_each_downtime_sheet_names_its_own_patient(cast):
    other = cast.make_patient("Jon", "Ek", "H-2")
    cast.make_session(cast.patient, booked_for_at=NOON)
    cast.make_session(other, booked_for_at=NOON + timedelta(hours=1))
    _, reader = made(cast, "downtime", NOON.date(), nick="nadia")
    pages = [page.extract_text() for page in reader.pages]
    assert any("Mara Rosen" in page and "Jon Ek" not in page for page in pages)
    assert any("Jon Ek" in page and "Mara Rosen" not in page for page in pages)


def test_a_day_without_sessions_has_no_sheets(cast):
    with pytest.raises(Missing):
        made(cast, "downtime", NOON.date(), nick="nadia")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_paper_is_made_by_who_may_and_by_nobody_else(cast, kind):
    wanted = get_kind(kind)
    for nick in ("olga", "okafor", "nadia", "thea", "fred", "ruth"):
        by = cast.actor(nick)
        if not any(by.may(permission) for permission in wanted.may):
            with pytest.raises(Forbidden):
                wanted.must_make(by)
    assert not get_kind(kind).may_make(cast.actor("fred")) or kind == "downtime"


def test_another_clinics_session_has_no_paper(cast):
    session = world.arrive(cast)
    with pytest.raises(Missing):
        made(cast, "session_record", session.pk, nick="otto")


def test_a_long_session_asks_no_more_questions_than_a_short_one(
    cast, django_assert_max_num_queries
):
    session = pw.long_session(cast, hours=4)
    with django_assert_max_num_queries(30):
        paper, reader = made(cast, "session_record", session.pk)
    assert "16:59" in words(reader)
    assert paper.pages <= 8
    assert len(paper.data) < 700_000


def test_the_length_of_paper_follows_the_clinics_place(cast):
    session = world.arrive(cast)
    _, reader = made(cast, "session_record", session.pk)
    assert round(float(reader.pages[0].mediabox.width)) == 595  # A4
    cast.clinic.time_zone = "America/Denver"
    cast.clinic.save()
    _, reader = made(cast, "session_record", session.pk)
    assert round(float(reader.pages[0].mediabox.width)) == 612  # 8.5 inches
