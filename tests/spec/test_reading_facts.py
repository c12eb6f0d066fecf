"""Facts are read exactly or refused by name; how they were written does not matter."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from knai.core.errors import Malformed
from knai.core.standard import GATES, Effect, Verdict, assess, assess_document, read_facts
from knai.core.standard.numbers import moment, read_instant
from knai.core.standard.sets import Sets

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)

NO_RATE = {"at": NOW, "sbp": 120, "dbp": 80, "hr": 70, "spo2": 98}
WHOLE_SET = NO_RATE | {"rr": 14}

REFUSED = [
    ({"session": {"purpose": "fun"}}, "session.purpose"),
    ({"session": {"purpose": 1}}, "session.purpose"),
    ({"session": {"colour": "red"}}, "session.colour"),
    ({"session": "knai"}, "session"),
    ({"colour": "red"}, "colour"),
    ({"session.colour": "red"}, "session.colour"),
    ({"session": {"purpose": "knai"}, "session.purpose": "knai"}, "session.purpose"),
    ({"consent": {"signed_at": "2026-03-02T10:00:00"}}, "consent.signed_at"),  # no offset
    ({"consent": {"signed_at": datetime(2026, 3, 2, 10)}}, "consent.signed_at"),  # noqa: DTZ001
    ({"consent": {"signed_at": "ten o'clock"}}, "consent.signed_at"),
    ({"consent": {"signed_at": date(2026, 3, 2)}}, "consent.signed_at"),
    ({"consent": {"signed_at": 1772445600}}, "consent.signed_at"),
    ({"consent": {"refused": "no"}}, "consent.refused"),
    ({"consent": {"refused": 0}}, "consent.refused"),
    ({"history": {"completed_on": NOW}}, "history.completed_on"),
    ({"history": {"completed_on": "2026-03-02T10:00:00Z"}}, "history.completed_on"),
    ({"history": {"completed_on": "2026-02-30"}}, "history.completed_on"),
    ({"course": {"prior_administrations": -1}}, "course.prior_administrations"),
    ({"course": {"prior_administrations": "1"}}, "course.prior_administrations"),
    ({"course": {"prior_administrations": 1.5}}, "course.prior_administrations"),
    ({"course": {"prior_administrations": float("nan")}}, "course.prior_administrations"),
    ({"course": {"prior_administrations": Decimal("1e1000000")}}, "course.prior_administrations"),
    ({"course": {"prior_administrations": True}}, "course.prior_administrations"),
    ({"doses": {"route": "im"}}, "doses"),
    ({"doses": ["im"]}, "doses.0"),
    ({"doses": [{"route": "im"}, {"route": "nose"}]}, "doses.1.route"),
    ({"doses": [{"dose": 1}]}, "doses.0.dose"),
    ({"doses": [{"mg_per_kg": "0,5"}]}, "doses.0.mg_per_kg"),
    ({"doses": [{"mg_per_kg": "0.5 mg"}]}, "doses.0.mg_per_kg"),
    ({"doses": [{"mg_per_kg": "1_0"}]}, "doses.0.mg_per_kg"),
    ({"doses": [{"mg_per_kg": "٣"}]}, "doses.0.mg_per_kg"),
    ({"doses": [{"mg_per_kg": ""}]}, "doses.0.mg_per_kg"),
    ({"doses": [{"mg_per_kg": -0.5}]}, "doses.0.mg_per_kg"),
    ({"doses": [{"mg_per_kg": float("nan")}]}, "doses.0.mg_per_kg"),
    ({"doses": [{"mg_per_kg": float("inf")}]}, "doses.0.mg_per_kg"),
    ({"doses": [{"mg_per_kg": "1e1000000"}]}, "doses.0.mg_per_kg"),
    ({"doses": [{"mg_per_kg": True}]}, "doses.0.mg_per_kg"),
    ({"doses": [{"start": "2026-03-02"}]}, "doses.0.start"),
    ({"vitals": [{"sbp": "high"}]}, "vitals.0.sbp"),
    ({"vitals": [{"sbp": [120]}]}, "vitals.0.sbp"),
    ({"vitals": [{"sbp": -120}]}, "vitals.0.sbp"),
    ({"vitals": [{"dbp": "-80"}]}, "vitals.0.dbp"),
    ({"vitals": [{"hr": -0.5}]}, "vitals.0.hr"),
    ({"vitals": [{"spo2": Decimal(-1)}]}, "vitals.0.spo2"),
    ({"vitals": [{"rr": -1}]}, "vitals.0.rr"),
    ({"vitals": [{"at": "2026-03-02T10:00:00.1234567Z"}]}, "vitals.0.at"),
    ({"consent": {"signed_at": "2026-03-02T10:00:00,0000001Z"}}, "consent.signed_at"),
    ({"vitals": [WHOLE_SET, WHOLE_SET | {"rr": -1}]}, "vitals.1.rr"),
    ({"vitals": [WHOLE_SET, WHOLE_SET | {"spo2": True}]}, "vitals.1.spo2"),
    ({"vitals": [WHOLE_SET, WHOLE_SET | {"hr": "fast"}]}, "vitals.1.hr"),
    ({"vitals": [WHOLE_SET, WHOLE_SET | {"at": datetime(2026, 3, 2, 10)}]}, "vitals.1.at"),  # noqa: DTZ001
    ({"vitals": [WHOLE_SET, {**NO_RATE, "colour": 1}]}, "vitals.1.colour"),
    ({"vitals": [WHOLE_SET, "sets of"]}, "vitals.1"),
    ({"sedation": [{"moaas": 6}]}, "sedation.0.moaas"),
    ({"sedation": [{"moaas": -1}]}, "sedation.0.moaas"),
    ({"sedation": [{"moaas": 4.5}]}, "sedation.0.moaas"),
    ({"presence": [{"role": 7}]}, "presence.0.role"),
    ({"presence": [{"mode": "video"}]}, "presence.0.mode"),
    ({"plan": {"routes": "im"}}, "plan.routes"),
    ({"plan": {"routes": ["im", "skin"]}}, "plan.routes.1"),
    ({"plan": {"doses": [{"duration_min": -1}]}}, "plan.doses.0.duration_min"),
    ({"protocol": {"ceiling_mg_per_kg": {"skin": 1}}}, "protocol.ceiling_mg_per_kg"),
    ({"protocol": {"ceiling_mg_per_kg": {"im": "x"}}}, "protocol.ceiling_mg_per_kg.im"),
    ({"protocol": {"ceiling_mg_per_kg": [1]}}, "protocol.ceiling_mg_per_kg"),
    ([], "facts"),
    ("knai", "facts"),
]


@pytest.mark.parametrize("facts, field", REFUSED)
def test_what_cannot_be_read_is_refused_by_name(facts, field):
    with pytest.raises(Malformed) as wrong:
        assess("start", NOW, facts)
    assert wrong.value.field == field
    assert str(wrong.value).startswith(f"{field}: ")


def test_a_refusal_repeats_nothing_of_the_patient():
    with pytest.raises(Malformed) as wrong:
        assess("start", NOW, {"session": {"purpose": "Jane Invented"}})
    assert "Jane" not in str(wrong.value)


@pytest.mark.parametrize(
    "question, field",
    [
        ({"gate": "door"}, "gate"),
        ({"now": "2026-03-02T10:00:00"}, "now"),
        ({"now": None}, "now"),
        ({"now": "2026-03-02T10:00:00.0000009Z"}, "now"),
        ({"tz": "Mars/Olympus"}, "tz"),
        ({"tz": "../etc/passwd"}, "tz"),
        ({"tz": 1}, "tz"),
        ({"tz": ""}, "tz"),
        ({"tz": "localtime"}, "tz"),  # known to many a computer, but to no list of zones
        ({"tz": "posix/Europe/Berlin"}, "tz"),
        ({"tz": "europe/berlin"}, "tz"),
        ({"edition": "2018"}, "edition"),
        ({"edition": ""}, "edition"),
        ({"edition": 2020}, "edition"),
    ],
)
def test_the_question_itself_is_read_as_strictly(question, field):
    asked = {"gate": "start", "now": NOW, "facts": {}} | question
    with pytest.raises(Malformed) as wrong:
        assess(**asked)
    assert wrong.value.field == field


JSON_FORM = {
    "session": {"purpose": "knai"},
    "screening": {"performed_on": "2026-03-02"},
    "doses": [{"route": "im", "start": "2026-03-02T11:00:00+01:00", "mg_per_kg": "0.5"}],
    "vitals": [{"at": "2026-03-02T09:30:00Z", "sbp": 120, "dbp": 80, "hr": 70, "spo2": 98}],
    "plan": {"routes": ["im"], "doses": []},
    "medications": {"status": None},
}
CET = timezone(timedelta(hours=1))
IN_PROCESS = {
    "session.purpose": "knai",
    "screening": {"performed_on": date(2026, 3, 2)},
    "doses": ({"route": "im", "start": datetime(2026, 3, 2, 11, tzinfo=CET), "mg_per_kg": Decimal("0.5")},),
    "vitals": [{"at": NOW - timedelta(minutes=30), "sbp": 120.0, "dbp": "80", "hr": 70, "spo2": Decimal(98)}],
    "plan.routes": ("im",),
}  # fmt: skip


@pytest.mark.parametrize("gate", GATES)
def test_json_and_in_process_forms_say_the_same(gate):
    now = NOW + timedelta(hours=1)
    as_json, in_process = assess(gate, now, JSON_FORM), assess(gate, now, IN_PROCESS)
    for one, other in zip(as_json, in_process, strict=True):
        assert (one.verdict, one.effect) == (other.verdict, other.effect)


TWO_AT_ONCE = [
    {"at": NOW, "sbp": 120, "dbp": 80, "hr": 70, "spo2": 98},
    {"at": NOW, "sbp": 150, "dbp": 80, "hr": 70, "spo2": 98},
    {"at": NOW - timedelta(minutes=5), "sbp": 130, "dbp": 80, "hr": 70, "spo2": 98},
    {"sbp": 110, "dbp": 80, "hr": None, "spo2": 98},
]
IN_ORDER = [
    ({"vitals": TWO_AT_ONCE}, "vitals", [110, 130, 120, 150]),
    (
        {"presence": [{"role": "b", "from": NOW}, {"role": "a", "from": NOW}]},
        "presence",
        ["a", "b"],
    ),
    ({"doses": [{"route": "im", "start": NOW}, {"route": "oral"}]}, "doses", ["oral", "im"]),
    ({"plan": {"routes": ["oral", "im"]}}, "plan.routes", ["im", "oral"]),
]


@pytest.mark.parametrize("facts, name, wanted", IN_ORDER)
def test_lists_are_read_in_one_order_however_they_come(facts, name, wanted):
    head, _, part = name.partition(".")
    backwards = {head: facts[head][::-1]} if not part else {head: {part: facts[head][part][::-1]}}
    for each in (facts, backwards):
        found = read_facts(each).given[name]
        assert [item if part else next(iter(item.values())) for item in _signs(found)] == wanted


def _signs(items):
    return [
        {"sbp": item["sbp"]} if isinstance(item, dict) and "sbp" in item else item for item in items
    ]


LATER = NOW + timedelta(minutes=1)
ONE_FORM = {
    "as monitors give them": [WHOLE_SET, WHOLE_SET | {"at": LATER, "sbp": 110}],
    "without the rate": [NO_RATE, NO_RATE | {"at": LATER, "dbp": 70}],
    "the later one first": [NO_RATE | {"at": LATER}, NO_RATE],
    "two at once": [WHOLE_SET | {"hr": 90}, WHOLE_SET, WHOLE_SET | {"at": LATER}],
    "times as text": [WHOLE_SET | {"at": NOW.isoformat()}, WHOLE_SET | {"at": LATER.isoformat()}],
    "decimals": [WHOLE_SET | {"sbp": "120.5"}, WHOLE_SET | {"at": LATER, "sbp": Decimal(120)}],
    "one sign missing": [WHOLE_SET, WHOLE_SET | {"at": LATER, "spo2": None}],
    "one time missing": [WHOLE_SET | {"at": None}, WHOLE_SET],
    "one without time and sign": [WHOLE_SET | {"at": None, "hr": None}, WHOLE_SET],
    "no rate measured": [WHOLE_SET | {"rr": None}, WHOLE_SET | {"at": LATER, "rr": None}],
    "nothing in any": [dict.fromkeys(WHOLE_SET), dict.fromkeys(WHOLE_SET)],
}


@pytest.mark.parametrize("form", ONE_FORM)
def test_sets_read_at_once_are_the_sets_read_part_by_part(form):
    at_once = read_facts({"vitals": ONE_FORM[form]})
    one_by_one = read_facts({"vitals": [*ONE_FORM[form], {}]})  # another form among them
    both = [
        [list(sets.times), [list(values) for values in sets.signs], sets.unplaced]
        for sets in (at_once.get("vitals"), one_by_one.get("vitals"))
    ]
    assert both[0] == both[1]
    assert at_once.given["vitals"] == [one for one in one_by_one.given["vitals"] if one]


def test_only_sets_with_all_four_signs_count():
    sets = read_facts({"vitals": [*ONE_FORM["one sign missing"], NO_RATE | {"at": None}]}).get(
        "vitals"
    )
    assert (list(sets.times), [list(values) for values in sets.signs]) == (
        [read_instant(NOW, "at")],
        [[120], [80], [70], [98]],
    )
    assert sets.unplaced == 1


@pytest.mark.parametrize("sign", ["sbp", "dbp", "hr", "spo2"])
@pytest.mark.parametrize("form", [NO_RATE, WHOLE_SET])
def test_a_set_that_lacks_its_time_and_a_sign_is_not_looked_for(form, sign):
    sets = read_facts({"vitals": [form | {"at": None, sign: None}, form | {"at": None}]}).get(
        "vitals"
    )
    assert (list(sets.times), sets.unplaced) == ([], 1)


@pytest.mark.parametrize(
    "since, until, times, latest",
    [
        (0, 9, [1, 3, 3, 5], [50]),
        (1, 5, [1, 3, 3, 5], [50]),  # both ends included
        (2, 4, [3, 3], [30, 31]),  # of one instant
        (3, 3, [3, 3], [30, 31]),
        (4, 4, [], []),
        (6, 9, [], []),
        (-9, 0, [], []),
        (5, 1, [], []),  # ends before it begins
    ],
)
def test_sets_are_found_by_their_time(since, until, times, latest):
    sets = Sets([1, 3, 3, 5], [[10, 30, 31, 50]] + [[7, 7, 7, 7]] * 3, 0)
    assert list(sets.between(since, until)) == times
    assert [one[1] for one in sets.latest(since, until)] == latest


def test_null_reads_as_not_recorded():
    said = {
        "doses": [{"route": "im", "start": NOW, "end": None}],
        "baseline": None,
        "departure": {"at": None},
    }
    assert read_facts(said).read == read_facts({"doses": [{"route": "im", "start": NOW}]}).read
    ceilings = {"protocol": {"ceiling_mg_per_kg": {"im": 1, "oral": None}}}
    assert read_facts(ceilings).get("protocol.ceiling_mg_per_kg") == {"im": 1}


def test_an_empty_list_reads_as_a_missing_one():
    for empty in ([], ()):
        facts = {"doses": empty, "system": {"routes_offered": empty}}
        assert read_facts(facts).read == {}


@pytest.mark.parametrize("three", [3, 3.0, Decimal("3.0"), Decimal("3e0")])
def test_a_whole_number_may_be_written_with_a_point(three):
    facts = {"course": {"prior_administrations": three}, "sedation": [{"moaas": three}]}
    read = read_facts(facts)
    for number in (read.get("course.prior_administrations"), read.items("sedation")[0]["moaas"]):
        assert (number, type(number)) == (3, int)


@pytest.mark.parametrize("written", ["10:00:00.123456", "10:00:00.1234560", "10:00:00.123456000"])
def test_noughts_after_microseconds_say_nothing_finer(written):
    assert read_instant(f"2026-03-02T{written}Z", "at") % 1_000_000 == 123_456


def test_what_the_standard_does_not_judge_may_be_anything():
    free = {
        "history.author_role": "nurse",
        "protocol.version": 3,
        "medications.items": [{"rxnorm": "6130"}],
    }
    assert dict(read_facts(free).given) == free


def test_facts_read_once_serve_every_gate():
    known = read_facts(JSON_FORM)
    assert assess("during", NOW, known) == assess("during", NOW, JSON_FORM)


def test_a_finding_shows_the_facts_with_their_times_and_what_is_missing():
    consent = assess("start", NOW, {"consent": {"signed_at": "2026-03-02T09:00:00Z"}})[10]
    assert consent.facts == {
        "consent.signed_at": "2026-03-02T09:00:00Z",
        "consent.signed_by": None,
        "consent.refused": None,
        "doses": None,
        "departure.type": None,
    }


def test_of_a_list_a_finding_shows_the_part_it_reads():
    people = [{"role": "physician", "licensed": True}, {"role": "psychotherapist"}]
    provider = assess("start", NOW, {"presence": people})[21]
    assert sorted(provider.facts["presence.role"]) == ["physician", "psychotherapist"]
    assert None in provider.facts["presence.licensed"]


def test_a_finding_names_its_edition_and_who_stands_behind_it():
    finding = assess("start", NOW, {})[0]
    assert (finding.clause, finding.edition, finding.adopted) == ("KNAI-1", "2020", False)
    assert finding.origin == "interpretation"
    assert finding.quote.startswith("KNAI is fundamentally different")
    assert finding.key == "KNAI-1.cannot_tell_yet.otherwise"


def test_a_finding_becomes_json():
    told = [finding.as_json() for finding in assess("after", NOW + timedelta(days=1), IN_PROCESS)]
    assert json.loads(json.dumps(told)) == told
    baseline = told[17]
    assert baseline["verdict"] == "met"
    assert baseline["values"]["base_at"] == "2026-03-02T09:30:00+00:00"
    gap = told[18]
    assert gap["values"]["longest_gap_us"] == 60
    assert gap["facts"]["doses"][0]["mg_per_kg"] == "0.5"


def test_a_verdict_is_neither_yes_nor_no():
    for verdict in Verdict:
        with pytest.raises(TypeError):
            bool(verdict)
    assert Verdict.MET == "met"
    assert Effect("hard_stop") is Effect.HARD_STOP


def test_a_document_is_answered_in_the_fixed_form():
    question = {
        "gate": "start",
        "now": "2026-03-02T10:00:00Z",
        "facts": JSON_FORM,
        "tz": "Europe/Berlin",
    }
    answer = assess_document(question)
    assert answer.keys() == {"edition", "gate", "findings"}
    assert (answer["edition"], answer["gate"], len(answer["findings"])) == ("2020", "start", 28)
    for finding in answer["findings"]:
        assert finding.keys() == {"clause", "verdict", "effect", "because", "facts"}
    assert json.loads(json.dumps(answer)) == answer


@pytest.mark.parametrize(
    "bad, says",
    [
        ([], "wanted an object"),
        ({"gate": "start", "facts": {}}, "now: missing"),
        ({"gate": "start", "now": "2026-03-02T10:00:00Z"}, "facts: missing"),
        ({"now": "2026-03-02T10:00:00Z", "facts": {}}, "gate: missing"),
        ({"gate": "start", "now": "2026-03-02T10:00:00Z", "facts": {}, "edition": "2018"}, "edition: "),
        ({"gate": "start", "now": "2026-03-02T10:00:00Z", "facts": {}, "who": 1}, "who: no such key"),
        (
            {"gate": "start", "now": NOW.isoformat(), "facts": {}, "policy": {"charting_grace_min": 9}},
            "charting_grace_min: 9 is looser",
        ),
    ],
)  # fmt: skip
def test_a_bad_question_of_a_list_answers_why_in_its_place(bad, says):
    good = {"gate": "start", "now": "2026-03-02T10:00:00Z", "facts": {}}
    first, error, last = assess_document([good, bad, good])
    assert first == last == assess_document(good)
    assert list(error) == ["error"]
    assert says in error["error"]


def test_a_policy_and_a_zone_are_heard():
    question = {
        "gate": "start",
        "now": "2026-03-02T23:30:00Z",
        "tz": "Europe/Berlin",
        "facts": {
            "screening": {"performed_on": "2026-03-03"},
            "vitals": [{"at": "2026-03-02T23:00:00Z", "sbp": 120, "dbp": 80, "hr": 70, "spo2": 98}],
        },
        "policy": {"baseline_max_age_min": 29},
        "edition": "2020",
    }
    findings = assess_document(question)["findings"]
    assert (findings[1]["verdict"], findings[17]["verdict"]) == ("met", "cannot_tell_yet")


@pytest.mark.parametrize("edge", ["0001-01-01T00:00:00", "9999-12-31T23:59:59.999999"])
@pytest.mark.parametrize("hours", [-12, 0, 14])
def test_the_ends_of_the_calendar_are_no_trap(edge, hours):
    at = datetime.fromisoformat(edge).replace(tzinfo=timezone(timedelta(hours=hours)))
    facts = {"doses": [{"route": "im", "start": at}], "consent": {"signed_at": at}}
    for tz in ("UTC", "Pacific/Auckland", "America/Los_Angeles"):
        assert len(assess("after", at, facts, tz=tz)) == 28


def test_an_instant_survives_the_way_there_and_back():
    at = datetime(2026, 3, 2, 10, 0, 0, 123457, tzinfo=CET)
    assert moment(read_instant(at, "at"), CET) == at
    assert moment(-(2**62), CET).year == 1
    assert moment(2**62, CET).year == 9999
