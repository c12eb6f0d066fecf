"""A clinic's day in the browser, each step by the person whose it is: from a name at the front desk to the
call of the day after.

The clinic is a new one: a chair, a monitor, a protocol and a form to sign, and nobody on site.
KNAI_SHOTS names a folder for a picture of each step and the papers that were made.
"""

from __future__ import annotations

import os
import re
from contextlib import ExitStack
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from tests.browser.bedside import Hands, Ward
from tests.browser.conftest import PIN, Server, log_in, tablet
from tests.browser.test_consent import NAME, draw
from tests.browser.test_journey import answer, check, post

HERE = "/clinic/seaside/"
NUMBER = 1  # of chair, monitor and patient
MRN = f"WARD-{NUMBER}"
WHO = "Runa Invented"
BECAUSE = "A biscuit with her tablets; the provider accepts it"
ADDED = "She asks for a blanket next time."


def half_past_eight() -> float:
    """Seconds until the next morning of the clinic at which the day begins."""
    now = datetime.now(ZoneInfo("America/New_York"))
    morning = (now + timedelta(days=1)).replace(hour=8, minute=31, second=0, microsecond=0)
    return (morning - now).total_seconds()


@pytest.fixture
def ward(tmp_path):
    (tmp_path / "clock").write_text(str(half_past_eight()), "ascii")
    server = Server(
        "tests.browser.ward", tmp_path, KNAI_WARD_CLOCK=str(tmp_path / "clock"), KNAI_WARD_GUESTS="0"
    )  # fmt: skip
    server.start()
    yield Ward(server)
    server.stop()


@pytest.fixture
def at_work(browser, ward):
    """Fay at the desk, Dr Pia and Noor, each before a tablet of their own."""
    with ExitStack() as open_tablets:
        people = {}
        for role in ("front_desk", "prescriber", "nurse"):
            page = open_tablets.enter_context(tablet(browser, ward.server.url))
            come_back(page, role)
            people[role] = page
        yield people
        for role, page in people.items():
            see(page, f"last-{role}")


def test_a_patient_from_the_first_call_to_the_call_after(ward, at_work):
    desk, prescriber, nurse = at_work["front_desk"], at_work["prescriber"], at_work["nurse"]
    hands = Hands(nurse)
    chart = add_the_patient(desk)
    work_her_up(prescriber, chart)
    open_a_course(prescriber, chart)
    visit = book(desk, chart)
    write_her_lists(nurse, chart)
    sign_the_consent(nurse, chart)
    let_her_in(desk, visit)
    the_start_is_refused(ward, hands)
    settle_it(ward, hands, nurse, chart)
    the_provider_accepts_a_short_fast(ward, prescriber)
    give(ward, hands)
    watch_and_stop(ward, hands)
    see_her_off(ward, hands)
    make_the_papers(ward, nurse)
    write_the_note(ward, nurse)
    the_day_is_open_and_then_closed(ward, nurse, desk, chart)
    the_next_day(ward, nurse)


# ------------------------------------------------------------------------------------- before the session
def add_the_patient(page: Page) -> str:
    """The address of her chart."""
    page.get_by_role("link", name="Patients", exact=True).click()
    page.get_by_role("link", name="New patient").first.click()
    for label, words in (("Given name", "Runa"), ("Family name", "Invented"), ("Born on", "1988-05-03"),
                         ("Telephone", "555 0123")):  # fmt: skip
        page.get_by_label(label).fill(words)
    page.get_by_label("Number (MRN)").fill(MRN)
    page.get_by_label("Sex").select_option("female")
    page.get_by_role("button", name="Add patient").click()
    page.wait_for_url(re.compile(r"/patients/[0-9a-f-]{36}/$"))
    see(page, "patient-is-added")
    return page.url


def work_her_up(page: Page, chart: str) -> None:
    screen_her(page, chart)
    diagnose(page, chart)
    for title in ("history", "physical"):
        take(page, f"{chart}histories/write/{title}/")


