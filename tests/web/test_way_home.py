"""The way home: planned at booking, asked at check-in, true at discharge."""

import pytest

from knai.kit.clock import set_to
from knai.practice import entries as e
from knai.practice.models import ChartEntry
from tests.practice.world import NOON, minutes, recovering, write

pytestmark = pytest.mark.django_db


def url(cast, where):
    return f"/clinic/harbour/sessions/{cast.session.pk}/{where}/"


def test_what_was_arranged_stands_at_check_in_to_be_asked_again(client, cast):
    planned = e.Transport(
        stage="planned", mode="ride_service", escort_name="Ida Rosen", escort_phone="0171 555"
    )
    with set_to(NOON):
        write(cast, planned, session=cast.session)
        client.force_login(cast.fred)
        page = client.get(url(cast, "check-in")).content.decode()
    assert 'value="Ida Rosen"' in page and 'value="0171 555"' in page
    assert "checked" in page.split('value="ride_service"')[1].split(">")[0]


def leave_with(client, cast, **posted):
    values = {"stage": "actual", "mode": "escort", "escort_name": "Otto Rosen"} | posted
    return client.post(url(cast, "transport"), values | {"gate": "discharge"})


def test_at_discharge_it_is_said_how_it_was_and_that_it_is_another(client, cast):
    recovering(cast)
    with set_to(minutes(75)):
        client.force_login(cast.nadia)
        page = client.get(url(cast, "discharge")).content.decode()
        assert "Way home, planned" in page and "not said yet" in page
        leave_with(client, cast, arrived="13:13", adult="on", signed_name="O. Rosen")
        page = client.get(url(cast, "discharge")).content.decode()
    body = ChartEntry.objects.filter(kind="transport").latest("recorded_at").body
    assert (body["signed_name"], body["escort_is_adult"]) == ("O. Rosen", True)
    assert body["escort_arrived_at"].startswith("2026-11-23T13:13")
    assert "with Otto Rosen, an adult, signed by O. Rosen" in page


@pytest.mark.parametrize("arrived, kept", [("", True), ("13:10", True), ("soon", False)])
def test_a_time_that_is_none_is_asked_again(client, cast, arrived, kept):
    recovering(cast)
    with set_to(minutes(75)):
        client.force_login(cast.nadia)
        before = ChartEntry.objects.filter(kind="transport").count()
        leave_with(client, cast, arrived=arrived)
    assert (ChartEntry.objects.filter(kind="transport").count() > before) is kept


@pytest.mark.parametrize(
    "planned, actual, changed",
    [
        (("escort", "Ida"), ("escort", "ida"), False),
        (("escort", "Ida"), ("escort", "Otto"), True),
        (("escort", ""), ("escort", "Otto"), False),  # nobody had been named
        (("ride_service", ""), ("escort", "Otto"), True),
        (("escort", "Ida"), None, False),
    ],
)
def test_another_way_than_planned_is_seen(planned, actual, changed):
    from knai.practice.way_home import WayHome

    def made(stage, values):
        return e.Transport(stage=stage, mode=values[0], escort_name=values[1]) if values else None

    assert WayHome(made("planned", planned), made("actual", actual)).changed is changed
