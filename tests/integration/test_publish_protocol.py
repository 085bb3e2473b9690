"""What surrounds going live: weeks to avoid, early readers and their embargo, the protocol's days, preview, correction."""

import re
from datetime import timedelta
from typing import Any

import pytest

from services.publish.document_check import check_documents
from services.publish.going_live import publish_due
from services.publish.public_site.site import current_release
from shared import clock
from shared.calendar import add_working_days, london_day
from shared.database import new_id
from shared.partnership import partnership
from shared.settings import settings
from tests.people import Someone
from tests.publishing import (
    OFFICE,
    browse,
    call,
    confirm_copies,
    follow_protocol,
    get,
    live_publication,
    open_publication,
    pass_days,
    path_of,
    pdf,
    post,
    publication_day,
    route,
    schedule,
    scheduled_publication,
    upload,
)

pytestmark = pytest.mark.usefixtures("ground", "own_clock")


def prepared(**changes: Any) -> dict[str, Any]:
    publication = open_publication(**changes)
    post(f"/publications/{publication['id']}/route", route())
    follow_protocol(publication)
    return publication


@pytest.mark.parametrize("kind", ["birthday", "anniversary"])
def test_a_birthday_or_an_anniversary_is_shown_as_a_week_to_avoid_and_as_nothing_more(kind: str) -> None:
    on = publication_day(8).date()
    years_ago = on.replace(year=on.year - 7, day=min(on.day, 28))
    dated = (
        {"identifiers": [{"kind": "date-of-birth", "value": years_ago.isoformat()}]}
        if kind == "birthday"
        else {"incidents": [{"incident_id": new_id(), "occurred_on": years_ago.isoformat()}]}
    )
    publication = prepared(**dated)
    week = get(f"/publications/{publication['id']}")["weeks_to_avoid"]
    monday = on - timedelta(days=on.weekday())
    assert monday.isoformat() in week
    when = publication_day(8).isoformat()
    problem = post(f"/publications/{publication['id']}/schedule", {"publish_at": when}, status=409)
    (sentence,) = problem["missing"]
    assert sentence.startswith(f"Avoid the week of {monday.day} {monday:%B %Y}")
    assert kind not in sentence and "birth" not in sentence
    body = {"publish_at": when, "avoided_week_reasons": "The inquest ends the day before."}
    post(f"/publications/{publication['id']}/schedule", body)
    confirm_copies(publication)
    pass_days()
    publish_due()
    assert get(f"/publications/{publication['id']}")["status"] == "live"


def test_an_early_reader_without_the_embargo_in_writing_keeps_the_gate_shut() -> None:
    publication = prepared()
    at = f"/publications/{publication['id']}"
    reader = post(f"{at}/early-readers", {"name": "Ada Invented", "role": "Leader of the council"})
    other = post(f"{at}/early-readers", {"name": "Ben Invented", "role": "The child's aunt"})
    (sentence,) = schedule(publication, status=409)["missing"]
    assert "2 people who have the report early" in sentence
    assert "Ada" not in sentence
    post(f"{at}/early-readers/{reader['id']}", {"what": "agreed", "agreed_on": "2999-01-01"}, status=422)
    post(f"{at}/early-readers/{reader['id']}", {"what": "agreed"}, status=200)
    post(f"{at}/early-readers/{other['id']}", {"what": "removed"}, status=200)
    post(f"{at}/early-readers/{other['id']}", {"what": "agreed"}, status=404)
    schedule(publication)
    assert [each["name"] for each in get(at)["early_readers"]] == ["Ada Invented"]
    assert call("POST", f"{at}/early-readers", "example-school", {"name": "X", "role": "Y"}).status_code == 403


def test_people_name_early_readers_and_record_their_embargo_by_pages() -> None:
    publication = prepared()
    at = f"/publish/publications/{publication['id']}"
    lead = Someone("west-mercia-police", ["communications-lead"], service="publish", name="Nia Lead")
    lead.does(f"{at}/early-reader", name="Ada Invented", role="Leader of the council")
    page = lead.get(at).text
    assert "Ada Invented" in page
    assert "Not yet" in page
    (reader,) = get(f"/publications/{publication['id']}")["early_readers"]
    lead.does(f"{at}/embargo", reader=reader["id"], what="agreed")
    assert get(f"/publications/{publication['id']}")["early_readers"][0]["embargo_agreed_on"]


def test_each_step_of_the_protocol_has_its_owner_and_its_day() -> None:
    publication = open_publication()
    assert {step["due_on"] for step in get(f"/publications/{publication['id']}")["protocol"]} == {None}
    publication = scheduled_publication()
    day = publication_day(8).date()
    steps = {step["id"]: step for step in publication["protocol"]}
    leaders = next(step for step in partnership().protocol if step.id == "leaders")
    assert steps["leaders"]["due_on"] == add_working_days(day, -(leaders.working_days or 0)).isoformat()
    assert steps["debrief"]["due_on"] > day.isoformat()
    assert steps["embargo"]["overdue"] is (steps["embargo"]["due_on"] < london_day(clock.now()).isoformat())
    assert not steps["leaders"]["overdue"]


