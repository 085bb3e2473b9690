"""Behind the interface the database itself shows nobody what is not theirs, and holds no case content in the clear."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from services.review.information_requests import extend_request
from services.review.models import InformationRequest, Model
from services.review.service import SERVICE
from shared import clock
from shared.identity.viewer import NOBODY, Viewer
from tests.reviewing import (
    FULL_RETURN,
    HOSPITAL,
    POLICE,
    SCHOOL,
    commissioned,
    find_case,
    open_case,
    post,
    put,
    request_of,
)

pytestmark = pytest.mark.usefixtures("ground")

OF_AGENCY = {"information_requests", "agency_returns", "extensions"}
OWN_ROWS = OF_AGENCY | {"recommendations", "actions", "evidence"}
SHARED = {"shared_material", "planned_meetings"}  # what was shared with an agency: test_review_sharing.py, _meetings.py
TABLES = set(Model.metadata.tables)


@pytest.fixture(scope="module")
def case() -> dict:
    """A case with returns of two agencies, a decision, signatures, a practice review, a recommendation, evidence."""
    case = open_case()
    put(f"/information-requests/{request_of(case, SCHOOL)}/return", SCHOOL, FULL_RETURN)
    put(f"/information-requests/{request_of(case, HOSPITAL)}/return", HOSPITAL, FULL_RETURN)
    commissioned(case)
    body = {"case_id": case["id"], "owner_agency": HOSPITAL, "text": "Teach escalation.", "theme": "escalation"}
    recommendation = post("/recommendations", POLICE, body)
    action = post(f"/recommendations/{recommendation['id']}/actions", HOSPITAL, {"text": "Train."})
    post(f"/actions/{action['id']}/evidence", HOSPITAL, {"what_changed": "Trained.", "progress": "done"})
    request = request_of(open_case(), HOSPITAL)
    with SERVICE.transaction() as session:
        row = session.get_one(InformationRequest, request)
        extend_request(session, row, clock.now().date() + timedelta(days=30), "Half term.", viewer(POLICE, "partner"))
    return find_case(case["incident_id"])


def viewer(agency: str, scope: str) -> Viewer:
    return Viewer(agency, agency, "", is_partner=scope == "partner", is_authority=False, scope=scope)


def rows(table: str, who: Viewer) -> int:
    with SERVICE.transaction(who) as session:
        return session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()


@pytest.mark.parametrize("table", sorted(TABLES))
def test_nobody_in_particular_sees_no_row(table: str, case: dict) -> None:
    assert rows(table, NOBODY) == 0


@pytest.mark.parametrize("table", sorted(TABLES - OWN_ROWS - SHARED))
def test_an_agency_that_asks_the_database_past_the_interface_sees_no_case_file(table: str, case: dict) -> None:
    assert rows(table, viewer(SCHOOL, "own")) == 0


@pytest.mark.parametrize("table", sorted(OF_AGENCY))
def test_an_agency_sees_its_own_rows_and_no_other(table: str, case: dict) -> None:
    with SERVICE.transaction(viewer(HOSPITAL, "own")) as session:
        owners = session.execute(text(f"SELECT DISTINCT agency_id FROM {table}")).scalars().all()
    assert owners == [HOSPITAL]


@pytest.mark.parametrize(
    ("table", "made_to"),
    [
        ("recommendations", "id"),
        ("actions", "recommendation_id"),
        ("evidence", "(SELECT a.recommendation_id FROM actions a WHERE a.id = action_id)"),
    ],
)
def test_an_agency_sees_what_was_recommended_to_it_and_what_is_done_about_that(
    table: str, made_to: str, case: dict
) -> None:
    statement = f"SELECT DISTINCT r.agencies FROM {table} t LEFT JOIN recommendations r ON r.id = t.{made_to}"
    statement = statement.replace("t.(", "(")
    with SERVICE.transaction(viewer(HOSPITAL, "own")) as session:
        agencies = session.execute(text(statement)).scalars().all()
    assert agencies
    assert all(HOSPITAL in each for each in agencies)


@pytest.mark.parametrize("table", ["cases", "agency_returns", "practice_reviews", "rapid_review_signatures"])
def test_partners_and_the_office_see_case_files(table: str, case: dict) -> None:
    assert rows(table, viewer(POLICE, "partner")) > 0
    assert rows(table, viewer("hscp-partnership-office", "all")) > 0


def test_an_agency_cannot_write_a_return_in_anothers_name(case: dict) -> None:
    statement = text("UPDATE agency_returns SET late = true WHERE agency_id = :agency RETURNING id")
    with SERVICE.transaction(viewer(SCHOOL, "own")) as session:
        assert session.execute(statement, {"agency": HOSPITAL}).all() == []


def test_every_table_of_review_is_under_row_security() -> None:
    statement = text(
        "SELECT relname FROM pg_class WHERE relname = ANY(:names) AND relrowsecurity AND relforcerowsecurity"
    )
    with SERVICE.transaction() as session:
        assert set(session.execute(statement, {"names": list(TABLES)}).scalars()) == TABLES


def test_no_case_content_lies_in_the_clear(case: dict) -> None:
    told = [
        b"Hester Nolan",
        b"Attendance fell",
        b"Agencies did not share",
        b"Teach escalation",
        b"Trained",
        b"Pat Watkins",
    ]
    with SERVICE.transaction() as session:
        for table in sorted(TABLES | {"events", "audit_entries"}):
            for row in session.execute(text(f"SELECT * FROM {table}")):
                kept = b"".join(bytes(each) if isinstance(each, memoryview) else str(each).encode() for each in row)
                assert not [words for words in told if words in kept], table
