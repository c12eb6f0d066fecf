"""Every page as nurse and front desk meet it: read by anybody, at any width, in the light and the dark."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.browser.conftest import axe_problems, log_in, tablet

WIDTHS = (360, 820, 1440)
CLINIC = "/clinic/seaside/"
TODAY = f"{datetime.now(UTC):%Y-%m-%d}"
PLACES = ("board/", "day/", "day/ahead/", "schedule/", "schedule/?view=day", "schedule/?by=staff",
          "schedule/book/", "schedule/waiting/", "schedule/calendars/",
          "patients/", "patients/new/", "roster/", "devices/", "devices/new/",
          "quarantine/", "protocols/", "plans/", f"sheets/{TODAY}/", "work/", "safety/",
          "end-of-day/")  # fmt: skip
# {n}: the session in chair n of the demonstration; 1 and 2 are dosed, 3 is not yet, 4 recovers
SESSIONS = ("{1}", "{2}", "{4}", "{3}start/", "{1}dose/", "{4}discharge/", "{1}check-in/", "{1}monitor/",
            "{1}entries/", "{2}ambulance/", "{2}papers/", "{1}work-up/consent/", "{1}work-up/history/",
            "{1}work-up/interaction_review/", "{1}note/", "{1}call/", "{1}late-event/")  # fmt: skip
# pages of the first patient of the list
CHART_PAGES = ("", "timeline/", "timeline/?group=given", "conditions/", "conditions/?q=depress", "screening/",
               "histories/", "histories/write/history/", "histories/write/physical/", "medicines/",
               "medicines/list/", "medicines/allergies/", "medicines/reconcile/", "medicines/interactions/",
               "identity/", "notes/", "death/", "measure/weight/", "measure/pregnancy/", "contacts/new/",
               "link/", "courses/", "consents/", "documents/", "papers/", "team/", "book/")  # fmt: skip
CHARTS = ("vitals", "sedation", "adverse_event", "medicine", "note", "effect", "support", "iv_attempt",
          "off_monitor", "pump_settings", "consent_withdrawn", "handover")  # fmt: skip
NURSE = (*PLACES, *SESSIONS, *(f"{{1}}chart/{kind}/" for kind in CHARTS))
OWNER = ("people/", "people/invite/", "clinic/", "clinic/policy/", "switch/", "pin/", "imports/", "records/",
         "records/retention/", "records/settings/", "records/export/")  # fmt: skip
# {p}: the first patient; "list > one": the first that the list leads to by such an address
PRESCRIBER = ("protocols/new/", "plans/", "forms/", "forms/new/", "{p}courses/new/", "{p}papers/packet/",
              "{p}papers/export/", "{p}papers/request/", "{p}papers/letter/referral_letter/",
              "{p}papers/letter/course_letter/", "{4}papers/superbill/", "{4}plan/", "{4}papers/",
              "protocols/ > /protocols/0", "forms/ > /forms/0", "{p}courses/ > /courses/0",
              "schedule/ > /visits/0")  # fmt: skip
FRONT_DESK = ("board/", "day/", "day/ahead/", "schedule/", "schedule/book/",
              "patients/", "patients/new/", "roster/", "work/")  # fmt: skip


def person_at(browser, demo, role: str):
    with tablet(browser, demo.url) as page:
        log_in(page, role)
        page.wait_for_url("**/board/")
        yield page


@pytest.fixture(scope="module")
def nurse(browser, demo):
    yield from person_at(browser, demo, "nurse")


@pytest.fixture(scope="module")
def front_desk(browser, demo):
    yield from person_at(browser, demo, "front_desk")


@pytest.fixture(scope="module")
def owner(browser, demo):
    """The owner of two clinics chooses one first."""
    with tablet(browser, demo.url) as page:
        log_in(page, "owner")
        page.get_by_role("link", name="Seaside").wait_for()
        yield page


@pytest.fixture(scope="module")
def chairs(nurse) -> dict[str, str]:
    """Chair number → address of its session."""
    nurse.locator("a.tile-chair").nth(3).wait_for()
    links = nurse.locator("a.tile-chair")
    return {link.inner_text()[-1]: link.get_attribute("href") for link in links.all()}


def open_page(page, where: str, chairs: dict[str, str]) -> None:
    address = f"{CLINIC}{where}"
    for number, path in chairs.items():
        if f"{{{number}}}" in where:
            address = where.replace(f"{{{number}}}", path)
    page.set_viewport_size({"width": WIDTHS[-1], "height": 900})
    page.emulate_media(color_scheme="light")
    assert page.goto(address).status == 200


def look_at(page) -> list[str]:
    """Everything that is wrong with the page as it stands."""
    problems = axe_problems(page)
    page.emulate_media(color_scheme="dark")
    problems += [f"dark: {each}" for each in axe_problems(page, only="color-contrast")]
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        problems += sideways(page, width)
    return problems


def sideways(page, width: int) -> list[str]:
    """A chart takes a moment to find its new width."""
    try:
        page.wait_for_function(
            "w => document.documentElement.scrollWidth <= w", arg=width, timeout=2000
        )
    except PlaywrightTimeout:
        return [f"scrolls sideways at {width}"]
    return []


@pytest.mark.parametrize("where", NURSE)
def test_a_nurse_can_read_it(nurse, chairs, where):
    open_page(nurse, where, chairs)
    assert look_at(nurse) == []


@pytest.mark.parametrize("where", OWNER)
def test_an_owner_can_read_it(owner, where):
    open_page(owner, where, {})
    assert look_at(owner) == []


def test_a_person_and_their_credentials_can_be_read(owner):
    open_page(owner, "people/", {})
    person = owner.locator("table th a").nth(1).get_attribute("href")
    for address in (person, f"{person}credentials/"):
        owner.set_viewport_size({"width": WIDTHS[-1], "height": 900})
        owner.emulate_media(color_scheme="light")
        assert owner.goto(address).status == 200
        assert look_at(owner) == []


def test_hands_are_changed_by_pin_and_each_finds_their_own_words(browser, demo):
    from tests.browser.conftest import PIN

    with tablet(browser, demo.url) as page:
        log_in(page, "nurse")
        page.wait_for_url("**/board/")
        page.locator("a.tile-chair").first.click()
        page.wait_for_url("**/sessions/**")
        note = f"{page.url.rstrip('/')}/chart/note/"
        page.goto(note)
        page.locator("textarea").first.fill("half a sentence")
        for name, words in (("Nils Invented", ""), ("Noor Invented", "half a sentence")):
            page.get_by_role("link", name="Switch").click()
            page.locator("summary", has_text=name).click()
            page.get_by_label(f"PIN of {name}").fill(PIN)
            page.get_by_role("button", name=f"Go on as {name}").click()
            page.wait_for_url(note)
            assert name in page.locator(".site-who").inner_text()
            assert page.locator("textarea").first.input_value() == words


@pytest.fixture(scope="module")
def patient(nurse) -> str:
    """The address of the first patient's chart."""
    nurse.goto(f"{CLINIC}patients/")
    return nurse.locator("tbody th a").first.get_attribute("href")


