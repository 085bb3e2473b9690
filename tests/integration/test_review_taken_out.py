"""What leaves the system by a person's hand is opened and read back: figures, the NHS tracker's export, the whole case."""

import csv
import hashlib
import io
import json
import zipfile
from typing import Any

import openpyxl
import pypdfium2
import pytest
from sqlalchemy import text

from services.review.models import Case
from services.review.service import SERVICE
from services.review.tracker import COLUMNS
from tests.integration.test_review_over_several_cases import of_another_child, taken_in
from tests.integration.test_review_pages import person
from tests.integration.test_review_practice_reviews import pdf, upload
from tests.integration.test_review_recommendations import act, recommended, show
from tests.people import Someone
from tests.reviewing import (
    FULL_RETURN,
    ICB,
    OFFICE,
    POLICE,
    SCHOOL,
    call,
    commissioned,
    days_from_now,
    decide_and_sign,
    get,
    open_case,
    post,
    put,
    request_of,
)

pytestmark = pytest.mark.usefixtures("ground")

OWNER = {"name": "Pat Watkins", "role": "Business manager"}


@pytest.fixture
def office() -> Someone:
    return person(OFFICE, "partnership-office")


def table_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def tracker(office: Someone, reference: str) -> dict[str, str]:
    rows = table_of(office.get("/review/tracker.csv").data)
    [row] = [row for row in rows if row["Local reference"] == reference]
    return row


def test_the_tracker_has_a_row_for_the_rapid_review_and_one_for_the_review_it_became(office: Someone) -> None:
    case = open_case()
    recommended(case, theme="escalation")
    assert tracker(office, case["reference"])["Case status"] == "Open"
    review = commissioned(case)
    made = recommended(case, practice_review_id=review["id"], theme="handover", text="=HYPERLINK(1)")
    show(act(made), "done")
    rapid, practice = tracker(office, case["reference"]), tracker(office, review["reference"])
    assert (rapid["Case status"], rapid["Converted"], rapid["Theme 1"]) == ("Closed", "Yes", "Escalation")
    assert (practice["Type of review"], practice["Stage of review"]) == (
        "Child safeguarding practice review",
        "Terms of reference agreed",
    )
    assert (practice["Actions"], practice["Actions done"], practice["Publication"]) == ("1", "1", "Not yet")
    assert practice["Recommendations"] == "'=HYPERLINK(1)"
    assert practice["StEIS number"] == ""  # the board's own
    assert practice["Date of incident"] == "2026-03-20"


def test_a_kind_that_the_tracker_lacks_and_what_holds_publication_stand_in_the_comments(office: Someone) -> None:
    case = open_case()
    first = commissioned(case)
    body = {"kind": "single-agency", "title": "By itself", "decided_at": first["decided_at"]}
    review = post(f"/cases/{case['id']}/practice-reviews", OFFICE, body)
    taken_in(review, other := of_another_child())
    hold = {"reason": "criminal-trial", "owner": OWNER, "next_check_on": days_from_now(30)}
    post(f"/practice-reviews/{review['id']}/holds", OFFICE, hold)
    row = tracker(office, review["reference"])
    assert (row["Type of review"], row["Publication"]) == ("Other", "Embargoed")
    for said in ("Single agency review", other["reference"], "Publication is held: Criminal trial"):
        assert said in row["Comments"]


def test_a_review_without_stages_has_not_done_them_all(office: Someone) -> None:
    case = open_case()
    with SERVICE.transaction() as session:
        row = session.get(Case, case["id"])
        assert row
        row.plan = row.plan | {"stages": []}
    assert tracker(office, case["reference"])["Stage of review"] == ""


