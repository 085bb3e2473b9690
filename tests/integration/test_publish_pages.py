"""Publishing by pages: every page × every role, and the way of an editor and a communications lead on both routes."""

import io
import re
from functools import cache
from typing import Any

import pytest
from markupsafe import escape
from sqlalchemy import text

from services.publish.document_check import check_documents
from services.publish.going_live import publish_due
from services.publish.service import SERVICE
from shared.identity.roles import ROLES
from shared.partnership import partnership
from tests.people import WRONG, Someone, declared, filled
from tests.publishing import (
    OFFICE,
    PARTNERS,
    confirm_copies,
    get,
    open_publication,
    pass_days,
    pdf,
    publication_day,
)
from tests.word_files import PLACES, heading, paragraph, picture, split_photograph, word

pytestmark = pytest.mark.usefixtures("ground")

NOBODY = "nobody"
POLICE, COUNCIL, HOSPITAL = "west-mercia-police", "herefordshire-council", "wye-valley-nhs-trust"
AT = {
    "duty-officer": COUNCIL,
    "partner-approver": POLICE,
    "partnership-office": OFFICE,
    "scrutineer": OFFICE,
    "administrator": OFFICE,
    "editor": OFFICE,
    "communications-lead": POLICE,
}
ALL = frozenset(ROLES) | {NOBODY}
OFFICE_ALONE = frozenset({"partnership-office"})
READS = frozenset({"partnership-office", "partner-approver", "scrutineer", "editor", "communications-lead"})
DECIDES = OFFICE_ALONE | {"partner-approver"}
EDITS = OFFICE_ALONE | {"editor"}
BRINGS_OUT = OFFICE_ALONE | {"communications-lead"}
JUDGES = EDITS | BRINGS_OUT
KEEPS_SYSTEM = OFFICE_ALONE | {"administrator"}
BOTH = ("GET", "POST")
ONE, ACT = "/publish/publications/<uuid:publication_id>", "/publish/publications/<uuid:record_id>"
MAY: dict[tuple[str, str], frozenset[str]] = {
    ("GET", "/publish"): ALL,
    **{("GET", path): READS for path in ("/publish/publications", ONE, f"{ONE}/preview", f"{ONE}/findings", f"{ONE}/documents/<uuid:document_id>", f"{ONE}/documents/<uuid:document_id>/file", f"{ONE}/findings/<uuid:finding_id>/picture")},
    ("GET", f"{ONE}/access"): OFFICE_ALONE,
    ("GET", "/publish/past-reviews"): READS,
    **{(method, "/publish/past-reviews/<slug>/withdrawal"): BRINGS_OUT for method in BOTH},
    ("GET", "/publish/settings/protocol"): KEEPS_SYSTEM,
    **{(method, f"/publish/settings/protocol/{rest}"): KEEPS_SYSTEM for rest in ("new", "<slug>", "<slug>/removal") for method in BOTH},
    **{(method, "/publish/publications/new"): EDITS for method in BOTH},
    **{(method, f"{ONE}/findings/{which}"): JUDGES for which in ("several", "<uuid:finding_id>") for method in BOTH},
    **{(method, f"{ACT}/route"): DECIDES for method in BOTH},
    **{(method, f"{ACT}/{rest}"): EDITS for rest in ("words", "document") for method in BOTH},
    **{(method, f"{ACT}/{rest}"): BRINGS_OUT for rest in ("protocol", "early-reader", "embargo", "schedule", "correction", "withdrawal") for method in BOTH},
    **{(method, f"{ACT}/{rest}"): JUDGES for rest in ("nspcc-receipt", "retention") for method in BOTH},
}  # fmt: skip


def person(agency: str, role: str, name: str = "Somebody Invented") -> Someone:
    return Someone(agency, [role], service="publish", name=name)


@cache
def holder(role: str) -> Someone:
    return Someone(service="publish") if role == NOBODY else person(AT.get(role, HOSPITAL), role)


def test_every_page_has_its_roles_decided() -> None:
    assert set(declared("publish")) == set(MAY)


@pytest.mark.parametrize("role", [*ROLES, NOBODY])
def test_a_role_opens_what_is_decided_and_nothing_else(role: str) -> None:
    wrong = []
    someone = holder(role)
    for (method, path), allowed in MAY.items():
        answer = someone.get(filled(path)) if method == "GET" else someone.post(filled(path))
        asked_to_sign_in = answer.status_code == 303 and "/notify/sign-in?next=" in answer.location
        refused = answer.status_code == 403 and "Your account is not for this page" in answer.text
        no_token = answer.status_code == 400 and role == NOBODY
        opened = path == "/publish" or not (asked_to_sign_in or refused or no_token)
        if opened != (role in allowed) or answer.status_code >= 500:
            wrong.append(f"{method} {path}: {answer.status_code}")
    assert wrong == []


