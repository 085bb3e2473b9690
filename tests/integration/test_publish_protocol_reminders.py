"""Overdue steps of the media and communications protocol remind their owner and the office, and name nobody."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.publish.protocol_reminders import remind
from services.publish.service import SERVICE
from shared import clock
from shared.partnership import partnership
from shared.reminding import remind_in_turn
from shared.settings import settings
from tests.integration.test_publish_once_live import mails
from tests.people import Someone
from tests.publishing import OFFICE, get, live_publication, open_publication, pass_days, post, scheduled_publication

pytestmark = pytest.mark.usefixtures("ground", "own_clock")


@pytest.fixture
def coverage_is_required(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_clock: None) -> Any:
    """A partnership that requires somebody to watch the coverage in the five working days after."""
    before, at, after = settings().partnership_file.read_text().partition('id = "monitoring"')
    file = tmp_path / "partnership.toml"
    file.write_text(before + at + after.replace("required = false", "required = true", 1))
    monkeypatch.setenv("PARTNERSHIP_FILE", str(file))
    settings.cache_clear()
    partnership.cache_clear()
    yield
    partnership.cache_clear()


@pytest.fixture
def lead() -> Someone:
    return Someone(OFFICE, ["communications-lead"], service="publish")


def told(publication: dict[str, Any], lead: Someone) -> list[str]:
    """Whether the office and this lead were told, as often as they were; other tests' people are told as well."""
    who = {"partnership-office": "office", f"person:{lead.id}": "lead"}
    recipients = [each["recipient"] for each in mails(publication, "protocol-reminder")]
    return sorted(who[each] for each in recipients if each in who)


def test_a_required_step_reminds_its_owner_and_the_office_until_it_is_done(
    coverage_is_required: None, lead: Someone
) -> None:
    publication = live_publication()
    remind()
    assert told(publication, lead) == []
    pass_days(14)
    remind()
    remind()
    assert told(publication, lead) == ["lead", "office"]
    pass_days(14)
    remind()
    assert told(publication, lead) == ["lead", "lead", "office", "office"]
    for step in ("monitoring", "debrief"):
        post(f"/publications/{publication['id']}/protocol/{step}", {"done_by": "Nia Lead"})
    pass_days(14)
    remind()
    assert told(publication, lead) == ["lead", "lead", "office", "office"]


def test_an_optional_step_reminds_once(lead: Someone) -> None:
    publication = scheduled_publication()  # in eight working days; the embargo was to be in writing seven before
    clock.advance(timedelta(days=5))
    remind()
    pass_days(20)
    remind()
    assert told(publication, lead) == ["lead", "office"]


def test_a_step_that_is_not_the_communications_leads_goes_to_the_office_alone(lead: Someone) -> None:
    publication = live_publication()
    post(f"/publications/{publication['id']}/protocol/monitoring", {"done_by": "Nia Lead"})
    pass_days(60)
    remind_in_turn(SERVICE, remind)
    assert told(publication, lead) == ["office"]  # of the debrief


def test_a_reminder_names_no_step_and_nobody(lead: Someone) -> None:
    publication = live_publication()
    pass_days(60)
    remind()
    sent = mails(publication, "protocol-reminder")
    assert {each["text"].partition("\n")[0].partition(". ")[2].split(" of ")[0] for each in sent} == {
        "A step",
        "2 steps",
    }
    for each in sent:
        words = f"{each['reference']} {each['text']}".casefold()
        assert publication["reference"].casefold() in words
        assert not any(kept in words for kept in (publication["pseudonym"].casefold(), "coverage", "hester", "editor"))


def test_a_step_whose_bank_holidays_are_not_known_has_no_day_and_keeps_no_other_silent(lead: Someone) -> None:
    other = live_publication()
    clock.advance(datetime(2028, 11, 24, 12, tzinfo=UTC) - clock.now())  # 2029 is not known
    late = live_publication()
    remind()
    assert (told(other, lead), told(late, lead)) == (["lead", "office"], [])
    steps = {step["id"]: step["due_on"] for step in get(f"/publications/{late['id']}")["protocol"]}
    assert (steps["monitoring"], steps["debrief"]) == ("2028-12-15", None)
    assert "the bank holidays of that year are not known" in lead.get(f"/publish/publications/{late['id']}").text


def test_in_the_last_days_whose_bank_holidays_are_known_a_publication_can_be_looked_at(lead: Someone) -> None:
    publication = open_publication()
    clock.advance(datetime(2028, 12, 27, 12, tzinfo=UTC) - clock.now())
    assert lead.get(f"/publish/publications/{publication['id']}").status_code == 200
