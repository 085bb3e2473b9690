"""What several agencies say of one event is laid beside each other, contradictions are marked by people, themes are found."""

import csv
import io
from typing import Any

import pytest

from tests.people import WRONG, Someone
from tests.reviewing import (
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


def person(agency: str, *roles: str) -> Someone:
    return Someone(agency, roles, service="review")


def entry(day: str, description: str, **more: Any) -> dict[str, Any]:
    return {"from": day, "certainty": "known", "description": description, "source": "Record"} | more


def told() -> dict[str, Any]:
    """A case in which the school and the hospital tell of the same bruise, and not alike."""
    case = open_case(agencies=[SCHOOL, HOSPITAL])
    of_school = [
        entry("2025-03-14", "A bruise above the left eye was noticed.", child_seen=True, persons=["Tutor"]),
        entry("2025-03-20", "Attendance meeting."),
    ]
    of_hospital = [
        entry("2025-03-15", "Seen with a bruise above the eye, said to be a fall.", child_seen=False),
        entry("2024-01-02", "Routine appointment."),
    ]
    for agency, chronology in ((SCHOOL, of_school), (HOSPITAL, of_hospital)):
        body = FULL_RETURN | {"chronology": chronology}
        put(f"/information-requests/{request_of(case, agency)}/return", agency, body)
    return case


def keys(case: dict[str, Any]) -> dict[str, str]:
    items = get(f"/cases/{case['id']}/chronology", OFFICE)["items"]
    return {each["description"].split()[0] + " " + each["agency"]["id"]: each["key"] for each in items}


def rows(case: dict[str, Any], who: Someone, query: str = "") -> list[dict[str, str]]:
    exported = who.get(f"/review/cases/{case['id']}/chronology.csv{query}").data.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(exported)))


def test_the_system_suggests_what_may_be_one_event_and_a_person_says_that_it_contradicts() -> None:
    case, office = told(), person(OFFICE, "partnership-office")
    bruise, fall = keys(case)[f"A {SCHOOL}"], keys(case)[f"Seen {HOSPITAL}"]
    at = f"/review/cases/{case['id']}/chronology"
    page = office.get(f"{at}/entries/{bruise}").text
    assert "said to be a fall. They differ on whether the child was seen." in page
    assert "Routine appointment" not in page, "what lies a year apart is not suggested"
    office.does(
        f"{at}/entries/{bruise}", same=fall, contradicts=fall, differs_on="whether the child was seen that week"
    )
    marked = {row["Agency"]: row for row in rows(case, office, "?marked=contradiction")}
    assert set(marked) == {"Example School", "Wye Valley NHS Trust"} or len(marked) == 2
    for row in marked.values():
        assert "whether the child was seen that week" in row["Contradiction"]
        assert "March 2025" in row["Same event as"]
    shown = " ".join(office.get(at).text.split())
    assert "Contradiction</strong> Wye Valley NHS Trust, 15 March 2025" in shown
    back = office.get(f"{at}/entries/{bruise}").text.partition('name="take_back" value="')[2].partition('"')[0]
    assert office.post(f"{at}/entries/{bruise}", take_back=back).status_code == 303
    assert office.post(f"{at}/entries/{bruise}", take_back=back).status_code == 404


def test_entries_are_found_by_theme_episode_and_person() -> None:
    case, office = told(), person(OFFICE, "partnership-office")
    bruise = keys(case)[f"A {SCHOOL}"]
    at = f"/review/cases/{case['id']}/chronology"
    office.does(f"{at}/entries/{bruise}", theme="Professional curiosity", episode="The bruise in March")
    assert 'value="Professional curiosity"' in office.get(at).text
    for query in ("?theme=Professional+curiosity", "?episode=The+bruise+in+March", "?person=tutor"):
        assert [row["What happened"][:8] for row in rows(case, office, query)] == ["A bruise"], query
    assert rows(case, office, "?theme=Nothing") == []
    assert "Marked" in office.get(f"{at}?theme=Professional+curiosity").text


def test_a_mark_lays_two_agencies_beside_each_other_and_says_something() -> None:
    case, office = told(), person(OFFICE, "partnership-office")
    found = keys(case)
    path = f"/cases/{case['id']}/chronology/marks"
    both = [found[f"A {SCHOOL}"], found[f"Attendance {SCHOOL}"]]
    assert call("POST", path, OFFICE, {"kind": "same-event", "entries": both}).status_code == 422
    assert call("POST", path, OFFICE, {"kind": "theme", "entries": both}).status_code == 422
    assert call("POST", path, OFFICE, {"kind": "theme", "entries": ["0" * 24], "words": "X"}).status_code == 422
    nothing = office.post(f"/review/cases/{case['id']}/chronology/entries/{both[0]}")
    assert "name a theme or an episode" in WRONG.findall(nothing.text)[0]


def test_an_entry_that_its_agency_changed_is_another_entry() -> None:
    case, office = told(), person(OFFICE, "partnership-office")
    bruise = keys(case)[f"A {SCHOOL}"]
    post(f"/cases/{case['id']}/chronology/marks", OFFICE, {"kind": "theme", "entries": [bruise], "words": "Curiosity"})
    changed = FULL_RETURN | {"chronology": [entry("2025-03-14", "A bruise on the arm was noticed.")]}
    put(f"/information-requests/{request_of(case, SCHOOL)}/return", SCHOOL, changed)
    assert office.get(f"/review/cases/{case['id']}/chronology/entries/{bruise}").status_code == 404
    assert rows(case, office, "?theme=Curiosity") == []


def test_who_only_reads_marks_nothing_and_what_is_marked_stays_in_the_case() -> None:
    case, other = told(), told()
    bruise = keys(case)[f"A {SCHOOL}"]
    path = f"/review/cases/{case['id']}/chronology/entries/{bruise}"
    scrutineer = person(OFFICE, "scrutineer")
    assert scrutineer.get(path).status_code == 403
    assert "/entries/" not in scrutineer.get(f"/review/cases/{case['id']}/chronology").text
    body = {"kind": "theme", "entries": [bruise], "words": "Curiosity"}
    made = post(f"/cases/{case['id']}/chronology/marks", POLICE, body)
    assert [each["id"] for each in get(f"/cases/{case['id']}/chronology/marks", OFFICE)["items"]] == [made["id"]]
    assert get(f"/cases/{other['id']}/chronology/marks", OFFICE)["items"] == []
    assert call("GET", f"/cases/{case['id']}/chronology/marks", SCHOOL).status_code == 404
    post(f"/chronology-marks/{made['id']}/end", POLICE, {})
    assert call("POST", f"/chronology-marks/{made['id']}/end", POLICE, {}).status_code == 409