def day(name: str, value: Any) -> dict[str, str]:
    return {f"{name}-day": str(value.day), f"{name}-month": str(value.month), f"{name}-year": str(value.year)}


def route(kind: str, **more: str) -> dict[str, str]:
    agreed = {f"{what}_{agency}": f"{what} of {agency}" for agency in PARTNERS for what in ("name", "role")}
    return agreed | {"route": kind, "reasons": "It is for everyone to learn from.", "publish": "full-report"} | more


def follow_protocol(lead: Someone, at: str) -> None:
    for step in partnership().protocol:
        if step.required and step.when == "before":
            lead.does(f"{at}/protocol", step=step.id)


@pytest.mark.parametrize("kind", ["local", "anonymous"])
def test_a_report_goes_its_way_from_findings_to_live_and_down_again(kind: str, own_clock: None) -> None:
    publication = open_publication(pdf("Learning from the life of Hester Nolan."))
    at = f"/publish/publications/{publication['id']}"
    editor, lead = person(OFFICE, "editor", "Ruth Editor"), person(POLICE, "communications-lead", "Nia Lead")
    approver = person(COUNCIL, "partner-approver")
    today = publication_day(0)
    nspcc = {"nspcc_by": "The librarian", **day("nspcc_on", today)} if kind == "anonymous" else {}
    approver.does(f"{at}/route", **route(kind, **nspcc))
    assert "Hester Nolan" in editor.get(f"{at}/findings").text
    lead.get(f"{at}/schedule")
    shut = lead.post(f"{at}/schedule", time="09:00", **day("day", publication_day(8)))
    assert shut.status_code == 422
    assert "protocol" in WRONG.findall(shut.text)[0].casefold() or "finding" in WRONG.findall(shut.text)[0].casefold()

    editor.does(
        f"{at}/document", kind="full-report", file=(io.BytesIO(pdf("Learning from the life of a child.")), "report.pdf")
    )
    check_documents()
    for found in re.findall(rf'href="({at}/findings/[0-9a-f-]+)"', editor.get(f"{at}/findings").text):
        assert editor.post(found, resolution="removed", reason="A newer version is without it.").status_code == 303
    editor.does(
        f"{at}/words", title="Learning together", summary="What agencies can learn.", themes="Sharing what is known"
    )
    check_documents()
    follow_protocol(lead, at)
    assert "Learning together" in editor.get(f"{at}/preview").text or kind == "anonymous"
    lead.does(f"{at}/schedule", time="09:00", avoided_week_reasons="It must.", **day("day", publication_day(8)))
    confirm_copies(publication)
    pass_days()
    publish_due()
    shown = get(f"/publications/{publication['id']}")
    assert shown["status"] == "live", (shown["held_because"], shown["missing"])
    assert lead.post(f"{at}/withdrawal").status_code == 422  # nothing is taken down without a reason
    lead.does(f"{at}/withdrawal", reasons="A name was found.")
    page = editor.get(at).text
    assert "Withdrawn" in page
    assert "Nia Lead" in page
    told = page.partition("Who is told")[2]
    for words in ("Send a copy before publication", partnership().recipient("secretary-of-state").name):
        assert str(escape(words)) in told, words
    assert f"<title>Publication {publication['reference']} – " in page


def test_several_names_that_nobody_listed_may_stay_for_one_reason() -> None:
    publication = open_publication(pdf("As Bowlby and Laming wrote. The twins. Hester said."))
    at = f"/publish/publications/{publication['id']}/findings"
    second = person(OFFICE, "editor", "Sian Second")
    page = second.get(f"{at}/several").text
    boxes = re.findall(r'name="findings"[^>]* value="([^"]+)"|value="([^"]+)"[^>]* name="findings"', page)
    assert len(boxes) == 3
    assert "hester" not in page.casefold()
    stay = {"resolution": "accepted", "reason": "They are cited."}
    assert "Choose those that may stay" in second.post(f"{at}/several", **stay).text
    chosen = [one or other for one, other in boxes][1:]
    assert second.post(f"{at}/several", findings=chosen, **stay).status_code == 303
    shown = second.get(at).text
    assert shown.count("Accepted by Sian Second: They are cited.") == 2
    assert shown.count("/findings/") == 2 + 1  # two to decide on, and the page for several


