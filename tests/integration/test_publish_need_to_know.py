"""Who is kept from an incident is kept from what is published of it; the office sees who read a publication."""

import uuid

import pytest
from sqlalchemy import text

from services.publish.models import Model, Publication
from services.publish.notices import tell_roles
from services.publish.service import SERVICE
from shared import clock
from shared.database import see_as
from shared.identity.people import SignIn, viewer_of
from shared.identity.viewer import SYSTEM
from tests.people import Someone
from tests.publishing import COUNCIL, OFFICE, POLICE, hear, open_publication, pdf, signed_report

pytestmark = pytest.mark.usefixtures("ground")


def person(agency: str, role: str, name: str = "Somebody Invented") -> Someone:
    return Someone(agency, [role], service="publish", name=name)


def incidents_of(publication_id: str) -> list[str]:
    with SERVICE.transaction() as session:
        found = session.scalar(text("SELECT incidents FROM publications WHERE id = :id"), {"id": publication_id})
    assert found
    return [str(each) for each in found]


def seen_by(person_id: str) -> dict[str, int]:
    """How many rows of publications the database gives a person, by table, no page being asked."""
    now = clock.machine_now()
    with SERVICE.database.sessions.begin() as session:
        assert viewer_of(session, "publish", SignIn(str(uuid.uuid4()), person_id, now, now))
        of_case = [name for name, table in Model.metadata.tables.items() if "publication_id" in table.columns]
        return {t: session.scalar(text(f"SELECT count(*) FROM {t}")) or 0 for t in ("publications", *of_case)}


@pytest.mark.parametrize("which", ["the-first", "a-further-one", "one-taken-out"])
def test_who_is_kept_from_one_incident_finds_nothing_of_the_publication(which: str) -> None:
    reviewed = [{"incident_id": str(uuid.uuid4()), "occurred_on": "2026-03-20"} for _ in range(3)]
    first, further, out = reviewed[0]["incident_id"], reviewed[2]["incident_id"], str(uuid.uuid4())
    publication = open_publication(
        pdf("Learning from the life of Hester Nolan."), incident_id=first, incidents=reviewed, taken_out=[out]
    )
    barred = {"the-first": first, "a-further-one": further, "one-taken-out": out}[which]
    at = f"/publish/publications/{publication['id']}"
    lead = person(POLICE, "communications-lead")
    assert lead.get(at).status_code == 200
    before = seen_by(lead.id)
    now = clock.machine_now().isoformat()
    change = {"bar_id": str(uuid.uuid4()), "incident_id": barred, "person_id": lead.id}
    hear("need-to-know.changed", change | {"barred_at": now, "lifted_at": None}, "notify")
    for rest in ("", "/findings", "/preview", "/protocol", "/schedule"):
        assert lead.get(at + rest).status_code == 404, rest
    assert lead.post(f"{at}/withdrawal", reasons="To meddle.").status_code == 404
    assert publication["reference"] not in lead.get("/publish/publications").text
    after = seen_by(lead.id)
    assert after["publications"] == before["publications"] - 1
    assert after["documents"] < before["documents"] and after["findings"] < before["findings"]
    assert person(POLICE, "communications-lead").get(at).status_code == 200
    shown = person(OFFICE, "partnership-office").get(f"{at}/access").text
    assert shown.count("<li>Somebody Invented,") == 1
    assert all(f"/notify/incidents/{each}/access" in shown for each in incidents_of(publication["id"]))
    with SERVICE.transaction() as session:
        tell_roles(session, session.get_one(Publication, publication["id"]), ("communications-lead",), "asked", "Look.")
        told = text("SELECT recipient FROM deliveries WHERE purpose = 'asked' AND concerns = :of")
        assert f"person:{lead.id}" not in set(session.scalars(told, {"of": f"publication:{publication['id']}"}))
    hear("need-to-know.changed", change | {"barred_at": now, "lifted_at": now}, "notify")
    assert seen_by(lead.id) == before


def test_once_a_case_has_a_team_only_its_people_of_the_partners_see_the_publication() -> None:
    reviewed = [{"incident_id": str(uuid.uuid4()), "occurred_on": "2026-03-20"} for _ in range(2)]
    publication = open_publication(incident_id=reviewed[0]["incident_id"], incidents=reviewed)
    at, incident = f"/publish/publications/{publication['id']}", reviewed[1]["incident_id"]
    on_it, beside = (person(POLICE, "partner-approver") for _ in range(2))
    lead = person(POLICE, "communications-lead")

    def seen() -> list[int]:
        return [who.get(at).status_code for who in (on_it, beside, lead)]

    assert seen() == [200, 200, 200]
    before = seen_by(beside.id)
    hear("case-team.changed", {"incident_id": incident, "people": [on_it.id]}, subject="case:1", sequence=7)
    assert seen() == [200, 404, 200]
    after = seen_by(beside.id)
    assert after["publications"] == before["publications"] - 1 and after["documents"] < before["documents"]
    hear("case-team.changed", {"incident_id": incident, "people": []}, subject="case:1", sequence=6)
    assert seen() == [200, 404, 200], "what was said before comes late"
    hear("case-team.changed", {"incident_id": incident, "people": []}, subject="case:1", sequence=8)
    assert seen() == [200, 200, 200]


def test_a_report_signed_off_before_reviews_had_several_incidents_still_opens_its_publication() -> None:
    report = signed_report(occurred_on="2026-03-20")
    del report["incidents"]
    hear("report.signed-off", report)
    with SERVICE.transaction() as session:
        found = text("SELECT incidents::text[] FROM publications WHERE practice_review_id = :review")
        assert session.scalar(found, {"review": report["practice_review_id"]}) == [report["incident_id"]]


def test_nobody_of_an_agency_that_was_ended_is_told_of_a_publication() -> None:
    publication, lead = open_publication(), person(POLICE, "communications-lead")
    told = text("SELECT recipient FROM deliveries WHERE purpose = 'asked' AND concerns = :of")
    for ended in (False, True):
        with SERVICE.database.sessions() as session:
            see_as(session, SYSTEM)
            if ended:
                session.execute(text("UPDATE agencies SET ended_at = now() WHERE id = :id"), {"id": POLICE})
            row = session.get_one(Publication, publication["id"])
            tell_roles(session, row, ("communications-lead",), "asked", "Look.")
            found = set(session.scalars(told, {"of": f"publication:{row.id}"}))
            assert (f"person:{lead.id}" in found) is not ended


def test_the_office_sees_who_read_a_publication_and_who_is_kept_from_it() -> None:
    publication = open_publication()
    at = f"/publish/publications/{publication['id']}"
    office, reader = person(OFFICE, "partnership-office"), person(COUNCIL, "partner-approver", "Reader Invented")
    assert "Reader Invented" not in office.get(f"{at}/access").text
    reader.get(at)
    assert "Reader Invented" in office.get(f"{at}/access").text
