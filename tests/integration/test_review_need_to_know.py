"""In reviews, too, conflicts keep a person from a case, a team narrows it, an emergency opens it, and readers are known."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import text

from services.notify.reactions import REACTIONS as NOTIFYS
from services.notify.service import SERVICE as NOTIFY
from services.review.models import Model
from services.review.need_to_know import say_unsaid_teams
from services.review.service import SERVICE
from shared import clock
from shared.identity.people import SignIn, viewer_of
from shared.inbox import receive
from tests.notifying import rows
from tests.people import Someone, enter_in_copy
from tests.reviewing import (
    COUNCIL,
    FULL_RETURN,
    HOSPITAL,
    OFFICE,
    POLICE,
    SCHOOL,
    call,
    commissioned,
    envelope,
    find_case,
    get,
    hear,
    open_case,
    post,
    put,
    request_of,
    said,
)

pytestmark = pytest.mark.usefixtures("ground")


def person(agency: str, *roles: str, name: str = "Somebody Invented") -> Someone:
    return Someone(agency, roles, service="review", name=name)


def barred(who: str, incident_id: str, *, lifted: bool = False, bar_id: str = "") -> str:
    """What notify says when the office keeps somebody from an incident, or no longer; the bar's id."""
    now, bar_id = clock.machine_now().isoformat(), bar_id or str(uuid.uuid4())
    change = {"bar_id": bar_id, "incident_id": incident_id, "person_id": who, "barred_at": now}
    hear("need-to-know.changed", change | {"lifted_at": now if lifted else None})
    return bar_id


def whole_case() -> dict:
    """A case with rows in every table of a case."""
    case = open_case()
    for agency in (SCHOOL, HOSPITAL):
        put(f"/information-requests/{request_of(case, agency)}/return", agency, FULL_RETURN)
    review = commissioned(case)
    body = {"case_id": case["id"], "owner_agency": HOSPITAL, "text": "Teach escalation.", "theme": "escalation"}
    recommendation = post("/recommendations", POLICE, body)
    action = post(f"/recommendations/{recommendation['id']}/actions", HOSPITAL, {"text": "Train."})
    post(f"/actions/{action['id']}/evidence", HOSPITAL, {"what_changed": "Trained.", "progress": "done"})
    return find_case(case["incident_id"]) | {"review": review["id"]}


def seen_by(person_id: str, tables: tuple[str, ...] = ()) -> dict[str, int]:
    """How many rows the database gives a person, by table, no page being asked."""
    now = clock.machine_now()
    with SERVICE.database.sessions.begin() as session:
        assert viewer_of(session, "review", SignIn(str(uuid.uuid4()), person_id, now, now))
        counted = tables or tuple(sorted(Model.metadata.tables))
        return {table: session.scalar(text(f"SELECT count(*) FROM {table}")) or 0 for table in counted}


def paths_of(case: dict) -> list[str]:
    at = f"/review/cases/{case['id']}"
    request = request_of(case, HOSPITAL)
    return [at, f"{at}/chronology", f"{at}/chronology.csv", f"{at}/report.pdf", f"/review/practice-reviews/{case['review']}", f"/review/requests/{request}"]  # fmt: skip


def test_who_is_kept_from_an_incident_finds_nothing_of_its_review_anywhere() -> None:
    case, approver = whole_case(), person(POLICE, "partner-approver")
    assert {approver.get(path).status_code for path in paths_of(case)} == {200}
    before = seen_by(approver.id)
    bar = barred(approver.id, case["incident_id"])
    assert {approver.get(path).status_code for path in paths_of(case)} == {404}
    for listed in ("/review/cases", "/review/recommendations", "/review/requests"):
        assert case["reference"] not in approver.get(listed).text
    after = seen_by(approver.id)
    of_case = ("cases", "agency_returns", "information_requests", "rapid_review_decisions", "rapid_review_signatures", "practice_reviews", "recommendations", "actions", "evidence", "incidents")  # fmt: skip
    assert [name for name in of_case if after[name] >= before[name]] == []
    barred(approver.id, case["incident_id"], lifted=True, bar_id=bar)
    barred(approver.id, case["incident_id"], bar_id=bar)  # heard again, late
    assert seen_by(approver.id) == before


def test_who_is_kept_from_a_case_that_was_taken_out_of_a_review_sees_nothing_of_that_review() -> None:
    case, out, approver = whole_case(), open_case(), person(POLICE, "partner-approver")
    further = {"case_id": out["id"], "reasons": "The same service."}
    link = post(f"/practice-reviews/{case['review']}/cases", OFFICE, further)
    post(f"/review-cases/{link['id']}/removal", OFFICE, {"reasons": "A conflict of interest."})
    at, tables = f"/review/practice-reviews/{case['review']}", ("practice_reviews", "review_cases", "cases")
    assert approver.get(at).status_code == 200
    before = seen_by(approver.id, tables)
    bar = barred(approver.id, out["incident_id"])
    assert approver.get(at).status_code == 404
    after = seen_by(approver.id, tables)
    assert [before[name] - after[name] for name in tables] == [1, 2, 1]
    assert approver.get(f"/review/cases/{case['id']}").status_code == 200, "the other case is still theirs"
    barred(approver.id, out["incident_id"], lifted=True, bar_id=bar)
    assert approver.get(at).status_code == 200