def test_all_that_the_newest_version_is_without_is_removed_in_one_go() -> None:
    publication = open_publication(pdf("Hester Nolan, born 12 March 2019, of Invented Street.", "The twins. Bowlby."))
    at = f"/publish/publications/{publication['id']}"
    editor = person(OFFICE, "editor", "Ruth Editor")

    def still_open() -> list[str]:
        return sorted(each["kind"] for each in get(f"/publications/{publication['id']}/findings?open=true")["items"])

    def remove() -> int:
        form = {"resolution": "removed", "reason": "The newer version is without it."}
        return int(editor.post(f"{at}/findings/several", **form).status_code)

    found = still_open()
    assert len(found) >= 4 and "hint-twins" in found
    link = "Mark all that newer versions are without as removed"
    assert link not in editor.get(f"{at}/findings").text
    editor.does(f"{at}/document", kind="full-report", file=(io.BytesIO(pdf("The twins.")), "report.pdf"))
    assert remove() == 422  # the newest version has not been checked
    assert still_open() == found
    check_documents()
    assert link in editor.get(f"{at}/findings").text
    assert f"Removed: all {len(found) - 1} in older versions" in editor.get(f"{at}/findings/several").text
    assert remove() == 303
    assert still_open() == ["hint-twins", "hint-twins"]  # what the newest still has, in both versions
    removed = [each for each in get(f"/publications/{publication['id']}/findings")["items"] if each["resolution"]]
    assert len(removed) == len(found) - 1
    assert {(each["resolution"], each["by"], each["reason"]) for each in removed} == {
        ("removed", "Ruth Editor", "The newer version is without it.")
    }
    assert remove() == 422  # nothing more is to be marked
    assert link not in editor.get(f"{at}/findings").text


def test_a_documents_page_says_what_was_taken_out_and_what_it_lacks() -> None:
    publication = open_publication()
    editor = person(OFFICE, "editor", "Ruth Editor")
    at = f"/publish/publications/{publication['id']}"
    body = heading("Learning", 2) + paragraph(picture(alt="Contacts by month")) + PLACES["a header"].body
    content = word(
        body, PLACES["a header"].parts | {"word/media/image1.png": split_photograph()}, {"rIdP": "media/image1.png"}
    )
    editor.does(f"{at}/document", kind="slides", file=(io.BytesIO(content), "slides.docx"))
    assert "Being examined" in editor.get(at).text
    found = re.findall(rf'href="({at}/documents/[^"]+)">Slides', editor.get(at).text)[0]
    assert "look again" in editor.get(found).text
    check_documents()
    shown = editor.get(found).text
    for words in ("made of what the Word document shows", "Headers and footers", "Hester Nolan", "Contacts by month", "first heading"):  # fmt: skip
        assert words in shown
    assert editor.get(f"{found}/file").data.startswith(b"%PDF-")


def test_who_uploaded_a_document_does_not_accept_what_was_found_in_it() -> None:
    publication = open_publication()
    at = f"/publish/publications/{publication['id']}"
    editor, second = person(OFFICE, "editor", "Ruth Editor"), person(OFFICE, "editor", "Sian Second")
    editor.does(
        f"{at}/document", kind="slides", file=(io.BytesIO(pdf("A school in Invented Street.", "Hester Nolan")), "s.pdf")
    )
    check_documents()
    found = re.findall(rf'href="({at}/findings/[^"]+)"', editor.get(f"{at}/findings").text)[0]
    own = editor.post(found, resolution="accepted", reason="It is well known.")
    assert own.status_code == 422
    assert "second person" in editor.post(found, resolution="accepted", reason="It is well known.").text
    assert second.post(found, resolution="accepted", reason="It is a fictional name.").status_code == 303


def test_a_second_person_is_told_by_who_they_are_and_not_by_what_they_are_called() -> None:
    publication = open_publication()
    at = f"/publish/publications/{publication['id']}"
    editor, namesake = person(OFFICE, "editor", "Ruth Editor"), person(OFFICE, "editor", "Ruth Editor")
    editor.does(f"{at}/document", kind="slides", file=(io.BytesIO(pdf("Hester Nolan")), "s.pdf"))
    check_documents()
    found = re.findall(rf'href="({at}/findings/[^"]+)"', editor.get(f"{at}/findings").text)[0]
    with SERVICE.transaction() as session:
        session.execute(text("UPDATE people SET name = 'Ruth Wedded' WHERE id = :id"), {"id": editor.id})
    assert "second person" in editor.post(found, resolution="accepted", reason="It is well known.").text
    assert namesake.post(found, resolution="accepted", reason="It is a fictional name.").status_code == 303


