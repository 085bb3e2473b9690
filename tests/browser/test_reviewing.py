"""A whole rapid review and a whole LCSPR, played in the browser by people of six agencies and two reviewers.

With a late return, a contradiction in the chronology, a dissent, a Panel that disagrees, a reviewer who is replaced, and a
trial that holds publication. No page on the way has a fault of accessibility.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visiting import Visitor, faults_of
from tests.publishing import pdf
from tests.running import Running, start_with_examples, until

HEADINGS = "Date\tTime\tEvent\tSource\tChild seen\n"
OF_THE_HOSPITAL = HEADINGS + "14/03/2025\t9:30pm\tSeen with a bruise\tEPR\tyes\n2/4/25\t\tRefused\tEPR\t\n"
OF_THE_SCHOOL = HEADINGS + "14/03/2025\t\tNo bruise when leaving school\tRegister\tno\n2/4/25\t\tAbsent\tRegister\t\n"
LATE = timedelta(days=9)  # how far the clock is moved before the school answers
PARTNERS = ("council.approver", "icb.approver", "partner.approver")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A system of its own: its clock is moved."""
    started = start_with_examples(tmp_path_factory.mktemp("reviewing"))
    yield Running(started)
    started.stop_and_forget()


def today() -> date:
    """The system's day once its clock was moved."""
    return date.today() + LATE


def fill_day(page: Page, name: str, day: date) -> None:
    for part, value in (("day", day.day), ("month", day.month), ("year", day.year)):
        page.locator(f"[name={name}-{part}]").fill(str(value))