def test_the_trackers_workbook_says_the_same_and_only_text(office: Someone) -> None:
    decide_and_sign(open_case())
    rows = table_of(office.get("/review/tracker.csv").data)
    sheet = openpyxl.load_workbook(io.BytesIO(office.get("/review/tracker.xlsx").data)).active
    lines = list(sheet.iter_rows(values_only=True))
    assert lines[0] == COLUMNS
    assert len(lines) == len(rows) + 1
    assert {cell.data_type for row in sheet for cell in row if cell.value} == {"s"}
    assert person(ICB, "partner-approver").get("/review/tracker.xlsx").status_code == 200
    assert person(SCHOOL, "agency-lead").get("/review/tracker.csv").status_code == 403
    with SERVICE.transaction() as session:
        taken = session.execute(
            text("SELECT count(*) FROM audit_entries WHERE entry LIKE '%took-tracker-export%' AND entry LIKE :who"),
            {"who": f"%{office.id}%"},
        ).scalar_one()
    assert taken == 2


def test_the_years_figures_of_learning_count_what_became_of_it(office: Someone) -> None:
    def newest() -> dict[str, int]:
        book = openpyxl.load_workbook(io.BytesIO(office.get("/review/figures.xlsx").data))
        assert book.sheetnames == ["Reviews", "Learning"]
        names, *rows = book["Learning"].iter_rows(values_only=True)
        years = {row[0]: {name: int(value) for name, value in zip(names[1:], row[1:], strict=True)} for row in rows}
        return years.get(reporting_year(), dict.fromkeys(names[1:], 0))

    case = open_case()
    before = newest()
    action = act(recommended(case))
    for progress in ("done", "done", "impact-shown"):  # a second "done" is no second action
        show(action, progress)
    grown = {name: number - before[name] for name, number in newest().items() if number != before[name]}
    assert grown == {"Recommendations made": 1, "Actions agreed": 1, "Actions done": 1, "Impact shown": 1}
    assert "Learning, by the day of each thing" in office.get("/review/figures").text


def reporting_year() -> str:
    year, month, _ = map(int, days_from_now(0).split("-"))
    first = year if month >= 4 else year - 1
    return f"{first} to {first + 1}"


def test_the_bundle_holds_the_whole_case_and_every_file_is_what_its_index_says(office: Someone) -> None:
    case = open_case()
    for number in ("first", "second"):
        body = FULL_RETURN | {"involvement_summary": f"Our {number} answer."}
        put(f"/information-requests/{request_of(case, SCHOOL)}/return", SCHOOL, body)
    review = commissioned(case)
    report = upload(review, pdf()).json
    comment = {"kind": "comment", "who": "Panel", "text": "Well put."}
    post(f"/reports/{report['id']}/comments", OFFICE, comment)
    evidence = show(act(recommended(case)), "done")
    picture = b"\x89PNG\r\n\x1a\n" + b"0" * 50
    call("POST", f"/evidence/{evidence['id']}/file", SCHOOL, None, data={"file": (io.BytesIO(picture), "x.png")})
    files = opened(office.get(f"/review/cases/{case['id']}/bundle.zip").data)
    index = {row["File"]: row for row in table_of(files["index.csv"])}
    assert set(index) == set(files) - {"index.csv"}
    for name, row in index.items():
        assert (row["SHA-256"], row["Bytes"]) == (hashlib.sha256(files[name]).hexdigest(), str(len(files[name]))), name
    assert json.loads(files["case.json"])["reference"] == case["reference"]
    versions = [json.loads(files[f"returns/{SCHOOL}-version-{number}.json"]) for number in (1, 2)]
    assert [each["content"]["involvement_summary"] for each in versions] == ["Our first answer.", "Our second answer."]
    record = json.loads(files[f"{review['reference']}/record.json"])
    assert record["comments"][0]["text"] == "Well put."
    assert hashlib.sha256(files[f"{review['reference']}/full-report-1.pdf"]).hexdigest() == report["sha256"]
    assert files[f"evidence/{evidence['id']}.png"] == picture
    assert "Attendance fell." in files["chronology.csv"].decode("utf-8-sig")
    for name in ("index.pdf", "rapid-review.pdf"):
        assert words_of(files[name])
    assert case["reference"] in words_of(files["index.pdf"])
    trail = table_of(files["audit.csv"])
    assert {"opened", "recommended", "agreed-action", "added-evidence"} <= {row["What"] for row in trail}
    assert in_the_chain(trail[-1])


