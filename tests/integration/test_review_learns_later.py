"""What referrals say after the notification: whom agencies search for, whom is asked, what publishing must look for."""

import threading
from typing import Any

import pytest
from sqlalchemy import text

from services.notify.identifiers import identifiers_of
from services.notify.people_concerned import people_concerned
from services.review.models import Case
from services.review.reactions import REACTIONS
from services.review.service import SERVICE
from shared.database import new_id
from shared.events.catalogue import Event
from tests.integration.test_review_practice_reviews import pdf, sign, upload
from tests.integration.test_review_records_kept import confirm, decide, ended, years_later
from tests.referrals import USUAL
from tests.reviewing import (
    FULL_RETURN,
    HOSPITAL,
    OFFICE,
    PARTNERS,
    SCHOOL,
    commissioned,
    find_case,
    get,
    hear,
    notified,
    open_case,
    post,
    put,
    request_of,
    said,
)

pytestmark = pytest.mark.usefixtures("ground", "own_clock")

HOUSING = "example-housing"
KNOWN = {"kind": "name", "value": "Hester Nolan"}
LEARNT = {"kind": "name", "value": "Old Hollis"}


def corrected(case: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "incident_id": case["incident_id"],
        "reference": "INC-2026-0001",
        "occurred_on": "2026-03-20",
        "rapid_review_required": True,
        "agencies": [SCHOOL, HOSPITAL],
        "children": 2,
        "identifiers": [LEARNT],
        "people": people_concerned([USUAL]),
    } | changes


def asked(case: dict[str, Any]) -> dict[str, dict[str, Any]]:
    requests = find_case(case["incident_id"])["information_requests"]
    found = [get(f"/information-requests/{each['id']}", OFFICE) for each in requests]
    return {each["agency"]["id"]: each for each in found}


def learnt_of(review: dict[str, Any]) -> list[list[dict[str, str]]]:
    found = said(f"case:{review['case_id']}", "identifiers.learnt")
    return [each["identifiers"] for each in found if each["practice_review_id"] == review["id"]]


def signed_off(case: dict[str, Any]) -> dict[str, Any]:
    review = commissioned(case)
    report = upload(review, pdf()).json
    for partner in PARTNERS:
        sign(review, report, partner)
    return review


def test_who_is_asked_hears_whom_to_search_and_an_agency_known_only_now_is_asked_too() -> None:
    case = open_case()
    assert hear("incident.corrected", corrected(case, agencies=[SCHOOL, HOUSING], identifiers=identifiers_of([USUAL])))
    requests = asked(case)
    assert {SCHOOL, HOSPITAL, HOUSING} < requests.keys()
    for request in requests.values():
        assert [each["given_name"] for each in request["people"]] == ["Tamsin", "Rowan"]
        assert KNOWN in request["concerns"] and {"kind": "name", "value": "Oakridge"} in request["concerns"]
    assert find_case(case["incident_id"])["children"] == 2


def test_once_the_rapid_review_is_decided_on_nobody_more_is_asked() -> None:
    case = ended()
    assert hear("incident.corrected", corrected(case, agencies=[HOUSING]))
    assert HOUSING not in asked(case)


def test_a_correction_that_comes_after_a_later_one_adds_what_it_knows_and_undoes_nothing() -> None:
    case, subject = open_case(), f"incident:{new_id()}"
    for sequence, people, name in (
        (5, people_concerned([USUAL]), LEARNT),
        (4, [], {"kind": "name", "value": "Earlier"}),
    ):
        hear(
            "incident.corrected", corrected(case, people=people, identifiers=[name]), subject=subject, sequence=sequence
        )
    request = asked(case)[HOSPITAL]
    assert len(request["people"]) == 2
    assert {"Hester Nolan", "Old Hollis", "Earlier"} <= {each["value"] for each in request["concerns"]}


def test_a_correction_before_the_notification_waits_for_it_and_without_a_review_is_done_with() -> None:
    unheard = {"incident_id": new_id()}
    for required in (True, False):
        assert not hear("incident.corrected", corrected(unheard, rapid_review_required=required))
    alone = notified(rapid_review_required=False)
    hear("incident.notified", alone)
    assert hear("incident.corrected", corrected(alone, rapid_review_required=False))
    assert not hear("incident.corrected", corrected(alone)), "the notification that opens the case is under way"