def screen_her(page: Page, chart: str) -> None:
    page.goto(chart)
    page.get_by_role("link", name="Screening", exact=True).click()
    for one in page.locator("fieldset:has(input[value=absent])").all():
        one.get_by_text("Absent", exact=True).click()
    page.get_by_role("button", name="Record the screening").click()
    expect(page.get_by_text("Screening recorded.")).to_be_visible()


def diagnose(page: Page, chart: str) -> None:
    page.get_by_role("link", name="Conditions", exact=True).click()
    page.get_by_label("Find a code by itself or by words").press_sequentially(
        "recurrent severe depress"
    )
    page.locator("#codes").get_by_role("link", name=re.compile("F33.2")).click()
    expect(page.get_by_label("Code (ICD-10-CM)")).to_have_value("F33.2")
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.get_by_text("Condition recorded.")).to_be_visible()
    see(page, "condition")


def take(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_label("The whole as dictated or typed").fill("Taken in full, dictated (invented).")
    for box in page.get_by_label(re.compile("The text above covers")).all():
        box.check()
    page.get_by_role("button", name="Sign").click()
    expect(page.get_by_text(re.compile(": signed."))).to_be_visible()


def open_a_course(page: Page, chart: str) -> None:
    page.goto(f"{chart}courses/")
    page.get_by_role("link", name="Open a course").click()
    page.locator("fieldset", has_text="What is treated").get_by_text("F33.2").click()
    page.get_by_label("Goal").fill("Sleeps through, walks the dog (invented)")
    page.get_by_role("button", name="Open the course").click()
    expect(page.get_by_text("No sessions yet")).to_be_visible()
    expect(page.get_by_text("0 of 6 sessions given")).to_be_visible()
    see(page, "course")


def book(page: Page, chart: str) -> str:
    """The first time that is free today, with people by name. The address of the visit."""
    page.goto(chart)
    page.get_by_role("link", name="Book a session").click()
    page.get_by_label("Stays with the patient").select_option("Noor Invented")
    page.get_by_label("Answers for the visit").select_option("Dr Pia Invented")
    page.get_by_role("button", name="Show free times").click()
    free_times(page).first.click()
    see(page, "booking")
    page.get_by_role("button", name="Book", exact=True).click()
    expect(page.get_by_text("Visit booked.")).to_be_visible()
    return page.url


def free_times(page: Page) -> Locator:
    times = page.get_by_role("region", name="Free times")
    return times.get_by_role("link", name=re.compile(r"^\d\d:\d\d$"))


def write_her_lists(page: Page, chart: str) -> None:
    page.goto(f"{chart}medicines/")
    page.get_by_role("link", name="Write the list").first.click()
    page.get_by_label("Name", exact=True).first.fill("sertraline")
    page.get_by_label("Dose", exact=True).first.fill("100 mg")
    page.get_by_role("button", name="Record").click()
    page.get_by_role("link", name="Write the list").click()  # of allergies; the other one stands
    page.get_by_label("No known allergies, asked today").check()
    page.get_by_role("button", name="Record").click()
    page.get_by_role("link", name="Review interactions").click()
    for pair in page.get_by_text("Looked at, settled").all():
        pair.click()
    page.get_by_text("None unresolved", exact=True).click()
    page.get_by_role("button", name="Record the review").click()
    expect(page.get_by_text("None serious is unresolved.")).to_be_visible()


# ------------------------------------------------------------------------------------------ consent, arrival
def sign_the_consent(page: Page, chart: str) -> None:
    """A dot is no signature; what was answered is still there when it is refused."""
    page.goto(f"{chart}consents/")
    expect(page.get_by_text("No consent to treatment stands")).to_be_visible()
    page.get_by_role("link", name=re.compile("Read and sign")).click()
    answer_the_form(page)
    draw(page, [[(0.5, 0.5)]])
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_text("too little ink to be a signature")).to_be_visible()
    expect(page.get_by_label("I have read this form")).to_be_checked()
    draw(page, NAME)
    see(page, "signature")
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_text("Consent to treatment stands")).to_be_visible()
    with page.expect_download() as coming:
        page.get_by_role("link", name=re.compile("Download")).first.click()
    assert WHO in text_of(Path(coming.value.path()).read_bytes(), "consent")