def opened(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        assert bundle.testzip() is None
        return {name: bundle.read(name) for name in bundle.namelist()}


def words_of(content: bytes) -> str:
    with pypdfium2.PdfDocument(content) as document:
        return " ".join(page.get_textpage().get_text_range() for page in document)


def in_the_chain(entry: dict[str, Any]) -> bool:
    """Whether an entry of the extract stands in the audit chain under its number and hash."""
    with SERVICE.transaction() as session:
        statement = text("SELECT encode(hash, 'hex') FROM audit_entries WHERE number = :number")
        return bool(session.scalar(statement, {"number": int(entry["Number"])}) == entry["Hash in the chain"])


def test_a_case_in_a_review_that_was_decided_on_another_has_that_review_in_its_bundle(office: Someone) -> None:
    review, other = commissioned(open_case()), of_another_child()
    taken_in(review, other)
    files = opened(office.get(f"/review/cases/{other['id']}/bundle.zip").data)
    assert f"{review['reference']}/record.json" in files
    assert person(POLICE, "partner-approver").get(f"/review/cases/{other['id']}/bundle.zip").status_code == 403


def test_a_system_takes_the_report_and_the_bundle_that_people_take(office: Someone) -> None:
    case = open_case()
    put(f"/information-requests/{request_of(case, SCHOOL)}/return", SCHOOL, FULL_RETURN)
    at = f"/cases/{case['id']}"
    assert call("GET", f"{at}/rapid-review/report", OFFICE).status_code == 404, "nothing is decided yet"
    decide_and_sign(case)
    answers = [call("GET", f"{at}/rapid-review/report?kind={kind}", POLICE) for kind in ("pdf", "docx", "xls")]
    assert [each.status_code for each in answers] == [200, 200, 422]
    with pypdfium2.PdfDocument(answers[0].data) as document:
        assert case["reference"] in document[0].get_textpage().get_text_range()
    taken = call("GET", f"{at}/bundle", OFFICE)
    assert taken.headers["Content-Disposition"] == f'attachment; filename="{case["reference"]}.zip"'
    by_key, by_page = (
        zipfile.ZipFile(io.BytesIO(each.data)) for each in (taken, office.get(f"/review{at}/bundle.zip"))
    )
    assert set(by_key.namelist()) == set(by_page.namelist()) >= {"chronology.csv", "rapid-review.pdf", "case.json"}
    assert "Attendance fell." in by_key.read("chronology.csv").decode("utf-8-sig")
    assert b"took-bundle" in by_page.read("audit.csv"), "that a system took it is known"


def test_a_bundle_holds_the_whole_chronology_whatever_its_address_says(office: Someone) -> None:
    case = open_case()
    put(f"/information-requests/{request_of(case, SCHOOL)}/return", SCHOOL, FULL_RETURN)
    taken = office.get(f"/review/cases/{case['id']}/bundle.zip?words=nothing-of-this").data
    assert "Attendance fell." in zipfile.ZipFile(io.BytesIO(taken)).read("chronology.csv").decode("utf-8-sig")


def test_a_system_reads_the_tables_that_people_download(office: Someone) -> None:
    case = open_case()
    recommended(case, theme="handover")
    tables = {name: get(f"/{name}", POLICE) for name in ("tracker", "figures", "themes")}
    rows = [dict(zip(tables["tracker"]["columns"], row, strict=True)) for row in tables["tracker"]["rows"]]
    [row] = [row for row in rows if row["Local reference"] == case["reference"]]
    assert row == tracker(office, case["reference"])
    counted = [row["Rapid reviews"] for row in table_of(office.get("/review/figures.csv").data)]
    assert [str(year["rapid_reviews"]) for year in tables["figures"]["reviews"]] == counted
    assert any(year["recommendations_made"] for year in tables["figures"]["learning"])
    [theme] = [each for each in tables["themes"]["items"] if each["theme"] == "handover"]
    assert sum(theme["counts"]) == theme["total"] > 0 and len(theme["counts"]) == len(tables["themes"]["years"])
    with SERVICE.transaction() as session:
        took = "SELECT count(*) FROM audit_entries WHERE entry LIKE :who AND entry LIKE '%took-tracker-export%'"
        assert session.scalar(text(took), {"who": f'%"who":"{POLICE}"%'})