def test_publishing_hears_what_is_learnt_after_the_sign_off_and_before_it_by_the_sign_off() -> None:
    first = open_case()
    hear("incident.corrected", corrected(first))
    review = signed_off(first)
    [event] = said(f"practice-review:{review['id']}", "report.signed-off")
    assert LEARNT in event["identifiers"] and learnt_of(review) == []
    hear("incident.corrected", corrected(first))  # nothing new
    assert learnt_of(review) == []
    hear("incident.corrected", corrected(first, identifiers=[{"kind": "name", "value": "Pugh"}]))
    [identifiers] = learnt_of(review)
    assert {each["value"] for each in identifiers} >= {"Hester Nolan", "Old Hollis", "Pugh"}
    hear("incident.corrected", corrected(first, occurred_on="2026-03-19"))
    assert {"kind": "incident-date", "value": "2026-03-19"} in learnt_of(review)[-1]


def test_what_is_learnt_while_the_third_partner_signs_is_not_missed() -> None:
    case = open_case()
    review = commissioned(case)
    report = upload(review, pdf()).json
    for partner in PARTNERS[:-1]:
        sign(review, report, partner)
    with SERVICE.transaction() as session:
        REACTIONS["incident.corrected"](
            session, Event("1", "notify", "incident.corrected", "incident:1", "", 1, corrected(case))
        )
        session.flush()
        third = threading.Thread(target=sign, args=(review, report, PARTNERS[-1]))
        third.start()
        third.join(1)
        assert third.is_alive(), "the signing off waits for what its case is learning"
    third.join(20)
    [event] = said(f"practice-review:{review['id']}", "report.signed-off")
    assert LEARNT in event["identifiers"]


def test_a_case_whose_content_was_destroyed_learns_nothing() -> None:
    case = ended()
    years_later(case, 75)
    with SERVICE.transaction() as session:
        session.execute(text("UPDATE event_deliveries SET confirmed_at = now() WHERE confirmed_at IS NULL"))
    confirm(decide(case, "case-file"))
    assert hear("incident.corrected", corrected(case))
    with SERVICE.transaction() as session:
        found = session.get_one(Case, case["id"])
    assert (found.identifiers, found.people) == ([], None)


WITH_NAMES = FULL_RETURN | {
    "chronology": [
        FULL_RETURN["chronology"][0] | {"persons": ["Mother (Kelly Sampleton)", "Social worker Jo Bell", "GP"]}
    ]
}
IN_RETURN = [
    {"kind": "name", "value": "Kelly Sampleton"},
    {"kind": "professional", "value": "Jo Bell"},
    {"kind": "professional", "value": "Ada Prosser"},
    {"kind": "professional", "value": "Gwen Morris"},
]


def returned(case: dict[str, Any]) -> None:
    put(f"/information-requests/{request_of(case, SCHOOL)}/return", SCHOOL, WITH_NAMES)


def test_names_in_returns_and_of_who_reviews_are_looked_for_once_the_report_is_signed_off() -> None:
    case = open_case()
    returned(case)
    put(f"/information-requests/{request_of(case, SCHOOL)}/return", SCHOOL, FULL_RETURN)  # the first version said them
    review = commissioned(case)
    appointed = {"name": "Dr Nia Calder", "appointed_on": "2026-03-20", "independence": "None here.", "conflicts": []}
    post(f"/practice-reviews/{review['id']}/reviewers", OFFICE, appointed)
    members = [{"name": "Ivor Hale", "role": "Nurse", "agency": "Trust"}]
    post(f"/practice-reviews/{review['id']}/records/panel", OFFICE, {"chair": "Una Webb", "members": members})
    report = upload(review, pdf()).json
    for partner in PARTNERS:
        sign(review, report, partner)
    [event] = said(f"practice-review:{review['id']}", "report.signed-off")
    assert all(each in event["identifiers"] for each in IN_RETURN), event["identifiers"]
    team = {each["value"] for each in event["identifiers"] if each["kind"] == "review-team"}
    assert {"Nia Calder", "Ivor Hale", "Una Webb", "Pat Watkins"} <= team
    assert learnt_of(review) == []


def test_a_name_told_after_the_sign_off_reaches_publishing() -> None:
    case = open_case()
    review = signed_off(case)
    request = f"/information-requests/{request_of(case, SCHOOL)}/return"
    put(request, SCHOOL, WITH_NAMES | {"submitted": False})
    assert learnt_of(review) == [], "a draft is its agency's alone"
    returned(case)
    assert learnt_of(review) == [IN_RETURN]
    read = {"read_on": "2026-03-20", "by": "Rhys Penn", "advice": "Nothing stands against it.", "outcome": "cleared"}
    post(f"/practice-reviews/{review['id']}/records/legal-read", OFFICE, read)
    [event] = said(f"practice-review:{review['id']}", "identifiers.learnt")
    assert {"kind": "review-team", "value": "Rhys Penn"} in event["identifiers"]
