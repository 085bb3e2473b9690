"""An agency sees its own return, and of others what the office shared: as it was then, marked with whose it is."""

import csv
import io

import pytest
from sqlalchemy import text

from services.review.service import SERVICE
from shared.identity.viewer import Viewer
from tests.people import WRONG, Someone
from tests.reviewing import (
    COUNCIL,
    FULL_RETURN,
    HOSPITAL,
    OFFICE,
    POLICE,
    SCHOOL,
    call,
    get,
    open_case,
    post,
    put,
    request_of,
)

pytestmark = pytest.mark.usefixtures("ground")


def person(agency: str, *roles: str, name: str = "Somebody Invented") -> Someone:
    return Someone(agency, roles, service="review", name=name)


def answered(case: dict, agency: str, **changes: object) -> None:
    put(f"/information-requests/{request_of(case, agency)}/return", agency, FULL_RETURN | changes)


def two_answered() -> dict:
    case = open_case(agencies=[SCHOOL, HOSPITAL])
    answered(case, SCHOOL)
    answered(case, HOSPITAL, involvement_summary="A bruise was seen on the ward.")
    return case


def test_an_agency_sees_of_others_what_was_shared_and_nothing_before_or_after() -> None:
    case, office, lead = two_answered(), person(OFFICE, "partnership-office"), person(SCHOOL, "agency-lead")
    at = f"/review/cases/{case['id']}/sharing"
    assert "Nothing of other agencies" in lead.get("/review/shared").text
    office.does(at, owners=HOSPITAL, what=["return", "chronology"], with_agencies=SCHOOL)
    page = lead.get("/review/shared").text
    assert "Return of Wye Valley NHS Trust" in page
    paths = [part.partition('"')[0] for part in page.split('href="/review/shared/')[1:]]
    merged, returned = (next(p for p in paths if ("chronology" in p) == wanted) for wanted in (True, False))
    told = lead.get(f"/review/shared/{returned}").text
    assert "A bruise was seen on the ward." in told and "This is Wye Valley NHS Trust's." in told
    assert "Attendance fell." in lead.get(f"/review/shared/{merged}").text
    rows = list(csv.DictReader(io.StringIO(lead.get(f"/review/shared/{merged}.csv").data.decode("utf-8-sig"))))
    assert [row["Agency"] for row in rows] == ["Wye Valley NHS Trust"]
    stranger = person(COUNCIL, "duty-officer")
    assert [stranger.get(f"/review/shared/{path}").status_code for path in (merged, returned)] == [404, 404]
    stop = [part.partition('"')[0] for part in office.get(at).text.split('name="stop" value="')[1:]]
    for each in stop:
        assert office.post(at, stop=each).status_code == 303
    assert [lead.get(f"/review/shared/{path}").status_code for path in (merged, returned)] == [404, 404]


def test_what_is_shared_stays_as_it_was_until_the_later_version_is_shared() -> None:
    case, office, lead = two_answered(), person(OFFICE, "partnership-office"), person(SCHOOL, "agency-lead")
    at = f"/review/cases/{case['id']}/sharing"
    office.does(at, owners=HOSPITAL, what="return", with_agencies=SCHOOL)
    answered(case, HOSPITAL, involvement_summary="A second thought.")
    assert "Version 2 has come since" in office.get(at).text

    def told() -> str:
        returned = lead.get("/review/shared").text.partition('href="/review/shared/')[2].partition('"')[0]
        return lead.get(f"/review/shared/{returned}").text

    assert "A bruise was seen" in told()
    office.does(at, owners=HOSPITAL, what="return", with_agencies="reviewer")
    assert "A second thought." in told(), "sharing with one more takes it from nobody"


def test_a_chronology_that_is_shared_does_not_open_the_return_even_in_the_database() -> None:
    case = two_answered()
    body = {"owners": [HOSPITAL], "what": ["chronology"], "with_agencies": [SCHOOL]}
    [shared] = post(f"/cases/{case['id']}/shared-material", OFFICE, body)["items"]
    assert get(f"/shared-material/{shared['id']}", SCHOOL)["content"] == {}
    assert len(get(f"/shared-material/{shared['id']}", SCHOOL)["chronology"]) == 1
    school = Viewer(SCHOOL, SCHOOL, "school", is_partner=False, is_authority=False, scope="own")
    with SERVICE.transaction(school) as session:
        of_hospital = "SELECT count(*) FROM agency_returns WHERE agency_id = :agency"
        assert session.scalar(text(of_hospital), {"agency": HOSPITAL}) == 0
        assert session.scalar(text("SELECT count(*) FROM shared_material WHERE NOT (with_agencies @> ARRAY[:a] OR agency_id = :a)"), {"a": SCHOOL}) == 0  # fmt: skip


def test_the_owner_sees_what_of_its_own_is_shared_and_who_else_is_told_nothing() -> None:
    case = two_answered()
    body = {"owners": [HOSPITAL], "what": ["return"], "with_agencies": [SCHOOL]}
    [shared] = post(f"/cases/{case['id']}/shared-material", OFFICE, body)["items"]
    [mine] = get(f"/shared-material?case_id={case['id']}", HOSPITAL)["items"]
    assert (mine["agency"]["id"], [each["id"] for each in mine["with_agencies"]]) == (HOSPITAL, [SCHOOL])
    assert call("POST", f"/shared-material/{shared['id']}/end", HOSPITAL, {}).status_code == 403
    post(f"/shared-material/{shared['id']}/end", OFFICE, {})
    assert call("GET", f"/shared-material/{shared['id']}", SCHOOL).status_code == 404
    assert call("POST", f"/shared-material/{shared['id']}/end", OFFICE, {}).status_code == 409


def test_only_what_was_sent_is_shared_and_only_with_who_was_asked() -> None:
    case = open_case(agencies=[SCHOOL, HOSPITAL])
    answered(case, HOSPITAL)
    office = person(OFFICE, "partnership-office")
    for owners, whom in (([SCHOOL], [HOSPITAL]), ([HOSPITAL], ["no-such-agency"]), ([HOSPITAL], [])):
        body = {"owners": owners, "what": ["return"], "with_agencies": whom}
        assert call("POST", f"/cases/{case['id']}/shared-material", OFFICE, body).status_code == 422
    nobody = office.post(f"/review/cases/{case['id']}/sharing", owners=HOSPITAL, what="return")
    assert "Choose with whom it is shared" in WRONG.findall(nobody.text)[0]
    assert person(POLICE, "partner-approver").get(f"/review/cases/{case['id']}/sharing").status_code == 403