def answer_the_form(page: Page) -> None:
    page.get_by_label("I have read this form").check()
    for question in page.locator("fieldset", has_text="I may").all():
        wrong = "drive" in question.inner_text()
        question.get_by_text("Wrong" if wrong else "Right", exact=True).click()
    page.locator("fieldset", has_text="I understand").get_by_text("Yes", exact=True).click()


def let_her_in(page: Page, visit: str) -> None:
    """How she gets home, then that she is here, then checked in."""
    page.goto(visit)
    page.locator("form", has_text="Way home").get_by_text("Escort", exact=True).click()
    page.get_by_label("Who comes for them").fill("Emil Invented")
    page.get_by_label("Telephone").fill("555 0124")
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.get_by_text("Way home: noted.")).to_be_visible()
    page.get_by_role("link", name="Day", exact=True).click()
    page.get_by_role("button", name=of("Arrived", WHO)).click()
    expect(page.get_by_text("Arrived: noted.")).to_be_visible()
    see(page, "day")
    page.get_by_role("link", name=of("Check in", WHO)).click()
    page.get_by_label("Weight").fill("70")
    page.get_by_role("button", name="Check in").click()
    page.wait_for_url(lambda url: not url.endswith("/check-in/"))


# ------------------------------------------------------------------------------------------ the start gate
def the_start_is_refused(ward: Ward, hands: Hands) -> None:
    """Nobody is on site, no vital sign is taken, and the medicines are those of the first talk."""
    page = hands.page
    page.goto(ward.path(NUMBER, "start/"))
    expect(page.get_by_role("button", name="things hold the start")).to_be_disabled()
    for clause in ("KNAI-18", "KNAI-22"):
        expect(page.locator(f"#{clause}")).to_be_visible()
    assert post(page, ward.path(NUMBER, "start/walk/")) == 409
    assert post(page, ward.path(NUMBER, "dose/give/"), mg_per_kg="0.5") == 409
    assert ward.bodies(NUMBER, "gate_passed") == ward.bodies(NUMBER, "infusion_start") == []
    see(page, "start-is-refused")


def settle_it(ward: Ward, hands: Hands, page: Page, chart: str) -> None:
    page.get_by_role("link", name="On site", exact=True).click()
    for name in ("Dr Pia Invented", "Noor Invented", "Nils Invented"):
        page.get_by_role("button", name=of("Here", name)).click()
        expect(page.get_by_role("button", name=of("Left", name))).to_be_visible()
    page.goto(f"{chart}medicines/")
    page.get_by_role("link", name="Go through before a session").click()
    page.get_by_role("button", name="Nothing changed").click()
    ward.monitor(NUMBER)
    page.goto(ward.path(NUMBER, "start/"))
    page.get_by_role("link", name="put one on").click()
    hands.tap_monitor(NUMBER)
    page.wait_for_url("**/start/")
    ward.pass_time(2)
    page.reload()
    for title, said in (("Two identifiers", "Yes"), ("Pregnancy", "Negative test today"),
                        ("Change in health or medicines", "No change"),
                        ("Last ketamine of any kind", "Never"), ("Suicide screen", "Negative")):  # fmt: skip
        answer(hands, title, said)
    card = check(page, "Last food")
    card.get_by_text("Another time").click()
    card.get_by_label("Last food: time").fill(ward.clock(-50))
    card.get_by_role("button", name="Answer", exact=True).click()
    expect(card).to_contain_text("Too short ago")
    expect(page.get_by_role("button", name="1 thing holds the start")).to_be_disabled()


def the_provider_accepts_a_short_fast(ward: Ward, page: Page) -> None:
    page.goto(ward.path(NUMBER, "start/"))
    card = page.locator("#check-last_food")
    card.get_by_text("Go ahead all the same").click()
    card.get_by_label("Because").fill(BECAUSE)
    card.get_by_role("button", name="Override with this reason").click()
    expect(page.locator("#check-last_food")).to_contain_text("overridden")
    see(page, "override")