def test_a_person_of_an_agency_that_was_asked_is_kept_from_its_request_too() -> None:
    case, author = whole_case(), person(HOSPITAL, "return-author")
    other = person(HOSPITAL, "return-author")
    barred(author.id, case["incident_id"])
    at = f"/review/requests/{request_of(case, HOSPITAL)}"
    assert (author.get(at).status_code, other.get(at).status_code) == (404, 200)
    assert author.post(f"{at}/not-involved").status_code == 404


def test_once_there_is_a_team_only_its_people_of_the_partners_see_the_case() -> None:
    case, office = whole_case(), person(OFFICE, "partnership-office")
    on_it, beside = person(POLICE, "partner-approver", name="On Team"), person(COUNCIL, "partner-approver")
    scrutineer = person(OFFICE, "scrutineer")
    access = f"/review/cases/{case['id']}/access"
    assert beside.get(paths_of(case)[0]).status_code == 200
    office.does(access, person=on_it.id)
    assert [who.get(paths_of(case)[0]).status_code for who in (on_it, beside, scrutineer, office)] == [
        200,
        404,
        200,
        200,
    ]
    assert beside.post(access, person=beside.id).status_code == 403
    with SERVICE.transaction() as session:
        mine = text("SELECT id::text FROM information_requests WHERE case_id = :case AND agency_id = :agency")
        own = session.scalar(mine, {"case": case["id"], "agency": COUNCIL})
    assert beside.get(f"/review/requests/{own}").status_code == 200, "what their own agency was asked stays theirs"
    member = office.get(access).text.partition('name="take_off" value="')[2].partition('"')[0]
    assert office.post(access, take_off=member).status_code == 303
    assert beside.get(paths_of(case)[0]).status_code == 200


def test_a_team_is_of_the_partners_people() -> None:
    case, office, author = open_case(), person(OFFICE, "partnership-office"), person(HOSPITAL, "return-author")
    assert office.post(f"/review/cases/{case['id']}/access", person=author.id).status_code == 422


def test_the_offices_system_reads_who_sees_a_case_and_keeps_its_team() -> None:
    case = whole_case()
    on_it, beside = person(POLICE, "partner-approver", name="On Team"), person(COUNCIL, "partner-approver")
    barred(beside.id, case["incident_id"])
    at = f"/cases/{case['id']}"
    person(POLICE, "partner-approver", name="Reader Invented").get(f"/review{at}")
    access = get(f"{at}/access", OFFICE)
    assert "On Team" in [each["name"] for each in access["seen_by"]]
    assert [each["person_id"] for each in access["kept_from"]] == [beside.id]
    assert access["team"] == [] and on_it.id in [each["person_id"] for each in access["may_join"]]
    assert "Reader Invented" in [each["who"] for each in access["readers"]]
    post(f"{at}/team", OFFICE, {"person_id": person(HOSPITAL, "return-author").id}, 422)
    [member] = post(f"{at}/team", OFFICE, {"person_id": on_it.id})["items"]
    post(f"{at}/team", OFFICE, {"person_id": on_it.id}, 409)
    third = person(COUNCIL, "partner-approver")
    assert [who.get(paths_of(case)[0]).status_code for who in (on_it, third)] == [200, 404]
    assert call("POST", f"/cases/{open_case()['id']}/team/{member['id']}/end", OFFICE, {}).status_code == 404
    assert post(f"{at}/team/{member['id']}/end", OFFICE, {})["items"] == []
    assert third.get(paths_of(case)[0]).status_code == 200
    teams = [each["people"] for each in said(f"case:{case['id']}", "case-team.changed")]
    assert teams == [[on_it.id], []], "publishing hears of each change"


def test_a_team_from_before_publishing_heard_of_teams_is_said_once() -> None:
    case, on_it = whole_case(), person(POLICE, "partner-approver")
    post(f"/cases/{case['id']}/team", OFFICE, {"person_id": on_it.id})
    with SERVICE.transaction() as session:
        moved = text("UPDATE events SET subject = :elsewhere WHERE subject = :of")
        session.execute(moved, {"elsewhere": f"test:{case['id']}", "of": f"case:{case['id']}"})
    say_unsaid_teams()
    say_unsaid_teams()
    assert said(f"case:{case['id']}", "case-team.changed") == [
        {"incident_id": case["incident_id"], "people": [on_it.id]}
    ]


