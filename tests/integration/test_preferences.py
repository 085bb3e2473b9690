"""What is no statutory warning comes as a person chooses; what is one comes at once, whatever they chose."""

from datetime import timedelta

import pytest

from services.notify.deadlines import watch_deadlines
from services.notify.digest import send_digest
from services.notify.preferences import send_held
from shared import clock
from tests.integration.test_agreement import asked
from tests.integration.test_digest import go_to
from tests.notifying import HOSPITAL, OFFICE, Outside, change_rows, refer, rows, send
from tests.people import Someone

pytestmark = pytest.mark.usefixtures("sandbox")


def two(choice: str) -> tuple[Someone, Someone]:
    reporter, lead = Someone(HOSPITAL, ["referrer"]), Someone(HOSPITAL, ["agency-lead"])
    lead.does("/notify/account/messages", choice=choice)
    return reporter, lead


def told(someone: Someone) -> int:
    return len(rows("SELECT 1 FROM deliveries WHERE recipient = :who", who=f"person:{someone.id}"))


def sent_to(address: str, about: str) -> int:
    return len(rows("SELECT 1 FROM deliveries WHERE address = :to AND concerns = :about", to=address, about=about))


def test_who_has_chosen_nothing_hears_at_once_and_the_account_says_so() -> None:
    reporter, lead = Someone(HOSPITAL, ["referrer"]), Someone(HOSPITAL, ["agency-lead"])
    assert "What is not urgent: at once." in lead.get("/notify/account").text
    asked(reporter, lead)
    assert told(lead) == 1


def test_held_messages_come_together_on_the_next_working_morning(sandbox: Outside) -> None:
    reporter, lead = two("digest")
    _, first = asked(reporter, lead)
    change_rows("UPDATE agreement_requests SET outcome = 'withdrawn' WHERE asked_of = :who", who=lead.id)
    _, second = asked(reporter, lead)
    assert told(lead) == 0
    go_to(7)
    assert send_held() == 0
    go_to(8)
    assert send_held() >= 1 and told(lead) == 1
    send()
    (message,) = sandbox.mail("Since yesterday", lead.email)
    assert first in message["text"] and second in message["text"] and "Somebody" not in message["text"]
    assert send_held() == 0


def test_who_wants_nothing_gets_nothing_and_still_finds_it_on_their_page() -> None:
    reporter, lead = two("none")
    _, page = asked(reporter, lead)
    go_to(9)
    send_held()
    assert told(lead) == 0
    assert page in lead.get("/notify/reports").text


def test_a_warning_of_a_duty_and_a_link_for_the_account_come_whatever_was_chosen() -> None:
    person = Someone(OFFICE, ["partnership-office"])
    change_rows(
        "UPDATE heartbeats SET last_at = '2000-01-01' WHERE job = 'digest'"
    )  # another test's clock stood elsewhere
    change_rows("UPDATE people SET email = 'old@people.example' WHERE lower(email) = 'duty.officer@hscp.example'")
    change_rows("UPDATE people SET email = 'duty.officer@hscp.example' WHERE id = :id", id=person.id)
    person.does("/notify/account/messages", choice="none")
    sent = refer(agency=HOSPITAL)
    contacts = ("duty.officer@hscp.example", "business.manager@hscp.example")
    officer, manager = (sent_to(contact, "digest") for contact in contacts)
    go_to(9)
    assert send_digest()
    assert [sent_to(contact, "digest") for contact in contacts] == [officer, manager + 1]
    clock.advance(timedelta(days=20))
    watch_deadlines()
    assert sent_to(contacts[0], f"duty:{sent['duties'][0]['id']}") > 0
    before = told(person)
    Someone(OFFICE, ["administrator"]).post(f"/notify/people/{person.id}/access", act="link")
    assert told(person) == before + 1
    change_rows("UPDATE people SET email = :email WHERE id = :id", id=person.id, email=f"{person.id}@people.example")


def test_a_choice_that_there_is_not_is_refused() -> None:
    someone = Someone(HOSPITAL, ["referrer"])
    assert someone.post("/notify/account/messages", choice="weekly").status_code == 422
    assert someone.post("/notify/account/messages").status_code == 422
