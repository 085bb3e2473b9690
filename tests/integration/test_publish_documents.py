"""Documents are cleaned, checked for what identifies somebody, and only the checked bytes may go out."""

import hashlib
import io
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from sqlalchemy import text

from services.publish.document_check import MOST_ATTEMPTS, check_documents
from services.publish.models import Document
from services.publish.service import SERVICE
from tests.publishing import OFFICE, call, get, hear, open_publication, pdf, post, route, signed_report, upload
from tests.word_files import PLACES, heading, paragraph, word

pytestmark = pytest.mark.usefixtures("ground", "own_clock")


def documents(publication: dict[str, Any], kind: str = "full-report") -> list[dict[str, Any]]:
    return [d for d in get(f"/publications/{publication['id']}/documents")["items"] if d["kind"] == kind]


def findings(publication: dict[str, Any], query: str = "?open=true") -> list[dict[str, Any]]:
    return get(f"/publications/{publication['id']}/findings{query}")["items"]


def resolve(publication: dict[str, Any], finding: dict[str, Any], how: str, by: str, status: int = 201) -> Any:
    body = {"resolution": how, "reason": "It names a law, not a person.", "by": by}
    return post(f"/publications/{publication['id']}/findings/{finding['id']}/resolution", body, status=status)


def hide_everything(document: pikepdf.Pdf) -> None:
    """What a report may bring with it unseen, in each of the places where people forgot it before."""
    script = Dictionary(S=Name.JavaScript, JS="app.alert('Hester Nolan')")
    document.docinfo["/Author"] = "Hester Nolan"
    with document.open_metadata() as xmp:
        xmp["dc:creator"] = ["Hester Nolan"]
    document.attachments["Hester Nolan.txt"] = b"Hester Nolan"
    document.Root.OpenAction = script
    document.Root.AA = Dictionary(WC=script)
    document.Root.Names.JavaScript = Dictionary(Names=Array(["Hester Nolan", script]))
    document.Root.AcroForm = Dictionary(Fields=Array([]), XFA="Hester Nolan")
    document.Root.PieceInfo = Dictionary(Word=Dictionary(Private="Hester Nolan"))
    page = document.pages[0].obj
    page.Thumb = document.make_stream(b"Hester Nolan")
    page.Annots = Array(
        [
            Dictionary(Type=Name.Annot, Subtype=Name.Text, Rect=Array([0, 0, 9, 9]), Contents="Hester Nolan"),
            Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=script),
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Link,
                Rect=Array([0, 0, 9, 9]),
                A=Dictionary(S=Name.URI, URI="https://www.gov.uk/"),
            ),
        ]
    )


def test_cleaning_leaves_nothing_of_what_came_unseen() -> None:
    publication = open_publication(pdf("Learning.", change=hide_everything))
    (document,) = documents(publication)
    assert document["status"] == "checked"
    assert {"scripts", "attached files", "document properties", "comments and other annotations"} <= set(
        document["removed"]
    )
    answer = call("GET", f"/publications/{publication['id']}/documents/{document['id']}/file")
    assert hashlib.sha256(answer.data).hexdigest() == document["sha256"]
    with pikepdf.open(io.BytesIO(answer.data)) as clean:
        for thing in clean.objects:
            assert b"Nolan" not in repr(thing).encode()
            if isinstance(thing, pikepdf.Stream):
                assert b"Nolan" not in thing.read_bytes()
        assert "/OpenAction" not in clean.Root
        assert "/AcroForm" not in clean.Root
        assert len(clean.pages[0].obj.Annots) == 1
        assert str(clean.docinfo["/Title"]) == f"{publication['pseudonym']}: full report"
    assert "Hester" not in answer.headers["Content-Disposition"]


def test_the_same_report_is_cleaned_to_the_same_bytes() -> None:
    content = pdf("Learning.", change=hide_everything)
    publication = open_publication(content)
    upload(publication, content + b"\n% another")
    first, second = documents(publication)
    assert first["sha256"] == second["sha256"]


def test_known_identifiers_and_shapes_are_found_with_their_page() -> None:
    publication = open_publication(
        pdf("No names here.", "Hester lived at Invented Street, HR1 1AA.", "Born 12.3.2019; call 01432 000000.")
    )
    found = {(f["kind"], f["value"], f["page"]) for f in findings(publication)}
    assert found == {
        ("name", "Hester", 2),
        ("address", "Invented Street", 2),
        ("postcode", "HR1 1AA", 2),
        ("date-of-birth", "12.3.2019", 3),
        ("phone", "01432 000000", 3),
    }