def give(ward: Ward, hands: Hands) -> None:
    page = hands.page
    page.reload()
    page.get_by_role("button", name="Go on: cannula and draw").click()
    expect(page.get_by_role("heading", name="at giving")).to_be_visible()
    answer(hands, "Two identifiers", "Yes")
    page.get_by_label("PIN of the second person").fill(PIN)
    page.get_by_role("button", name="Nils Invented").click()
    expect(page.get_by_role("button", name="Give now")).to_be_enabled()
    see(page, "start-is-met")
    page.get_by_role("button", name="Give now").click()
    page.wait_for_url(lambda url: not url.endswith("/start/"))
    assert ward.state(NUMBER) == "dosing"
    assert ward.bodies(NUMBER, "infusion_start")[0]["mg"] == "35"


# ------------------------------------------------------------------------------------------ the session
def watch_and_stop(ward: Ward, hands: Hands) -> None:
    """Every quarter of an hour she is looked at; after forty minutes the pump is off, and she stays on."""
    eaten_at = (ward.now - timedelta(minutes=50)).astimezone(ZoneInfo("America/New_York"))
    last_food = hands.page.locator("#panel-entries").get_by_text(re.compile("^Last food"))
    expect(last_food).to_contain_text(f"{eaten_at:, %H:}")  # by the clinic's clock, as it was typed
    for minutes in (1, 13, 14):
        look(ward, hands, minutes)
    see(hands.page, "dosing")
    ward.pass_time(12)
    hands.tap(hands.page.get_by_role("group", name="Chart").get_by_role("button", name="Stop"))
    expect(hands.page.locator("#panel-now .phase")).to_have_text("Recovery")
    for minutes in (14, 14, 14):
        look(ward, hands, minutes)


def look(ward: Ward, hands: Hands, after_min: float) -> None:
    before = len(ward.bodies(NUMBER, "sedation"))
    ward.pass_time(after_min)
    now = hands.page.locator("#panel-now")
    waiting = ward.unaccepted(NUMBER)
    sets = now.get_by_role("button", name="Accept")
    expect(sets).to_have_text("Accept" if waiting == 1 else f"Accept all {waiting}")
    hands.tap(sets)
    expect(sets).to_have_count(0)
    hands.tap(now.get_by_role("button", name=re.compile("Awake|As last")))
    expect(hands.page.get_by_text("Sedation charted")).to_be_visible()
    assert len(ward.bodies(NUMBER, "sedation")) == before + 1


def see_her_off(ward: Ward, hands: Hands) -> None:
    page = hands.page
    page.get_by_role("group", name="Chart").get_by_role("link", name="Discharge").click()
    expect(page.get_by_role("button", name="hold")).to_be_disabled()
    assert post(page, ward.path(NUMBER, "discharge/leave/")) == 409
    see(page, "discharge-is-refused")
    page.locator("#KNAI-24").get_by_role("button", name="Escort").click()
    expect(page.locator("#KNAI-24")).to_contain_text("Met")
    hands.tap_button("Told and acknowledged")
    hands.tap_button("Discharge")
    expect(page.get_by_text("Discharged.", exact=True)).to_be_visible()
    assert ward.state(NUMBER) == "discharged"
    ward.monitors.clear()


# ------------------------------------------------------------------------------------------ afterwards
def make_the_papers(ward: Ward, page: Page) -> None:
    page.goto(ward.path(NUMBER))
    page.get_by_role("link", name="Papers", exact=True).last.click()
    record = make(page, "Session record")
    for words in (
        WHO,
        MRN,
        "Major depressive disorder",
        "35",
        BECAUSE,
        "Dr Pia Invented",
        "1 of ",
    ):
        assert words in record, words
    visit = make(page, "After your visit")
    for words in (WHO, "drive"):
        assert words in visit, words
    see(page, "papers")


def make(page: Page, title: str) -> str:
    """The words of a paper that is made and opened."""
    page.get_by_role("button", name=f"Make {title}").click()
    link = page.get_by_role("table").get_by_role("link", name=re.compile(title)).first
    with page.expect_download() as coming:
        link.click()
    return text_of(Path(coming.value.path()).read_bytes(), title)


