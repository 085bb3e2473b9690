"""Who may let more people see cases, and who is told each time: nobody gives themselves a second account unseen."""

import uuid
from collections.abc import Iterator

import pytest

from services.notify.service import SERVICE
from shared.encryption import unseal_json
from tests.notifying import COUNCIL, HOSPITAL, ICB, OFFICE, SCHOOL, change_rows, rows
from tests.people import Someone
from tests.trail import entries_on

pytestmark = pytest.mark.usefixtures("sandbox")


def invited(giver: Someone, agency: str, *roles: str) -> tuple[int, str]:
    """The answer to giving somebody access by the pages, and the new person's id, "" where there is none."""
    address = f"{uuid.uuid4().hex}@people.example"
    answer = giver.post(f"/notify/people/new/{agency}", name="Robin Second", email=address, roles=list(roles))
    found = rows("SELECT id::text FROM people WHERE email = :address", address=address)
    return answer.status_code, found[0][0] if found else ""


def told_of(person_id: str) -> list[str]:
    """The words of what the contacts were told of somebody's access, each once."""
    mail = "SELECT body FROM deliveries WHERE concerns = :c AND recipient = 'deadline-contact' ORDER BY created_at"
    bodies = [unseal_json(bytes(body), "deliveries.body") for (body,) in rows(mail, c=f"person:{person_id}")]
    return list(dict.fromkeys(body["text"] for body in bodies))


def trail_of(person_id: str) -> list[tuple[str, str]]:
    with SERVICE.transaction() as session:
        return [(entry["what"], entry["why"]) for entry in entries_on(session, [f"person:{person_id}"])]


@pytest.fixture
def nobody_signs_for_the_icb() -> Iterator[None]:
    ended = rows("UPDATE people SET ended_at = now() WHERE agency_id = :a AND ended_at IS NULL RETURNING id", a=ICB)
    yield
    change_rows("UPDATE people SET ended_at = NULL WHERE id = ANY(:ids)", ids=[each.id for each in ended])


@pytest.mark.parametrize(
    ("agency", "role"),
    [(OFFICE, "partnership-office"), (OFFICE, "scrutineer"), (OFFICE, "editor"), (COUNCIL, "duty-officer")],
)
def test_an_administrator_lets_nobody_see_all_where_somebody_does_already(agency: str, role: str) -> None:
    Someone(agency, [role])
    administrator = Someone(OFFICE, ["administrator"])
    assert f'value="{role}"' not in administrator.get(f"/notify/people/new/{agency}").text
    assert invited(administrator, agency, role) == (422, "")
    second = Someone(agency, ["referrer"])
    assert administrator.post(f"/notify/people/{second.id}", name="A", roles=["referrer", role]).status_code == 422
    assert invited(Someone(OFFICE, ["partnership-office"]), agency, role)[0] == 303


def test_an_administrator_sets_a_system_up(nobody_signs_for_the_icb: None) -> None:
    administrator = Someone(OFFICE, ["administrator"])
    assert invited(administrator, ICB, "partner-approver")[0] == 303
    assert invited(administrator, ICB, "partner-approver")[0] == 422
    assert invited(administrator, ICB, "referrer")[0] == 303


def test_an_administrator_corrects_a_name_and_leaves_the_roles_as_they_are() -> None:
    officer, administrator = Someone(COUNCIL, ["duty-officer"]), Someone(OFFICE, ["administrator"])
    assert 'value="duty-officer" checked' in administrator.get(f"/notify/people/{officer.id}").text
    changed = administrator.post(f"/notify/people/{officer.id}", name="Robin Corrected", roles=["duty-officer"])
    assert changed.status_code == 303
    assert rows("SELECT name, roles FROM people WHERE id = :id", id=officer.id) == [
        ("Robin Corrected", ["duty-officer"])
    ]
    assert told_of(officer.id) == []


def test_an_administrator_does_not_give_back_an_access_that_sees_all() -> None:
    left, _ = Someone(COUNCIL, ["duty-officer"]), Someone(COUNCIL, ["duty-officer"])
    administrator, office = Someone(OFFICE, ["administrator"]), Someone(OFFICE, ["partnership-office"])
    assert administrator.post(f"/notify/people/{left.id}/access", act="end").status_code == 303
    assert administrator.post(f"/notify/people/{left.id}/access", act="resume").status_code == 409
    assert office.post(f"/notify/people/{left.id}/access", act="resume").status_code == 303
    assert len(told_of(left.id)) == 1
    assert trail_of(left.id)[-1] == ("access-resumed", "duty-officer")


def test_the_contacts_are_told_who_let_whom_see_cases() -> None:
    office = Someone(OFFICE, ["partnership-office"], name="Office Invented")
    _, second = invited(office, OFFICE, "partnership-office", "referrer")
    [words] = told_of(second)
    assert "Office Invented gave Robin Second, " in words and "access to cases as: partnership office." in words
    assert f"/notify/people/{second}" in words
    assert trail_of(second)[0] == ("person-entered", "partnership-office, referrer")


def test_a_role_that_shows_cases_is_told_when_it_is_added_and_not_when_it_stays() -> None:
    lead, someone = Someone(HOSPITAL, ["agency-lead"]), Someone(HOSPITAL, ["referrer"])
    for roles in (["referrer", "agency-lead"], ["agency-lead"]):
        assert lead.post(f"/notify/people/{someone.id}", name="Robin", roles=roles).status_code == 303
    [words] = told_of(someone.id)
    assert "access to cases as: agency lead." in words


def test_nobody_is_told_of_a_role_that_shows_no_more_than_its_holder_reported() -> None:
    _, person = invited(Someone(SCHOOL, ["agency-lead"]), SCHOOL, "referrer")
    assert person and told_of(person) == []