def test_words_of_the_area_count_on_the_anonymous_route_only() -> None:
    publication = open_publication(pdf("The hospital in Hereford."))
    assert findings(publication) == []
    post(f"/publications/{publication['id']}/route", route("anonymous"))
    assert [(f["kind"], f["value"]) for f in findings(publication)] == [("area", "Hereford")]


def test_who_reviewed_is_named_on_the_local_route_and_counts_on_the_anonymous_one() -> None:
    team = [{"kind": "review-team", "value": "Nia Calder"}, {"kind": "name", "value": "Hester Nolan"}]
    publication = open_publication(pdf("Written by Nia Calder."), identifiers=team)
    assert findings(publication) == []
    post(f"/publications/{publication['id']}/route", route("anonymous"))
    assert [(f["kind"], f["value"]) for f in findings(publication)] == [("review-team", "Nia Calder")]
    alike = [{"kind": "review-team", "value": "Nia Nolan"}, {"kind": "name", "value": "Hester Nolan"}]
    publication = open_publication(pdf("The Nolan family moved."), identifiers=[*reversed(alike)])
    assert [(f["kind"], f["value"]) for f in findings(publication)] == [("name", "Nolan")], (
        "it is the family's name too"
    )


def test_what_becomes_known_of_the_case_later_is_looked_for_in_what_was_checked_before() -> None:
    report = signed_report(pdf("The neighbour, Mr Quillfeather, called."))
    hear("report.signed-off", report)
    check_documents()
    with SERVICE.transaction() as session:
        statement = text("SELECT id::text FROM publications WHERE practice_review_id = :review")
        publication = {"id": session.scalar(statement, {"review": report["practice_review_id"]})}
    assert [f["kind"] for f in findings(publication)] == ["name-nobody-listed"]
    before = documents(publication)[0]["sha256"]
    hear("report.signed-off", report | {"identifiers": [{"kind": "name", "value": "Quillfeather"}]})
    assert (
        any("checked again" in sentence for sentence in get(f"/publications/{publication['id']}")["missing"]) is False
    )
    post(f"/publications/{publication['id']}/route", route())
    missing = get(f"/publications/{publication['id']}")["missing"]
    assert any("has been checked again" in sentence for sentence in missing)
    check_documents()
    assert {f["kind"] for f in findings(publication)} == {"name", "name-nobody-listed"}
    assert [each["sha256"] for each in documents(publication)] == [before]


def test_a_title_that_names_the_child_is_found_as_well() -> None:
    publication = open_publication(title="What happened to Hester")
    assert [f["value"] for f in findings(publication)] == ["Hester"]


def test_a_page_that_is_a_picture_cannot_be_checked_and_says_so() -> None:
    def scanned(document: pikepdf.Pdf) -> None:
        document.pages[0].obj.Contents = document.make_stream(b"0 0 200 200 re f")

    publication = open_publication(pdf("Gone.", change=scanned))
    assert [(f["kind"], f["page"]) for f in findings(publication)] == [("page-without-text", 1)]


def test_a_second_person_accepts_with_a_reason() -> None:
    publication = open_publication()
    upload(publication, pdf("Since 1 January 2020."), uploaded_by="Ruth Editor")
    (finding,) = findings(publication)
    problem = resolve(publication, finding, "accepted", "ruth  editor", status=422)
    assert problem["errors"][0]["pointer"] == "/by"
    assert resolve(publication, finding, "accepted", "Sam Second")["resolution"] == "accepted"
    assert findings(publication) == []
    resolve(publication, finding, "accepted", "Sam Second", status=409)


def test_what_a_second_person_accepted_need_not_be_decided_again_in_the_next_version() -> None:
    publication = open_publication()
    upload(publication, pdf("As Bowlby wrote. The twins. Hester."), uploaded_by="Ruth Editor")
    for finding in findings(publication):
        resolve(publication, finding, "accepted", "Sam Second")
    upload(publication, pdf("As Bowlby wrote. The twins. Hester. More."), uploaded_by="Ruth Editor")
    assert [f["kind"] for f in findings(publication)] == ["name"]
    carried = [f for f in findings(publication, "") if "decided on version" in (f["reason"] or "")]
    assert {(f["kind"], f["by"]) for f in carried} == {
        ("name-nobody-listed", "Sam Second"),
        ("hint-twins", "Sam Second"),
    }
    upload(publication, pdf("As Bowlby wrote. The twins."), uploaded_by="Sam Second")
    newest = documents(publication)[-1]["id"]
    asked_again = {f["kind"] for f in findings(publication) if f["document_id"] == newest}
    assert asked_again == {"name-nobody-listed", "hint-twins"}