def text_of(pdf: bytes, title: str) -> str:
    keep(f"{title}.pdf", pdf)
    lines = (page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    return " ".join(" ".join(lines).split())


def write_the_note(ward: Ward, page: Page) -> None:
    page.goto(ward.path(NUMBER))
    page.get_by_role("link", name="Session note").click()
    page.get_by_role("button", name="Draft a note from the facts").click()
    note = page.get_by_label("The note")
    drafted = note.input_value()
    assert "35 mg" in drafted
    note.fill(f"{drafted}\n{ADDED}")
    expect(page.locator("#kept")).to_contain_text("Kept")
    see(page, "note")
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_text("Signed.")).to_be_visible()
    assert ADDED in ward.bodies(NUMBER, "session_note")[0]["text"]


def the_day_is_open_and_then_closed(ward: Ward, page: Page, desk: Page, chart: str) -> None:
    page.goto(f"{HERE}end-of-day/")
    assert sections(page) == ["No further visit is booked", "Still signed in as on site"]
    see(page, "end-of-day")
    book_the_next(desk, chart)
    page.get_by_role("link", name="On site", exact=True).click()
    for name in ("Dr Pia Invented", "Nils Invented", "Noor Invented"):
        page.get_by_role("button", name=of("Left", name)).click()
        expect(page.get_by_role("button", name=of("Here", name))).to_be_visible()
    page.goto(f"{HERE}end-of-day/")
    expect(page.get_by_text("All of it is done")).to_be_visible()
    assert sections(page) == []
    page.get_by_role("button", name="Close the day").click()
    expect(page.get_by_text("Day closed by Noor Invented")).to_be_visible()


def sections(page: Page) -> list[str]:
    return [
        re.sub(r"\s*\d+$", "", words) for words in page.locator("main section h2").all_inner_texts()
    ]


def book_the_next(page: Page, chart: str) -> None:
    come_back(page, "front_desk")
    page.goto(f"{chart}book/")
    page.get_by_role("button", name="Show free times").click()
    free_times(page).last.click()  # on the last of the days shown
    page.get_by_role("button", name="Book", exact=True).click()
    expect(page.get_by_text("Visit booked.")).to_be_visible()


def come_back(page: Page, role: str) -> None:
    """Whoever did nothing for an hour is asked who they are."""
    log_in(page, role)
    page.wait_for_url("**/board/")


def the_next_day(ward: Ward, page: Page) -> None:
    """The call stands under To do, is made, and stands there no more."""
    ward.pass_time(24 * 60)
    come_back(page, "nurse")
    page.goto(f"{HERE}work/?whose=all")
    page.get_by_role("link", name=re.compile("Call the day after the session")).click()
    for question, said in (("Did you reach", "Reached"), ("Thoughts of suicide", "No"),
                           ("How is the mood", "Better"), ("Have you driven", "No"),
                           ("Pain, blood", "No")):  # fmt: skip
        page.locator("fieldset", has_text=question).get_by_text(said, exact=True).click()
    see(page, "call")
    page.get_by_role("button", name="Record the call").click()
    expect(page.get_by_text("The call is recorded.")).to_be_visible()
    assert ward.bodies(NUMBER, "next_day_call")[0]["mood"] == "better"
    page.goto(f"{HERE}work/?whose=all")
    expect(page.get_by_text("Call the day after the session")).to_have_count(0)


def of(what: str, whose: str) -> re.Pattern[str]:
    """The name of a button whose patient or person is said to ears alone."""
    return re.compile(rf"^{what} ?: {whose}$")


# ------------------------------------------------------------------------------------------ pictures
def see(page: Page, name: str) -> None:
    if folder := os.environ.get("KNAI_SHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/day-{name}.png", full_page=True, caret="initial")


def keep(name: str, data: bytes) -> None:
    if folder := os.environ.get("KNAI_SHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / name.replace(" ", "-").lower()).write_bytes(data)
