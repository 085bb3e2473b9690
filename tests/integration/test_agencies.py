"""The office keeps the agencies by pages: entered, renamed, told elsewhere, ended and taken up again, in every service."""

import json
import uuid
from pathlib import Path

import pytest

from deploy import demonstration
from shared.partnership import partnership
from tests.integration.test_directory import new_key, status_with
from tests.notifying import COUNCIL, HOSPITAL, OFFICE, POLICE, key_of, refer, referral, rows, said
from tests.people import Someone

pytestmark = pytest.mark.usefixtures("sandbox")


def administrator() -> Someone:
    return Someone(OFFICE, ["administrator"])


def added(someone: Someone, emails: str = "head@academy.example") -> tuple[str, str]:
    """An agency entered by the page: its id and name."""
    name = f"Example Academy {uuid.uuid4().hex[:8]}"
    assert someone.does("/notify/agencies/new", name=name, kind="school", emails=emails) == "/notify/settings"
    ((agency,),) = rows("SELECT id FROM agencies WHERE name = :name", name=name)
    return agency, name


def test_an_agency_is_added_and_its_people_and_systems_can_take_part() -> None:
    someone = administrator()
    agency, name = added(someone, "head@academy.example\r\n\r\ndeputy@academy.example")
    assert name in someone.get("/notify/settings").text
    (told,) = said("directory.changed", id=agency)
    assert told["emails"] == ["head@academy.example", "deputy@academy.example"] and told["is_partner"] is False
    assert status_with(new_key(agency)) == 200
    assert Someone(agency, ["referrer"]).get("/notify/reports").status_code == 200
    (entry,) = rows(
        "SELECT entry FROM audit_entries WHERE entry LIKE :on AND entry LIKE '%agency-entered%'",
        on=f'%"agency:{agency}"%',
    )
    assert f"person:{someone.id}" in entry.entry


def test_a_new_name_is_shown_on_pages_and_offered_where_a_child_is_known() -> None:
    someone = administrator()
    agency, _ = added(someone)
    fresh = f"Renamed {uuid.uuid4().hex[:8]}"
    someone.does(f"/notify/agencies/{agency}/change", name=fresh, emails="head@academy.example")
    body = referral({"agencies_known_to": [agency]})
    incident = refer(body, HOSPITAL)["incident"]["id"]
    assert fresh in Someone(COUNCIL, ["duty-officer"]).get(f"/notify/incidents/{incident}").text
    reporter = Someone(HOSPITAL, ["referrer"])
    draft = reporter.post("/notify/report").location.removesuffix("/incident/what-happened")
    assert fresh in reporter.get(f"{draft}/child/0/agencies").text
    assert said("directory.changed", id=agency)[-1]["name"] == fresh


def test_an_ended_agencys_people_and_keys_stop_at_once_and_work_again_when_it_is_taken_up() -> None:
    someone = administrator()
    agency, name = added(someone)
    key, person = new_key(agency), Someone(agency, ["referrer"])
    assert "Its people are signed out" in someone.get(f"/notify/agencies/{agency}/end").text
    someone.post(f"/notify/agencies/{agency}/end")
    assert status_with(key) == 401 and person.get("/notify/reports").status_code == 303
    reporter = Someone(HOSPITAL, ["referrer"])
    draft = reporter.post("/notify/report").location.removesuffix("/incident/what-happened")
    assert name not in reporter.get(f"{draft}/child/0/agencies").text
    assert someone.post(f"/notify/agencies/{agency}/change", name="X", emails="").status_code == 422
    someone.post(f"/notify/agencies/{agency}/end")
    assert status_with(key) == 200 and person.get("/notify/reports").status_code == 200


@pytest.mark.parametrize("agency", [COUNCIL, POLICE, OFFICE])
def test_whom_the_partnerships_file_names_is_not_ended_by_a_page(agency: str) -> None:
    answer = administrator().post(f"/notify/agencies/{agency}/end")
    assert answer.status_code == 409 and "change the file first" in answer.text


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"name": ""}, "Enter the name of the agency"),
        ({"kind": ""}, "Choose what kind"),
        ({"kind": "partnership-office"}, "Not a valid choice"),
        ({"emails": "not an address"}, "like name@agency.example"),
        ({"emails": "head@herefordshire.gov.uk"}, "only production may send there"),
        ({"name": "West Mercia Police"}, "Another agency has this name"),
        ({"emails": "\r\n".join(f"a{n}@academy.example" for n in range(11))}, "10 addresses at most"),
    ],
)
def test_a_faulty_agency_is_shown_again_with_what_to_do(form: dict[str, str], sentence: str) -> None:
    whole = {"name": f"Example {uuid.uuid4().hex}", "kind": "school", "emails": "head@academy.example"} | form
    answer = administrator().post("/notify/agencies/new", **whole)
    assert answer.status_code == 422 and sentence in answer.text


def test_an_agency_that_there_is_not_is_404() -> None:
    assert administrator().get("/notify/agencies/no-such/change").status_code == 404


def test_a_demonstration_that_starts_again_keeps_what_the_office_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demonstration, "PEOPLE", ())  # other tests have people of their own
    holders = {each.id: {"id": each.id, "api_key": key_of(each.id)} for each in partnership().agencies}
    kept = {"agencies": holders, "partnership_office": holders[OFFICE]}
    (tmp_path / "credentials.json").write_text(json.dumps(kept))
    someone, before = administrator(), "Example Housing Association"
    fresh = f"Renamed {uuid.uuid4().hex[:8]}"
    someone.does("/notify/agencies/example-housing/change", name=fresh, emails="")
    demonstration.load(tmp_path)
    assert rows("SELECT name FROM agencies WHERE id = 'example-housing'") == [(fresh,)]
    assert status_with(key_of("example-housing")) == 200
    someone.does("/notify/agencies/example-housing/change", name=before, emails="safeguarding@example-housing.example")