def test_removed_means_that_the_newest_version_is_without_it() -> None:
    publication = open_publication(pdf("Hester said."))
    (finding,) = findings(publication)
    resolve(publication, finding, "removed", "Sam Second", status=409)
    upload(publication, pdf("Again Hester."))
    resolve(publication, finding, "removed", "Sam Second", status=409)
    upload(publication, pdf("The child said."))
    resolve(publication, finding, "removed", "Sam Second")


def test_of_a_word_document_a_pdf_is_made_and_checked() -> None:
    publication = open_publication()
    body = heading("Learning") + paragraph("The child lived with Hester.") + PLACES["a deletion"].body
    assert upload(publication, word(body), "Hester Nolan.docx").status_code == 201
    newest = documents(publication)[-1]
    assert (newest["status"], newest["content_type"]) == ("checked", "application/pdf")
    assert "tracked changes" in newest["removed"]
    assert ("name", "Hester", 1) in {(f["kind"], f["value"], f["page"]) for f in findings(publication)}
    answer = call("GET", f"/publications/{publication['id']}/documents/{newest['id']}/file")
    assert answer.data.startswith(b"%PDF-")
    assert answer.headers["Content-Disposition"].endswith('full-report.pdf"')


def test_a_word_document_that_cannot_be_cleaned_is_refused_with_the_reason() -> None:
    publication = open_publication()
    assert upload(publication, word("", {"word/vbaProject.bin": "x"}), "report.docm").status_code == 201
    newest = documents(publication)[-1]
    assert newest["status"] == "refused"
    assert "macros" in newest["refusal"]


def test_what_is_neither_pdf_nor_word_is_refused_at_once() -> None:
    publication = open_publication()
    answer = upload(publication, b"PK\x03\x04 a spreadsheet", "report.pdf")
    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == "/file"
    assert call("POST", f"/publications/{publication['id']}/documents", body={"file": 1}).status_code == 415


def encrypted(user: str) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf("Secret."))) as document:
        document.save(out, encryption=pikepdf.Encryption(owner="owner", user=user))
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"%PDF-1.7\nnothing more", "damaged"),
        (pdf("Cut.")[:200], "damaged"),
        (b"%PDF-1.7\n" + b"[" * 100_000, "damaged"),
        (encrypted("password"), "password"),
        (encrypted(""), "protect"),
    ],
)
def test_a_hostile_or_damaged_pdf_is_refused_in_words(content: bytes, words: str) -> None:
    publication = open_publication()
    assert upload(publication, content).status_code == 201
    newest = documents(publication)[-1]
    assert newest["status"] == "refused"
    assert words in newest["refusal"]


def test_a_file_that_brings_the_worker_down_is_not_tried_for_ever() -> None:
    publication = open_publication()
    hear("report.signed-off", signed_report() | {"practice_review_id": publication["practice_review_id"]})
    with SERVICE.transaction() as session:
        found = session.query(Document).filter_by(publication_id=publication["id"], status="received").one()
        found.attempts = MOST_ATTEMPTS
    check_documents()
    assert documents(publication)[-1]["status"] == "refused"


def test_a_photograph_loses_the_cameras_notes() -> None:
    from services.publish.cleaning.picture_notes import without_camera_notes

    exif = b"\xff\xe1\x00\x0fExif\0\0Hereford"[:17]
    picture = b"\xff\xd8\xff\xe0\x00\x04ab" + exif + b"\xff\xda\x00\x02pixels\xff\xd9"
    assert without_camera_notes(picture) == b"\xff\xd8\xff\xe0\x00\x04ab\xff\xda\x00\x02pixels\xff\xd9"


def test_the_office_reads_the_file_and_the_original_name_is_nowhere() -> None:
    publication = open_publication()
    assert "Hester" not in call("GET", f"/publications/{publication['id']}/documents", OFFICE).text