def test_an_emergency_opens_one_review_for_a_day_and_notify_tells_the_contacts() -> None:
    case, lead = whole_case(), person(SCHOOL, "agency-lead")
    at = f"/review/emergency/{case['id']}"
    assert lead.get(at).status_code == 404
    assert lead.post("/review/emergency", reference=case["reference"], reasons="").status_code == 422
    opened = lead.post("/review/emergency", reference=case["reference"].lower(), reasons="A sibling is there tonight.")
    assert opened.location == at
    shown = lead.get(at).text
    assert "Hester Nolan" in shown and "The child was on roll for two years." in shown
    assert lead.get(f"/review/cases/{case['id']}").status_code == 403, "nothing but what keeps a child safe is opened"
    [event] = said(f"case:{case['id']}", "case.opened-in-emergency")
    receive(NOTIFY, NOTIFYS, envelope("case.opened-in-emergency", event, "review"))
    told = "SELECT reference FROM deliveries WHERE concerns = :c AND recipient = 'deadline-contact'"
    assert {each for (each,) in rows(told, c=f"case:{case['id']}")} == {case["reference"]}
    with SERVICE.transaction() as session:
        past = clock.machine_now() - timedelta(seconds=1)
        session.execute(
            text("UPDATE emergency_accesses SET until = :t WHERE person_id = :p"), {"t": past, "p": lead.id}
        )
    assert lead.get(at).status_code == 404
    assert seen_by(lead.id, ("cases",)) == {"cases": 0}


def test_an_emergency_opens_nothing_that_one_is_kept_from_but_reaches_past_the_team() -> None:
    case, office = whole_case(), person(OFFICE, "partnership-office")
    office.does(f"/review/cases/{case['id']}/access", person=person(POLICE, "partner-approver").id)
    beside, party = person(COUNCIL, "partner-approver"), person(COUNCIL, "partner-approver")
    barred(party.id, case["incident_id"])
    asked = {"reference": case["incident_reference"], "reasons": "Now."}
    assert beside.post("/review/emergency", **asked).status_code == 303
    assert beside.get(f"/review/emergency/{case['id']}").status_code == 200
    refused = party.post("/review/emergency", **asked)
    assert refused.status_code == 422 and "nothing with this reference" in refused.text


def test_one_person_opens_three_reviews_in_half_an_hour_and_no_more() -> None:
    case, lead = whole_case(), person(SCHOOL, "agency-lead")
    asked = {"reference": case["reference"], "reasons": "Now."}
    assert [lead.post("/review/emergency", **asked).status_code for _ in range(4)] == [303, 303, 303, 429]
    with SERVICE.transaction() as session:
        recorded = text("SELECT count(*) FROM audit_entries WHERE entry LIKE :one")
        assert session.scalar(recorded, {"one": f'%"what":"emergency-refused","who":"person:{lead.id}"%'}) == 1


def test_an_emergency_access_to_a_review_is_looked_at_by_somebody_else() -> None:
    case, user, other = open_case(), person(OFFICE, "partnership-office"), person(OFFICE, "partnership-office")
    user.post("/review/emergency", reference=case["reference"], reasons="Because.")
    page = other.get("/review/emergencies").text
    assert case["reference"] in page
    with SERVICE.transaction() as session:
        found = text("SELECT id::text, reasons FROM emergency_accesses WHERE person_id = :p")
        access, reasons = session.execute(found, {"p": user.id}).one()
    assert b"Because" not in bytes(reasons)
    assert user.post(f"/review/emergencies/{access}", review="Fine by me.").status_code == 422
    assert other.post(f"/review/emergencies/{access}", review="It was right.").status_code == 303
    assert "It was right." in user.get("/review/emergencies").text
    [listed] = [each for each in get("/emergency-accesses?limit=200", OFFICE)["items"] if each["id"] == access]
    assert (listed["reference"], listed["reasons"], listed["review"]) == (
        case["reference"],
        "Because.",
        "It was right.",
    )
    assert listed["reviewed_by"] == "Somebody Invented"


def test_emergency_accesses_are_read_by_the_offices_system_a_page_at_a_time_the_latest_first() -> None:
    case, used = open_case(), [person(HOSPITAL, "agency-lead", name=name) for name in ("First", "Second", "Third")]
    for who in used:
        assert who.post("/review/emergency", reference=case["reference"], reasons="Tonight.").status_code == 303
    found, cursor = [], ""
    while len(found) < 3:
        read = get(f"/emergency-accesses?limit=1&cursor={cursor}" if cursor else "/emergency-accesses?limit=1", OFFICE)
        found += [each["name"] for each in read["items"]]
        cursor = read["next"]
    assert found == ["Third", "Second", "First"]
    assert call("POST", "/emergency-accesses", OFFICE, {"reference": case["reference"]}).status_code == 405


def test_the_office_sees_who_may_see_a_review_and_who_read_it() -> None:
    case, office = open_case(), person(OFFICE, "partnership-office")
    reader, kept = person(POLICE, "partner-approver", name="Reader Invented"), enter_in_copy("review", POLICE, "Kept Out", ["partner-approver"])  # fmt: skip
    barred(kept, case["incident_id"])
    at = f"/review/cases/{case['id']}/access"
    before = office.get(at).text
    assert "Reader Invented" not in before.partition("Who read it")[2]
    assert "Kept Out" not in before.partition("Kept from it")[0]
    assert "Kept Out" in before.partition("Kept from it")[2]
    reader.get(f"/review/cases/{case['id']}")
    assert "Reader Invented" in office.get(at).text.partition("Who read it")[2]