@pytest.mark.parametrize("page", CHART_PAGES)
def test_a_nurse_can_read_a_chart(nurse, chairs, patient, page):
    open_page(nurse, f"{patient.removeprefix(CLINIC)}{page}", chairs)
    assert look_at(nurse) == []


@pytest.fixture(scope="module")
def prescriber(browser, demo):
    yield from person_at(browser, demo, "prescriber")


@pytest.mark.parametrize("where", PRESCRIBER)
def test_a_prescriber_can_read_it(prescriber, chairs, patient, where):
    listed, _, kind = where.partition(" > ")
    open_page(prescriber, listed.replace("{p}", patient.removeprefix(CLINIC)), chairs)
    if kind:
        one = prescriber.locator(f"main a[href*='{kind}']").first.get_attribute("href")
        open_page(prescriber, one.removeprefix(CLINIC), {})
    assert look_at(prescriber) == []


@pytest.mark.parametrize("what", ["", "move/", "cancel/"])
def test_the_front_desk_can_read_a_visit(front_desk, what):
    open_page(front_desk, "schedule/", {})
    visit = front_desk.locator("main a[href*='/visits/']").last.get_attribute("href")
    open_page(front_desk, f"{visit.removeprefix(CLINIC)}{what}", {})
    assert look_at(front_desk) == []


@pytest.mark.parametrize("where", FRONT_DESK)
def test_the_front_desk_can_read_it(front_desk, chairs, where):
    open_page(front_desk, where, chairs)
    assert look_at(front_desk) == []
    assert front_desk.locator("main a[href*='/sessions/']:not([href*='check-in'])").count() == 0


@pytest.mark.parametrize("where", ["{1}", "{3}start/", "{4}discharge/", "day/"])
def test_the_tab_key_reaches_every_action(nurse, chairs, where):
    open_page(nurse, where, chairs)
    wanted = nurse.evaluate(
        """[...document.querySelectorAll('a[href], button, summary, input, textarea, select, [tabindex="0"]')]
           .filter(e => e.checkVisibility({checkVisibilityCSS: true}) && !e.disabled && e.type !== 'hidden'
                        && !e.closest('dialog') && e.type !== 'radio')
           .map((e, i) => { e.dataset.tabTest = i; return i; }).length"""
    )
    nurse.evaluate("document.activeElement.blur(); window.getSelection().removeAllRanges()")
    reached = set()
    for _ in range(wanted + 15):
        nurse.keyboard.press("Tab")
        reached.add(nurse.evaluate("document.activeElement.dataset.tabTest ?? null"))
    missed = nurse.evaluate(
        "(seen) => [...document.querySelectorAll('[data-tab-test]')]"
        ".filter(e => !seen.includes(e.dataset.tabTest)).map(e => e.outerHTML.slice(0, 120))",
        [each for each in reached if each is not None],
    )
    assert missed == []


def test_vitals_are_charted_without_javascript(browser, ward, ward_page):
    """A plain form, a plain post, the session screen in answer."""
    state = ward_page.context.storage_state()
    chair = 3
    with tablet(browser, ward.server.url, java_script_enabled=False, storage_state=state) as page:
        page.goto(ward.path(chair, "check-in/"))
        page.get_by_role("button", name="Check in").click()
        page.goto(ward.path(chair, "chart/vitals/"))
        for label, value in (("Systolic", "118"), ("Diastolic", "76"), ("Heart rate", "64"),
                             ("SpO₂", "98"), ("Resp. rate", "14")):  # fmt: skip
            page.get_by_label(label, exact=False).first.fill(value)
        page.get_by_role("button", name="Chart vitals").click()
        assert page.url.endswith(ward.path(chair))
        page.get_by_text("BP 118/76 · HR 64 · SpO₂ 98 % · RR 14").first.wait_for()
        page.goto(ward.path(chair, "start/"))
        page.locator("#check-suicide_screen").get_by_role(
            "button", name="Negative", exact=True
        ).click()
        page.locator("#check-suicide_screen[data-verdict=met]").wait_for()
    assert ward.bodies(chair, "vitals")[0]["sbp"] == 118
    assert [each["answer"] for each in ward.bodies(chair, "check_answer")] == ["negative"]