def test_who_wrote_the_words_of_the_page_does_not_accept_what_was_found_in_them() -> None:
    publication = open_publication()
    at = f"/publish/publications/{publication['id']}"
    editor, second = person(OFFICE, "editor", "Ruth Editor"), person(OFFICE, "editor", "Sian Second")
    editor.does(f"{at}/words", title="Learning", summary="Two contacts about Hester Nolan were closed.")
    check_documents()
    found = re.findall(rf'href="({at}/findings/[^"]+)"', editor.get(f"{at}/findings").text)[0]
    asked = editor.get(found).text
    assert "Words of the page, version 2: “Hester Nolan” in “" in asked
    assert "second person" in editor.post(found, resolution="accepted", reason="I wrote it.").text
    assert "Change the words of the page first" in editor.post(found, resolution="removed", reason="Gone.").text
    assert second.post(found, resolution="accepted", reason="It is a fictional name.").status_code == 303


def test_a_publications_page_uses_the_words_of_its_forms_and_says_for_whom_each_agreed() -> None:
    publication = open_publication()
    at = f"/publish/publications/{publication['id']}"
    editor = person(OFFICE, "editor")
    editor.does(f"{at}/words", title="Learning", warnings="child-death", age_bands="unborn", agency_kinds="icb")
    person(COUNCIL, "partner-approver").does(f"{at}/route", **route("local"))
    shown = editor.get(at).text
    for words in ("the death of a child", "Before birth", "Integrated care board", "(West Mercia Police)"):
        assert words in shown


def test_each_thing_that_is_missing_for_a_time_is_a_sentence_of_its_own_and_all_steps_are_one_with_the_way_to_them() -> (
    None
):
    publication = open_publication()
    at = f"/publish/publications/{publication['id']}"
    person(COUNCIL, "partner-approver").does(f"{at}/route", **route("local"))
    lead = person(POLICE, "communications-lead")
    lead.get(f"{at}/schedule")
    answer = lead.post(f"{at}/schedule", time="09:00", **day("day", publication_day(1)))
    steps = [step for step in partnership().protocol if step.required and step.when == "before"]
    assert answer.status_code == 422
    assert answer.text.count('<a href="#day-day">') == 1  # the day itself is too early
    steps_left = f'<a href="{at}/protocol">{len(steps)} steps of the media and communications protocol must be done'
    assert answer.text.count(steps_left) == 1
    assert not any(str(escape(step.sentence)) in answer.text for step in steps)
    assert "See missing" not in answer.text


def test_steps_of_the_protocol_that_are_missing_stand_beneath_one_sentence_on_the_page() -> None:
    publication = open_publication()
    shown = person(OFFICE, "editor").get(f"/publish/publications/{publication['id']}").text
    steps = [step for step in partnership().protocol if step.required and step.when == "before"]
    assert shown.count("of the media and communications protocol:") == 1
    listed = shown.partition("of the media and communications protocol:")[2].partition("</ul>")[0]
    assert listed.count("<li>") == len(steps) > 1
    assert all(str(escape(step.sentence)) in listed for step in steps)
    missing = get(f"/publications/{publication['id']}")["missing"]
    assert sum(each.startswith("Complete this step of the media") for each in missing) == len(steps)


def test_a_document_of_the_preview_opens_before_the_public_has_it() -> None:
    publication = open_publication()
    at = f"/publish/publications/{publication['id']}"
    person(COUNCIL, "partner-approver").does(f"{at}/route", **route("local"))
    editor = person(OFFICE, "editor")
    (document,) = re.findall(r'href="([^"]*/file)"', editor.get(f"{at}/preview").text)
    assert editor.get(document).data.startswith(b"%PDF-")


def test_a_partner_missing_from_the_agreement_is_said_and_nothing_typed_is_lost() -> None:
    publication = open_publication()
    approver = person(COUNCIL, "partner-approver")
    form = route("local") | {f"name_{PARTNERS[0]}": ""}
    answer = approver.post(f"/publish/publications/{publication['id']}/route", **form)
    assert answer.status_code == 422
    assert "It is for everyone to learn from." in answer.text


def test_a_document_that_is_none_is_refused_in_words() -> None:
    publication = open_publication()
    editor = person(OFFICE, "editor")
    at = f"/publish/publications/{publication['id']}/document"
    assert "(optional)" not in editor.get(at).text  # a file must be sent
    assert "that is not empty" in editor.post(at, kind="slides", file=(io.BytesIO(b""), "")).text
    for content in (b"", b"not a document"):
        answer = editor.post(at, kind="slides", file=(io.BytesIO(content), "x.pdf"))
        check_documents()
        assert answer.status_code in (303, 422)
    assert "Refused" in editor.get(at.removesuffix("/document")).text or answer.status_code == 422
