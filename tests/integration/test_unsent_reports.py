"""A report that was begun and never sent: its writer is reminded, then their agency's leads, and it goes unnoticed by nobody."""

from datetime import timedelta

import pytest

from services.notify.drafts import KEPT, forget_drafts, reference_of
from services.notify.what_waits import remind
from shared import clock
from tests.integration.test_reports import filled_in
from tests.notifying import Outside, add_agency_without_email, change_rows, rows, send
from tests.people import Someone

pytestmark = pytest.mark.usefixtures("sandbox")


class Ward:
    """A reporter with a draft, and the lead of their agency, of which no other test knows."""

    def __init__(self) -> None:
        agency = add_agency_without_email()
        self.reporter, self.lead = Someone(agency, ["referrer"]), Someone(agency, ["agency-lead"])
        self.page = filled_in(self.reporter, "Unmistakable")
        self.id = self.page.rpartition("/")[2]

    def untouched_for(self, time: timedelta) -> None:
        change_rows("UPDATE drafts SET changed_at = :at WHERE id = :id", at=clock.machine_now() - time, id=self.id)

    def ask(self) -> None:
        assert self.reporter.post(f"{self.page}/agreement", lead=self.lead.id).status_code == 303

    def asked_for(self, time: timedelta) -> None:
        change = "UPDATE agreement_requests SET asked_at = :at WHERE draft_id = :id"
        change_rows(change, at=clock.now() - time, id=self.id)

    def mail(self, sandbox: Outside, who: Someone, words: str) -> int:
        """How often somebody was told something that holds these words, and none of the report's."""
        remind()
        send()
        letters = [" ".join(mail["text"].split()) for mail in sandbox.mail(reference_of(self.id), who.email)]
        assert not any("Unmistakable" in letter for letter in letters)
        return len([letter for letter in letters if words in letter])

    def is_kept(self) -> bool:
        return bool(rows("SELECT 1 FROM drafts WHERE id = :id", id=self.id))


def a_week_on() -> None:
    change_rows("UPDATE reminders SET next_on = next_on - 8")


def test_the_writer_is_reminded_after_a_working_day_and_then_weekly_until_it_is_sent(sandbox: Outside) -> None:
    ward = Ward()
    assert ward.mail(sandbox, ward.reporter, "was not sent") == 0
    ward.untouched_for(timedelta(days=5))
    for _ in range(2):
        assert ward.mail(sandbox, ward.reporter, "was not sent") == 1
    a_week_on()
    assert ward.mail(sandbox, ward.reporter, "was not sent") == 2
    assert ward.reporter.post(f"{ward.page}/check").status_code == 303
    a_week_on()
    assert ward.mail(sandbox, ward.reporter, "was not sent") == 2
    assert ward.mail(sandbox, ward.lead, "report") == 0


def test_leads_hear_of_an_agreement_that_is_not_answered_after_two_working_days(sandbox: Outside) -> None:
    ward = Ward()
    ward.ask()
    assert ward.mail(sandbox, ward.lead, "has not answered") == 0
    ward.asked_for(timedelta(days=5))
    assert ward.mail(sandbox, ward.lead, "has not answered") == 1


def test_leads_hear_of_a_report_whose_writer_has_no_access_any_more(sandbox: Outside) -> None:
    ward = Ward()
    change_rows("UPDATE people SET ended_at = now() WHERE id = :id", id=ward.reporter.id)
    assert ward.mail(sandbox, ward.lead, "has no access any more") == 1
    ward.untouched_for(timedelta(days=5))
    assert ward.mail(sandbox, ward.reporter, "was not sent") == 0


def test_the_contacts_hear_where_the_agency_has_no_lead(sandbox: Outside) -> None:
    ward = Ward()
    change_rows("UPDATE people SET ended_at = now() WHERE id IN (:one, :two)", one=ward.reporter.id, two=ward.lead.id)
    officer = Someone()
    officer.email = "duty.officer@hscp.example"
    assert ward.mail(sandbox, officer, "has no access any more") == 1


def test_leads_hear_once_a_week_before_a_report_is_deleted(sandbox: Outside) -> None:
    ward = Ward()
    ward.untouched_for(KEPT - timedelta(days=8))
    assert ward.mail(sandbox, ward.lead, "is deleted in a week") == 0
    ward.untouched_for(KEPT - timedelta(days=6))
    assert ward.mail(sandbox, ward.lead, "is deleted in a week") == 1
    a_week_on()
    assert ward.mail(sandbox, ward.lead, "is deleted in a week") == 1


def test_a_report_is_not_deleted_while_a_lead_is_asked_to_agree_to_it() -> None:
    asked, alone = Ward(), Ward()
    asked.ask()
    for ward in (asked, alone):
        ward.untouched_for(KEPT + timedelta(minutes=1))
    forget_drafts()
    assert (asked.is_kept(), alone.is_kept()) == (True, False)