def send(page: Page, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()
    assert page.locator(".govuk-error-summary").count() == 0, page.locator(".govuk-error-summary").all_inner_texts()


def answer(someone: Visitor, part: str, button: str = "Save", **values: str | date) -> None:
    page = someone.follow(part)
    for name, value in values.items():
        offered = page.locator(f'[type=radio][name={name}][value="{value}"]')
        if isinstance(value, date):
            fill_day(page, name, value)
        elif offered.count():
            offered.check()
        elif page.locator(f"select[name={name}]").count():
            page.locator(f"[name={name}]").select_option(value)
        else:
            page.locator(f"[name={name}]").fill(value)
    send(page, button)


def write_return(author: Visitor, chronology: str) -> None:
    """Part by part, from the request's page, until somebody else may sign it off; the second row lacks a century."""
    at = author.page.url
    for part in ("Summary of your", "How the child was seen", "Ethnicity", "What went well", "What has been changed"):
        answer(author, part, value="In our own words.")
    page = author.follow("Period")
    fill_day(page, "first", date(2024, 3, 1))
    fill_day(page, "last", date(2026, 3, 1))
    send(page, "Save")
    for part, values in (
        ("Key practice", {"what_happened": "A bruise.", "analysis": "Nobody asked."}),
        ("What should have been", {"what": "To ask.", "why": "A busy shift."}),
        ("Your agency's recommendations", {"text": "Teach it."}),
    ):
        answer(author, part, "Add", **values)
        author.open(at.removeprefix(author.running.system.url))
    page = author.follow("Chronology")
    page.locator("[name=pasted]").fill(chronology)
    send(page, "See what is understood")
    expect(page.get_by_text("1 entry is understood, 1 row is not")).to_be_visible()
    assert faults_of(page) == []
    send(page, "Add this entry to the draft")
    page = looked(author.follow("Correct"))
    page.locator("[name=persons]").fill("A. Nurse")
    send(page, "Save the entry")
    author.open(at.removeprefix(author.running.system.url))
    answer(author, "The return is whole", "Hand it over for sign-off", role="Named lead")


TITLE = "Sharing what is known"


def opened(someone: Visitor, path: str, reference: str) -> Page:
    someone.open(path)
    return someone.follow(reference)


def looked(page: Page) -> Page:
    """The page, once axe has found nothing on it."""
    assert faults_of(page) == [], page.url
    return page


@dataclass
class Stage:
    """Who takes part, each at a browser of their own, and the case that they work on."""

    visitor: Callable[..., Visitor]
    running: Running
    reference: str = ""
    case: str = ""
    review: str = ""
    people: dict[str, Visitor] = field(default_factory=dict)

    def person(self, mailbox: str, width: str = "desk") -> Visitor:
        if mailbox not in self.people:
            self.people[mailbox] = self.visitor(width)
            self.people[mailbox].sign_in(mailbox)
        return self.people[mailbox]

    def at(self, mailbox: str, path: str) -> Page:
        return self.person(mailbox).open(path)

    def path_of(self, page: Page) -> str:
        return page.url.removeprefix(self.running.system.url)


@pytest.mark.timeout(600)
def test_a_rapid_review_and_an_lcspr_from_the_first_question_to_the_publication(
    visitor: Callable[..., Visitor], running: Running
) -> None:
    stage = Stage(visitor, running)
    the_hospital_answers_in_time(stage)
    the_school_answers_late_and_contradicts_it(stage)
    the_office_marks_the_contradiction_and_prepares_the_meeting(stage)
    the_partners_decide(stage, "no-lcspr", dissents="partner.approver")
    the_panel_disagrees(stage)
    the_partners_decide(stage, "lcspr")
    a_reviewer_is_appointed_and_replaced(stage)
    the_review_is_carried_out_and_what_it_recommends_is_done(stage)
    a_trial_holds_the_publication(stage)
    look_at_publication(visitor, stage.person("council.approver"))
    the_hold_is_lifted(stage)


def the_hospital_answers_in_time(stage: Stage) -> None:
    author = stage.person("return.author", "phone")
    until(
        lambda: author.open("/review/requests").locator("main a", has_text="RR-").count() > 0,
        "a request to the hospital",
    )
    stage.reference = author.page.locator(
        "main a", has_text="RR-"
    ).first.inner_text()  # what awaits an answer comes first
    page = looked(opened(author, "/review/requests", stage.reference))
    expect(page.locator(".govuk-summary-card").first).to_contain_text("Date of birth")
    write_return(author, OF_THE_HOSPITAL)
    opened(stage.person("agency.lead"), "/review/requests", stage.reference)
    answer(stage.person("agency.lead"), "Sign off and send", "Sign off and send", role="Safeguarding lead")


def the_school_answers_late_and_contradicts_it(stage: Stage) -> None:
    office, lead = stage.person("office"), stage.person("school.lead")
    page = opened(office, "/review/cases", stage.reference)
    stage.case = stage.path_of(page)
    moved = stage.running.command("clock", "advance", "--days", f"{LATE.days}")
    assert moved.returncode == 0, moved.stdout + moved.stderr
    author = stage.person("school.author")
    page = opened(author, "/review/requests", stage.reference)
    expect(looked(page).get_by_text("Overdue")).to_be_visible()
    write_return(author, OF_THE_SCHOOL)
    page = opened(lead, "/review/requests", stage.reference)
    answer(lead, "Sign off and send", "Sign off and send", role="Head teacher")
    expect(opened(lead, "/review/requests", stage.reference).get_by_text("after it was due")).to_be_visible()
    expect(office.open(stage.case).get_by_text("Involved, late")).to_be_visible()


def the_office_marks_the_contradiction_and_prepares_the_meeting(stage: Stage) -> None:
    office, lead = stage.person("office"), stage.person("school.lead")
    page = looked(office.open(f"{stage.case}/chronology"))
    expect(page.get_by_text("May differ").first).to_be_visible()
    page.locator("tr", has_text="Seen with a bruise").get_by_role("link", name="Mark").click()
    looked(page).locator("[name=contradicts]").first.check()
    page.locator("[name=differs_on]").fill("whether there was a bruise that day")
    page.locator("[name=theme]").fill("Bruises in children who cannot tell")
    send(page, "Mark it")
    expect(page.get_by_text("whether there was a bruise that day").first).to_be_visible()
    page = looked(office.open(f"{stage.case}/agenda"))
    expect(page.get_by_text("whether there was a bruise that day")).to_be_visible()
    fill_day(page, "day", today() + timedelta(days=20))
    page.locator("[name=place]").fill("Plough Lane")
    page.locator("[name=agencies][value=example-school]").check()
    for paper in page.locator("[name=papers]").all():
        paper.check()
    send(page, "Invite them")
    expect(looked(office.follow("Call it off")).get_by_text("Everyone invited is told at once")).to_be_visible()
    page = opened(lead, "/review/meetings", stage.reference)
    expect(looked(page).get_by_text("Return of Wye Valley NHS Trust")).to_be_visible()
    expect(looked(lead.follow("The merged chronology")).get_by_text("Seen with a bruise")).to_be_visible()
    for rest in ("sharing", "access"):
        looked(office.open(f"{stage.case}/{rest}"))


def the_partners_decide(stage: Stage, outcome: str, *, dissents: str = "") -> None:
    office = stage.person("office")
    office.open(stage.case)
    page = office.follow("Record a meeting")
    fill_day(page, "day", today())
    page.locator("[name=time]").fill("00:00")
    for came in page.locator("[name^=came_]").all():
        came.fill("Somebody, director")
    page.locator("[name=minutes]").fill("What was said and agreed.")
    page.locator("[name=scrutineer_comment]").fill("The child's voice was hard to find.")
    send(page, "Record the meeting")
    page = office.follow("Record the decision")
    page.locator(f"[name=outcome][value={outcome}]").check()
    for yes in page.locator("input[name^=met_][value=yes]").all():
        yes.check()
    for text in page.locator("textarea").all():
        text.fill("Considered together.")
    page.locator("#immediate_actions-0-action").fill("Visit the siblings")
    send(page, "Add another action")
    expect(page.locator("#immediate_actions-0-action")).to_have_value("Visit the siblings")
    expect(looked(page).locator("#immediate_actions-3-action")).to_be_in_viewport()
    send(page, "Record the decision")
    expect(page.get_by_text("Awaited:")).to_be_visible()
    for who in PARTNERS:
        partner = stage.person(who)
        partner.open(stage.case)
        page = partner.follow("Take your agency's position")
        page.locator(f"[name=position][value={'dissent' if who == dissents else 'agree'}]").check()
        page.locator("[name=role]").fill("Director")
        page.locator("[name=reasons]").fill("As the minutes say.")
        send(page, "Sign")
    page = looked(office.open(stage.case))
    if dissents:
        expect(page.get_by_text("West Mercia Police: dissents")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF").first.click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")


def the_panel_disagrees(stage: Stage) -> None:
    office = stage.person("office")
    office.open(stage.case)
    page = looked(office.follow("Record the Panel's reply"))
    page.locator("[name=reply][value=disagrees]").check()
    fill_day(page, "day", today())
    page.locator("[name=text]").fill("Please think again about a review.")
    send(page, "Record the reply")
    expect(page.get_by_text("it disagrees")).to_be_visible()


def give_access(stage: Stage, name: str, **more: str) -> None:
    """Appoint a reviewer and let their account work on the review."""
    office = stage.person("office")
    office.open(stage.review)
    page = office.follow("Replace the reviewer" if more else "Appoint a reviewer")
    page.locator("[name=name]").fill(f"{name} Example")
    page.locator("[name=independence]").fill("Of none of the agencies.")
    fill_day(page, "appointed_on", today())
    for question, said in more.items():
        page.locator(f"[name={question}]").fill(said)
    send(page, "Appoint")
    page = looked(office.follow("Give the reviewer access"))
    person = page.locator("[name=person] option", has_text=name).get_attribute("value")
    page.locator("[name=person]").select_option(str(person))
    fill_day(page, "until", today() + timedelta(days=200))
    for kind in page.locator("[name=sees]").all():
        kind.check()
    send(page, "Give access")


def a_reviewer_is_appointed_and_replaced(stage: Stage) -> None:
    office = stage.person("office")
    office.open(stage.case)
    page = office.follow("Commission a practice review")
    page.locator("[name=kind][value=lcspr]").check()
    page.locator("[name=title]").fill(TITLE)
    fill_day(page, "day", today())
    send(page, "Commission it")
    stage.review = stage.path_of(office.follow("LCSPR-"))
    give_access(stage, "Ida")
    page = office.open(f"{stage.case}/sharing")
    for name in ("owners", "what"):
        for each in page.locator(f"form [name={name}]").all():
            each.check()
    page.locator("[name=with_agencies][value=reviewer]").check()
    send(page, "Share")
    office.open(stage.review)
    page = office.follow("Ask the reviewer in writing")
    page.locator("[name=asks_for][value=draft]").check()
    page.locator("[name=text]").fill("Please send what there is.")
    page.locator("[name=role]").fill("Manager")
    send(page, "Record the request")
    first = stage.person("reviewer")
    page = looked(opened(first, "/review/reviewing", TITLE))
    led = stage.path_of(page)
    answer(first, "Answer", "Send", response="The draft is uploaded.")
    upload_draft(first, "A first draft.")
    looked(first.page)
    looked(first.follow("The merged chronology"))
    give_access(stage, "Nell", replaces_reasons="The first reviewer fell ill.")
    assert "not found" in first.open(led).title()
    expect(looked(first.open("/review/reviewing")).get_by_text(TITLE)).to_have_count(0)
    second = stage.person("second.reviewer")
    opened(second, "/review/reviewing", TITLE)
    upload_draft(second, "What was learnt.")
    expect(looked(office.open(stage.review)).get_by_text("The draft is uploaded.")).to_be_visible()


def upload_draft(reviewer: Visitor, words: str) -> None:
    page = reviewer.follow("Upload a draft")
    page.locator("[name=kind][value=full-report]").check()
    page.locator("[name=file]").set_input_files({"name": "r.pdf", "mimeType": "application/pdf", "buffer": pdf(words)})
    send(page, "Upload")


def the_review_is_carried_out_and_what_it_recommends_is_done(stage: Stage) -> None:
    office, lead = stage.person("office"), stage.person("school.lead")
    parts: dict[str, dict[str, str | date]] = {
        "terms of reference": {"scope": "What can be learnt.", "lines_of_enquiry": "Was the child heard?", "agreed_on": today()},
        "review panel": {"chair": "Nell Example", "members": "Lee Example, named nurse, the Trust"},
        "practitioner event": {"held_on": today(), "who": "Teachers and nurses.", "heard": "Nobody asked."},
        "family contribution": {"who": "Mother", "how_asked": "By letter.", "advocate": "yes", "interpreter": "not-needed"},
        "monitoring of time and quality": {"on_time": "yes", "quality": "Good.", "next_on": today()},
        "legal read": {"read_on": today(), "by": "Counsel", "advice": "Nothing to change.", "outcome": "cleared"},
    }  # fmt: skip
    office.open(stage.review)
    for part, values in parts.items():
        answer(office, f"Record: {part}", "Record", **values)
    comment = {"version": "full-report 2", "kind": "factual-accuracy", "who": "The school", "text": "It was a Friday."}
    answer(office, "Record a comment on a draft", "Record", **comment)
    answer(office, "Say what was done", "Record", outcome="changed", done="Corrected.")
    expect(looked(office.page).get_by_text("Corrected.")).to_be_visible()
    second = stage.person("second.reviewer")
    expect(looked(opened(second, "/review/reviewing", TITLE)).get_by_text("Was the child heard?")).to_be_visible()
    office.open(stage.case)
    made = {"theme": "curiosity", "text": "Teach what a bruise may mean.", "owner_agency": "example-school"}
    answer(office, "Make a recommendation", "Make it", **made)
    opened(lead, "/review/recommendations", "Teach what a bruise may mean.")
    answer(lead, "Agree an action", "Agree it", text="Train all staff.")
    answer(lead, "Record what has changed", "Record", progress="done", what_changed="Two children were asked.")
    expect(looked(lead.page).get_by_text("Two children were asked.")).to_be_visible()


def a_trial_holds_the_publication(stage: Stage) -> None:
    office = stage.person("office")
    office.open(stage.review)
    page = office.follow("Hold publication")
    page.locator("[name=reason][value=criminal-trial]").check()
    page.locator("[name=owner_name]").fill("Ola Example")
    page.locator("[name=owner_role]").fill("Lawyer")
    fill_day(page, "next_check_on", today() + timedelta(days=30))
    send(page, "Hold it")
    expect(page.get_by_text("Publication is held").first).to_be_visible()
    for who in PARTNERS:
        partner = stage.person(who)
        partner.open(stage.review)
        answer(partner, "Sign the report", "Sign", role="Director")
    expect(looked(office.open(stage.review)).get_by_text("Signed off").first).to_be_visible()


def the_hold_is_lifted(stage: Stage) -> None:
    approver = stage.person("council.approver")
    page = opened(approver, "/publish/publications", "LCSPR-")
    at = stage.path_of(page)
    expect(page.get_by_text("Criminal trial").first).to_be_visible()
    office = stage.person("office")
    office.open(stage.review)
    answer(office, "Lift it", "Lift it", reasons="The trial is over.")
    until(lambda: approver.open(at).get_by_text("Criminal trial").count() == 0, "the hold to be lifted in publish")


def look_at_publication(visitor: Callable[..., Visitor], approver: Visitor) -> None:
    """Publishing opened by itself; its pages and forms have no fault, and say what is missing."""
    until(
        lambda: approver.open("/publish/publications").locator("main a", has_text="LCSPR-").count() > 0, "a publication"
    )
    page = approver.follow("LCSPR-")
    at = page.url.removeprefix(approver.running.system.url)
    expect(page.get_by_text("What is missing before it may go live")).to_be_visible()
    page = approver.follow("Decide how it is published")
    assert faults_of(page) == []
    page.locator("[name=route][value=local]").check()
    page.locator("[name=reasons]").fill("It is for everyone to learn from.")
    page.locator("[name=publish][value=full-report]").check()
    for text in page.locator("[name^=name_], [name^=role_]").all():
        text.fill("Director")
    send(page, "Record the decision")
    editor, lead = visitor("phone"), visitor("desk")
    editor.sign_in("editor")
    for rest in ("", "/findings", "/words", "/document"):
        assert faults_of(editor.open(at + rest)) == []
    lead.sign_in("communications.lead")
    for rest in ("", "/protocol", "/schedule"):
        assert faults_of(lead.open(at + rest)) == []
    lead.page.locator("[name=day-day]").fill("1")
    lead.page.locator("[name=day-month]").fill("3")
    lead.page.locator("[name=day-year]").fill("2027")
    lead.page.get_by_role("button", name="Schedule it").click()
    expect(lead.page.locator(".govuk-error-summary")).to_contain_text("protocol")
    expect(lead.page.locator(".govuk-error-summary")).to_contain_text("A hold on publication is in force")
