"""Nothing is brought out, corrected or decided unseen: what comes while the page is open has to be read first."""

import html

import pytest

from services.publish.document_check import check_documents
from tests.integration.test_publish_pages import COUNCIL, POLICE, day, person
from tests.integration.test_publish_pages import route as typed
from tests.people import WRONG
from tests.publishing import (
    follow_protocol,
    get,
    live_publication,
    open_publication,
    pdf,
    post,
    publication_day,
    route,
    upload,
)

pytestmark = pytest.mark.usefixtures("ground", "own_clock")

NEWER = "A newer version came while you read. Read it, then "


def test_a_time_is_set_for_the_versions_that_the_page_showed() -> None:
    publication = open_publication()
    at = f"/publish/publications/{publication['id']}"
    post(f"/publications/{publication['id']}/route", route())
    check_documents()
    follow_protocol(publication)
    lead = person(POLICE, "communications-lead")
    form = {"time": "09:00", "avoided_week_reasons": "It must.", **day("day", publication_day(8))}
    page = lead.get(f"{at}/schedule").text
    assert "Full report, version 1, uploaded on " in page and f'href="{at}/preview"' in page
    upload(publication, pdf("Learning, in other words."), kind="full-report")
    refused = lead.post(f"{at}/schedule", **form)
    assert f"{NEWER}set the time." in WRONG.findall(refused.text)[0]
    assert "Full report, version 2, uploaded on " in refused.text
    assert get(f"/publications/{publication['id']}")["status"] == "route-decided"
    post(f"/publications/{publication['id']}/page", {"summary": "Other words."}, status=200)
    check_documents()
    assert NEWER in WRONG.findall(lead.post(f"{at}/schedule", **form).text)[0]
    assert lead.post(f"{at}/schedule", **form).status_code == 303
    assert get(f"/publications/{publication['id']}")["status"] == "scheduled"


def test_what_takes_the_place_of_a_live_page_is_what_was_shown() -> None:
    publication = live_publication()
    at, lead = f"/publish/publications/{publication['id']}/correction", person(POLICE, "communications-lead")
    assert "The page shows what is newest already." in lead.get(at).text
    upload(publication, pdf("The second."), kind="full-report")
    page = lead.get(at).text
    assert "Full report, version 2, uploaded on " in page and "The words of the page" not in page
    upload(publication, pdf("The third."), kind="full-report")
    refused = lead.post(at, reasons="A figure.")
    assert f"{NEWER}correct the page." in WRONG.findall(refused.text)[0]
    assert "Full report, version 3" in refused.text
    assert get(f"/publications/{publication['id']}")["orders"] == []
    assert lead.post(at, reasons="A figure.").status_code == 303


def test_a_decision_on_the_route_does_not_replace_one_that_nobody_saw() -> None:
    publication = open_publication()
    at, approver = f"/publish/publications/{publication['id']}/route", person(COUNCIL, "partner-approver")
    assert "A new decision takes its place." not in approver.get(at).text
    post(f"/publications/{publication['id']}/route", route("withheld", reasons="It would identify a child."))
    refused = approver.post(at, **typed("local"))
    assert f"{NEWER}decide." in WRONG.findall(refused.text)[0]
    said = html.unescape(refused.text)
    assert "Not published; the Panel and the Secretary of State are given the reasons. A new decision" in said
    assert "Reasons: It would identify a child." in said
    assert approver.post(at, **typed("local")).status_code == 303
    assert [each["route"] for each in get(f"/publications/{publication['id']}")["decisions"]] == ["local", "withheld"]
