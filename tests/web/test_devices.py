"""Monitors and the quarantine: what was not charted can be explained, mapped, read again or let go."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

import knai
from knai.kit.clock import now
from knai.kit.models import AuditEntry
from knai.practice.actions.devices import attach
from knai.practice.models import Device, DeviceSample, QuarantineItem, RawMessage
from knai.web.devices.words import REASONS

pytestmark = pytest.mark.django_db
NEW = {"name": "Monitor 2", "key": "BED-2", "dialect": "pcd01", "zone": "", "cuff": "default"}


@pytest.fixture
def held(cast):
    """A heart rate under a code that Monitor 1's mapping does not know, sent while it was on Mara."""
    session = cast.make_session(cast.patient, state="dosing", first_dose_at=now())
    attach(by=cast.actor("nadia"), device_id=cast.monitor.pk, session_id=session.pk)
    at = (now() + timedelta(seconds=1)).strftime("%Y%m%d%H%M%S+0000")
    raw = RawMessage.objects.create(
        clinic=cast.clinic,
        device=cast.monitor,
        received_at=now(),
        body="\r".join(
            [
                f"MSH|^~\\&|BED-1||KNAI||{at}||ORU^R01^ORU_R01|7|P|2.6",
                "PID|||H-1001",
                f"OBR|1|||X|||{at}",
                f"OBX|1|NM|0000-9^Pulse^LN||71|/min^^UCUM|||||F|||{at}",
            ]
        ).encode(),
    )
    return QuarantineItem.objects.create(
        clinic=cast.clinic,
        device=cast.monitor,
        raw=raw,
        obx=1,
        reason="unknown_code",
        detail="0000-9 LN",
        created_at=now(),
        last_at=now(),
    )


@pytest.mark.parametrize(
    "who, change, status",
    [
        ("nadia", {}, 302),
        ("olga", {}, 302),
        ("ruth", {}, 403),
        ("otto", {}, 404),
        ("nadia", {"key": ""}, 422),
        ("nadia", {"key": "BED-1"}, 422),  # known already
        ("nadia", {"zone": "Mars/Olympus"}, 422),
        ("nadia", {"dialect": "telepathy"}, 422),
    ],
)
def test_add_a_monitor(client, cast, who, change, status):
    assert cast.monitor.key == "BED-1"
    client.force_login(getattr(cast, who))
    assert client.post("/clinic/harbour/devices/new/", NEW | change).status_code == status
    assert Device.objects.filter(key="BED-2").exists() is (status == 302)


def test_a_changed_rule_is_kept_with_the_monitor(client, cast):
    client.force_login(cast.nadia)
    url = f"/clinic/harbour/devices/{cast.monitor.pk}/"
    change = {"dialect": "loinc", "zone": "America/New_York", "cuff": "on_change"}
    assert client.post(url, change).status_code == 302
    cast.monitor.refresh_from_db()
    assert cast.monitor.mapping == change


def test_the_quarantine_says_why_and_what_to_do(client, cast, held):
    client.force_login(cast.nadia)
    page = client.get("/clinic/harbour/quarantine/").content.decode()
    assert "a code nobody has mapped" in page and "0000-9 LN" in page
    assert 'value="0000-9"' in page and 'value="LN"' in page  # the form is filled already


def test_saying_what_a_code_means_charts_what_was_held(client, cast, held):
    client.force_login(cast.nadia)
    form = {
        "item": held.pk, "what": "code", "system": "LN", "code": "0000-9", "vital": "hr", "kind": "",
    }  # fmt: skip
    url = f"/clinic/harbour/devices/{cast.monitor.pk}/remap/"
    answer = client.post(url, form)
    assert answer.status_code == 302, answer.content.decode()[-1500:]
    assert list(DeviceSample.objects.values_list("code", "value")) == [("hr", 71.0)]
    held.refresh_from_db()
    assert held.settled_how == "replayed"
    assert client.post(url, form).status_code == 302
    assert DeviceSample.objects.count() == 1  # read again twice, charted once


@pytest.mark.parametrize("change", [{"vital": "luck"}, {"code": ""}, {"item": "x"}, {"item": []}])
def test_a_meaning_that_is_none_is_refused(client, cast, held, change):
    client.force_login(cast.nadia)
    form = {
        "item": held.pk,
        "what": "code",
        "system": "LN",
        "code": "0000-9",
        "vital": "hr",
    } | change
    url = f"/clinic/harbour/devices/{cast.monitor.pk}/remap/"
    assert client.post(url, form).status_code == 422
    assert DeviceSample.objects.count() == 0


def test_discarding_settles_and_keeps_the_raw_message(client, cast, held):
    client.force_login(cast.nadia)
    client.post("/clinic/harbour/quarantine/discard/", {"item": held.pk})
    held.refresh_from_db()
    assert (held.settled_how, held.settled_by) == ("discarded", cast.nadia)
    assert RawMessage.objects.count() == 1


@pytest.mark.parametrize("who, status", [("nadia", 200), ("ruth", 403), ("otto", 404)])
def test_a_raw_message_is_shown_and_the_look_is_on_record(client, cast, held, who, status):
    client.force_login(getattr(cast, who))
    assert client.get(f"/clinic/harbour/quarantine/{held.pk}/").status_code == status
    looked = AuditEntry.objects.filter(verb="quarantine.read").count()
    assert looked == (status == 200)


def test_another_clinics_quarantine_is_empty(client, cast, held):
    client.force_login(cast.otto)
    assert "Nothing is held back" in client.get("/clinic/hill/quarantine/").content.decode()
    client.post("/clinic/hill/quarantine/discard/", {"item": held.pk})
    held.refresh_from_db()
    assert held.settled_at is None


def test_every_reason_of_the_code_has_words_and_a_remedy():
    """A reason is a literal beside `withhold`, `Withheld`, `Quarantined` or in `why_not`."""
    code = "".join(
        path.read_text("utf-8")
        for folder in ("interop/hl7v2", "practice/live")
        for path in (Path(knai.__file__).parent / folder).glob("*.py")
    )
    found = set(re.findall(r'(?:withhold|Withheld|Quarantined)\(\s*"([a-z_]+)"', code))
    found |= set(re.findall(r'"([a-z]+_(?:device|differs|attachment|mapping))"', code))
    assert {"no_time", "unknown_code", "unknown_device", "patient_differs"} <= found
    assert found - set(REASONS) == set()
