"""A publication opens when a report is signed off; three partners decide its route; others may not see it."""

from typing import Any

import pytest
from sqlalchemy import text

from services.publish.document_check import check_documents
from services.publish.reactions import REACTIONS
from services.publish.service import SERVICE
from shared import clock
from shared.database import new_id
from shared.events.catalogue import Event, NotYet
from shared.identity.viewer import Viewer
from tests.publishing import (
    COUNCIL,
    ICB,
    OFFICE,
    POLICE,
    SCHOOL,
    agreement,
    call,
    get,
    hear,
    live_publication,
    open_publication,
    pdf,
    post,
    route,
    said,
    schedule,
    signed_report,
    upload,
)

pytestmark = pytest.mark.usefixtures("ground", "own_clock")


def react(kind: str, values: dict[str, Any]) -> None:
    with SERVICE.transaction() as session:
        REACTIONS[kind](session, Event("1", "review", kind, "subject", clock.now().isoformat(), 1, values))


def decide(publication: dict[str, Any], decision: dict[str, Any], status: int = 201) -> Any:
    return post(f"/publications/{publication['id']}/route", decision, status=status)


def test_a_signed_report_opens_one_publication_with_the_report_as_its_first_document() -> None:
    report = signed_report()
    hear("report.signed-off", report)
    hear("report.signed-off", report)
    check_documents()
    found = [p for p in get("/publications?limit=200")["items"] if p["reference"] == report["reference"]]
    assert len(found) == 1
    documents = get(f"/publications/{found[0]['id']}/documents")["items"]
    assert [(d["kind"], d["version"], d["status"]) for d in documents] == [
        ("full-report", 1, "checked"),
        ("page-text", 1, "checked"),
    ]


def test_a_report_signed_anew_is_the_next_version_of_the_same_publication() -> None:
    report = signed_report()
    hear("report.signed-off", report)
    hear(
        "report.signed-off", signed_report(pdf("Second version")) | {"practice_review_id": report["practice_review_id"]}
    )
    with SERVICE.transaction() as session:
        statement = text(
            "SELECT count(*) FROM documents d JOIN publications p ON p.id = d.publication_id "
            "WHERE p.practice_review_id = :review AND d.kind = 'full-report'"
        )
        assert session.scalar(statement, {"review": report["practice_review_id"]}) == 2


def test_three_partners_decide_and_notify_hears_of_it() -> None:
    publication = open_publication()
    decision = decide(publication, route())
    assert decision["publish"] == ["full-report"]
    assert {each["agency_id"] for each in decision["agreed_by"]} == {COUNCIL, ICB, POLICE}
    assert [event["route"] for event in said(publication["id"], "publication.route-decided")] == ["local"]


def test_the_partners_whose_agreement_is_missing_are_named() -> None:
    publication = open_publication()
    problem = decide(publication, route(agreed_by=agreement(COUNCIL)), status=422)
    message = problem["errors"][0]["message"]
    assert "West Mercia Police" in message
    assert "Integrated Care Board" in message
    assert "Herefordshire Council" not in message


def test_an_agency_that_is_no_safeguarding_partner_cannot_agree() -> None:
    publication = open_publication()
    four = [*agreement(), {"agency_id": SCHOOL, "name": "Somebody", "role": "Head"}]
    problem = decide(publication, route(agreed_by=four), status=422)
    assert problem["errors"][0]["pointer"] == "/agreed_by/3/agency_id"


def test_the_anonymous_route_needs_the_agreement_of_the_nspcc() -> None:
    publication = open_publication()
    problem = decide(publication, route("anonymous", nspcc_agreement=None), status=422)
    assert problem["errors"][0]["pointer"] == "/nspcc_agreement"


def test_withholding_gives_the_reasons_to_notify_and_nothing_can_be_scheduled() -> None:
    publication = open_publication()
    decide(publication, route("withheld", reasons="It would identify a living child."))
    assert said(publication["id"], "publication.route-decided")[0]["reasons"] == "It would identify a living child."
    problem = schedule(publication, status=409)
    assert "withhold" in problem["missing"][0]
    assert "stands at “Not published”" in upload(publication, pdf()).json["detail"]
    assert get(f"/publications/{publication['id']}")["url"] is None


def test_a_change_of_route_before_going_live_is_a_new_decision_and_the_old_one_is_kept() -> None:
    publication = open_publication()
    decide(publication, route("withheld"))
    decide(publication, route("local"))
    found = get(f"/publications/{publication['id']}")
    assert [each["route"] for each in found["decisions"]] == ["local", "withheld"]
    assert found["status"] == "route-decided"
    told = said(publication["id"], "publication.route-decided")
    assert [(each["former_route"], each["route"]) for each in told] == [(None, "withheld"), ("withheld", "local")]


def test_the_route_of_a_live_page_cannot_be_changed() -> None:
    problem = decide(live_publication(), route("anonymous"), status=409)
    assert "stands at “Live”" in problem["detail"]


def test_another_reader_changed_it_first() -> None:
    publication = open_publication()
    etag = call("GET", f"/publications/{publication['id']}").headers["ETag"]
    decide(publication, route())
    late = call("POST", f"/publications/{publication['id']}/route", body=route(), headers={"If-Match": etag})
    assert late.status_code == 412


def test_other_agencies_are_refused_and_see_no_row_even_without_the_check() -> None:
    publication = open_publication()
    assert call("GET", "/publications", SCHOOL).status_code == 403
    assert call("GET", f"/publications/{publication['id']}", SCHOOL).status_code == 403
    assert call("GET", f"/publications/{new_id()}", OFFICE).status_code == 404
    school = Viewer(SCHOOL, "Example Primary School", "school", is_partner=False, is_authority=False, scope="own")
    with SERVICE.transaction(school) as session:
        for table in ("publications", "documents", "findings", "holds", "deposits", "route_decisions"):
            assert session.scalar(text(f"SELECT count(*) FROM {table}")) == 0
    with SERVICE.database.sessions.begin() as nobody:
        assert nobody.scalar(text("SELECT count(*) FROM publications")) == 0


def test_partners_and_the_authority_read_what_the_office_edits() -> None:
    publication = open_publication()
    for agency in (COUNCIL, ICB, POLICE):
        assert get(f"/publications/{publication['id']}", agency)["reference"] == publication["reference"]


def test_reading_a_publication_is_in_the_audit_trail() -> None:
    publication = open_publication()
    get(f"/publications/{publication['id']}", POLICE)
    with SERVICE.transaction() as session:
        statement = text("SELECT count(*) FROM audit_entries WHERE entry::jsonb->>'on' = :on AND entry LIKE '%read%'")
        assert session.scalar(statement, {"on": f"publication:{publication['id']}"}) >= 2


def test_what_comes_before_its_predecessor_is_asked_for_again() -> None:
    review = {name: new_id() for name in ("practice_review_id", "case_id", "incident_id", "hold_id")}
    with pytest.raises(NotYet):
        react("hold.lifted", review | {"reference": "LCSPR-1", "lifted_at": clock.now().isoformat()})
    concerns = f"publication:{new_id()}:copies:0123456789abcdef"
    duty = {"rule": "prior-copy", "concerns": concerns, "sent_at": None, "discharged_at": None}
    with pytest.raises(NotYet):
        react("duty.discharged", duty | {"duty_id": new_id(), "recipient": "panel"})
