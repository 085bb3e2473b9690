"""A picture that no program can read is looked at by a second person before the report goes out, on every route."""

import io
import re
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import text

from services.publish.document_check import check_documents
from services.publish.going_live import publish_due
from services.publish.service import SERVICE
from tests.integration.test_publish_documents import findings, resolve
from tests.integration.test_publish_pages import COUNCIL, POLICE, person
from tests.pictures import points, report_with
from tests.publishing import (
    BASE,
    OFFICE,
    PARTNERS,
    SCHOOL,
    call,
    client,
    confirm_copies,
    follow_protocol,
    get,
    open_publication,
    pass_days,
    pdf,
    post,
    route,
    schedule,
    upload,
)
from tests.word_files import heading, paragraph, picture, split_photograph, word

pytestmark = pytest.mark.usefixtures("ground", "own_clock")


def pictures(publication: dict[str, Any], query: str = "?open=true") -> list[dict[str, Any]]:
    return [each for each in findings(publication, query) if each["kind"] == "picture"]


def the_picture(publication: dict[str, Any]) -> dict[str, Any]:
    (found,) = pictures(publication)
    return found


def test_a_picture_is_a_finding_with_its_page_its_size_and_what_to_do() -> None:
    found = the_picture(open_publication(report_with()))
    assert (found["page"], found["has_picture"]) == (1, True)
    assert "7.1 by 5.3 cm" in found["context"] and "no alternative text" in found["context"]
    assert "words, faces, school badges or house numbers" in found["why"]


def test_a_picture_of_a_word_document_is_one_with_its_alternative_text() -> None:
    publication = open_publication()
    body = heading("Findings") + paragraph("Words.") + paragraph(picture(alt="A graph of contacts"))
    content = word(body, {"word/media/image1.png": split_photograph()}, {"rIdP": "media/image1.png"})
    upload(publication, content, "report.docx")
    assert "“A graph of contacts”" in the_picture(publication)["context"]


@pytest.mark.parametrize("kind", ["local", "anonymous"])
def test_nothing_goes_out_before_a_second_person_has_looked_at_its_picture(kind: str) -> None:
    publication = open_publication()
    upload(publication, report_with(), uploaded_by="Ruth Editor")
    post(f"/publications/{publication['id']}/route", route(kind))
    follow_protocol(publication)
    shut = schedule(publication, status=409)
    assert any("found in the full report" in sentence for sentence in shut["missing"])
    resolve(publication, the_picture(publication), "accepted", "Ruth Editor", status=422)
    resolve(publication, the_picture(publication), "accepted", "Sam Second")
    for each in findings(publication):
        resolve(publication, each, "accepted", "Sam Second")
    schedule(publication)


def test_a_picture_in_the_last_version_holds_what_is_scheduled_already() -> None:
    publication = open_publication()
    post(f"/publications/{publication['id']}/route", route())
    follow_protocol(publication)
    schedule(publication)
    confirm_copies(publication)
    upload(publication, report_with(), uploaded_by="Ruth Editor")
    pass_days()
    publish_due()
    held = get(f"/publications/{publication['id']}")
    assert held["status"] == "held"
    assert any("found in the full report" in sentence for sentence in held["missing"])


def test_what_was_accepted_stays_so_while_the_picture_is_the_same_and_another_is_asked_about() -> None:
    publication = open_publication()
    upload(publication, report_with(), uploaded_by="Ruth Editor")
    resolve(publication, the_picture(publication), "accepted", "Sam Second")
    upload(publication, report_with(), uploaded_by="Ruth Editor")
    assert pictures(publication) == []
    upload(publication, report_with(points("green")), uploaded_by="Ruth Editor")
    assert len(pictures(publication)) == 1


def test_a_picture_is_removed_by_a_version_without_it() -> None:
    publication = open_publication(report_with())
    found = the_picture(publication)
    resolve(publication, found, "removed", "Sam Second", status=409)
    upload(publication, pdf("Agencies share what they know."))
    resolve(publication, found, "removed", "Sam Second")
    assert findings(publication) == []


def test_the_picture_is_shown_to_those_who_may_see_the_finding_and_to_nobody_else() -> None:
    publication = open_publication(report_with())
    at = f"/publications/{publication['id']}/findings/{the_picture(publication)['id']}/picture"
    for agency in (OFFICE, *PARTNERS):
        answer = call("GET", at, agency)
        assert (answer.status_code, answer.content_type) == (200, "image/jpeg")
        assert Image.open(io.BytesIO(answer.data)).size == (40, 30)
    assert call("GET", at, SCHOOL).status_code in (403, 404)
    assert client().get(BASE + at).status_code == 401
    other = open_publication(pdf("Hester said."))
    of_another = at.replace(publication["id"], other["id"])
    (name,) = findings(other)
    assert not name["has_picture"]
    for path in (of_another, f"/publications/{other['id']}/findings/{name['id']}/picture"):
        assert call("GET", path).status_code == 404


def test_who_decides_sees_the_picture_and_does_not_let_it_stay_among_many() -> None:
    publication = open_publication(report_with())
    second, reader = person(OFFICE, "editor", "Sian Second"), person(COUNCIL, "partner-approver")
    at = f"/publish/publications/{publication['id']}/findings"
    page = second.get(at).text
    (address,) = re.findall(
        rf'<img class="house-picture" src="({at}/[0-9a-f-]+/picture)" alt="A picture, page 1"', page
    )
    for who in (second, reader):
        shown = who.get(address)
        assert (shown.status_code, shown.content_type) == (200, "image/jpeg")
        assert shown.headers["Cache-Control"] == "no-store"
    decide = address.removesuffix("/picture")
    assert f'src="{address}"' in second.get(decide).text
    assert f"{at}/several" not in page
    assert 'name="findings"' not in second.get(f"{at}/several").text
    assert second.post(decide, resolution="accepted", reason="A map of the county.").status_code == 303
    assert "Accepted by Sian Second: A map of the county." in second.get(at).text
    assert person(POLICE, "duty-officer").get(address).status_code in (403, 404)


def test_small_pictures_are_counted_where_the_document_is_looked_through() -> None:
    publication = open_publication(report_with(box=(100, 400, 20, 20)))
    check_documents()
    assert pictures(publication) == []
    documents = get(f"/publications/{publication['id']}/documents")["items"]
    document = next(each for each in documents if each["kind"] == "full-report")
    page = person(OFFICE, "editor").get(f"/publish/publications/{publication['id']}/documents/{document['id']}").text
    assert "1 small picture is not asked about" in page


def test_a_picture_that_could_not_be_drawn_is_not_called_by_its_digest() -> None:
    publication = open_publication(report_with())
    with SERVICE.transaction() as session:
        statement = "UPDATE findings SET rendering = NULL WHERE publication_id = :id AND kind = 'picture'"
        session.execute(text(statement), {"id": publication["id"]})
    found = the_picture(publication)
    page = person(OFFICE, "editor").get(f"/publish/publications/{publication['id']}/findings/{found['id']}").text
    assert found["value"] not in page and "7.1 by 5.3 cm" in page


def test_the_findings_page_shows_the_date_of_the_incident_in_a_report() -> None:
    publication = open_publication(pdf("It happened on 2026-03-20, they said."))
    page = person(OFFICE, "editor").get(f"/publish/publications/{publication['id']}/findings")
    assert page.status_code == 200 and "The date of the incident" in page.text