def test_the_preview_is_byte_for_byte_what_the_public_then_sees_but_for_where_its_documents_are_opened() -> None:
    publication = scheduled_publication()
    editor = Someone(OFFICE, ["editor"], service="publish", name="Ruth Editor")
    preview = editor.get(f"/publish/publications/{publication['id']}/preview").data
    at = clock.now()
    due = publication_day(8)
    clock.advance(due - at + timedelta(seconds=1))
    publish_due()
    shown = browse(path_of(publication))[2]
    assert b"dateModified" in shown
    inside = rf'href="/publish/publications/{publication["id"]}/documents/[0-9a-f-]+/file"'.encode()
    assert without_links(shown, rb'href="/documents/[^"]+"') == without_links(preview, inside)
    assert preview != shown


def without_links(page: bytes, pattern: bytes) -> tuple[bytes, int]:
    """A page without where its documents are opened, and in how many places that stood."""
    return re.subn(pattern, b"href", page)


def test_the_preview_of_a_correction_shows_the_live_page_as_it_will_be() -> None:
    publication = live_publication()
    live_on = publication["live_at"][:10]
    post(f"/publications/{publication['id']}/page", {"summary": "A better summary."}, status=200)
    editor = Someone(OFFICE, ["editor"], service="publish", name="Ruth Editor")
    pass_days(40)
    preview = editor.get(f"/publish/publications/{publication['id']}/preview").text
    assert "A better summary." in preview
    assert f'itemprop="datePublished" datetime="{live_on}"' in preview
    assert b"A better summary." not in browse(path_of(publication))[2]


def order(publication: dict[str, Any], what: str, status: int = 201) -> Any:
    body = {"reasons": "A figure was wrong.", "ordered_by": "The three partners"}
    answer = post(f"/publications/{publication['id']}/{what}", body, status=status)
    publish_due()
    return answer


def test_a_correction_is_said_on_the_page_and_the_old_version_is_kept_for_the_office() -> None:
    publication = live_publication()
    order(publication, "correction", status=409)  # nothing has changed
    upload(publication, pdf("The figure is right."))
    made = order(publication, "correction")
    assert made["replaced"] == ["full-report"]
    page = browse(path_of(publication))[2].decode()
    assert "Corrected on" in page
    assert "in the place of the full report." in page
    assert "Corrected" in browse("/reviews")[2].decode()
    assert "A figure was wrong." not in page  # the reasons are the office's
    versions = [d for d in get(f"/publications/{publication['id']}")["documents"] if d["kind"] == "full-report"]
    assert [each["version"] for each in versions] == [1, 2]
    old = call("GET", f"/publications/{publication['id']}/documents/{versions[0]['id']}/file")
    assert old.data.startswith(b"%PDF")
    office = Someone(OFFICE, ["partnership-office"], service="publish", name="Sam Office")
    assert "Replaced: full report" in office.get(f"/publish/publications/{publication['id']}").text


def test_corrected_words_are_said_to_be_so_too() -> None:
    publication = live_publication()
    post(f"/publications/{publication['id']}/page", {"summary": "A better summary."}, status=200)
    check_documents()
    assert order(publication, "correction")["replaced"] == ["page-text"]
    assert "in the place of the words of this page." in browse(path_of(publication))[2].decode()


def test_it_goes_live_at_its_minute_and_not_before() -> None:
    publication = scheduled_publication()
    due = publication_day(8)
    clock.advance(due - clock.now() - timedelta(seconds=30))
    before = current_release(settings().site_folder)
    publish_due()
    assert get(f"/publications/{publication['id']}")["status"] == "scheduled"
    clock.advance(timedelta(seconds=31))
    publish_due()
    assert get(f"/publications/{publication['id']}")["status"] == "live"
    assert current_release(settings().site_folder) != before


def test_a_step_that_comes_after_going_live_is_not_recorded_before_it() -> None:
    publication = scheduled_publication()
    at = f"/publications/{publication['id']}/protocol"
    later = [step for step in partnership().protocol if step.when == "after"]
    lead = Someone("west-mercia-police", ["communications-lead"], service="publish", name="Nia Lead")
    asked = lead.get(f"/publish{at}").text
    assert f"{len(later)} steps come after going live" in asked
    for step in later:
        told = post(f"{at}/{step.id}", {"done_by": "Ruth Editor"}, status=409)["detail"]
        assert told == "This step comes after going live. Record it once the publication is live."
        assert f'value="{step.id}"' not in asked
        assert lead.post(f"/publish{at}", step=step.id).status_code == 422
    confirm_copies(publication)
    pass_days()
    publish_due()
    assert all(f'value="{step.id}"' in lead.get(f"/publish{at}").text for step in later)
    lead.does(f"/publish{at}", step=later[0].id)
    post(f"{at}/{later[1].id}", {"done_by": "Ruth Editor"})
