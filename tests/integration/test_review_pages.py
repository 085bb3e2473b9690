"""A rapid review and an LCSPR as people play them on pages: returns by two persons, meeting, decision, dissent, hold."""

import csv
import hashlib
import io
import re
import zipfile
from datetime import datetime, timedelta
from typing import Any

import docx
import openpyxl
import page
import pypdfium2
import pytest
from sqlalchemy import text

from services.review.chronology_import import read_chronology
from services.review.service import SERVICE
from shared import clock
from shared.calendar import LONDON
from tests.people import WRONG, Someone
from tests.publishing import pdf
from tests.reviewing import (
    COUNCIL,
    FULL_RETURN,
    HOSPITAL,
    ICB,
    OFFICE,
    POLICE,
    SCHOOL,
    decide_and_sign,
    find_case,
    get,
    open_case,
    put,
    request_of,
)
from tests.trail import entries_on

pytestmark = pytest.mark.usefixtures("ground")

CSV = (
    "Date,Time,Description,Source,Child seen,Colour\r\n"
    "14/03/2025,9:30pm,Seen at A&E with a bruise,EPR,Y,red\r\n"
    "early March 2025,,Grandmother rang,EPR,no,\r\n"
    "14/3/25,,A year in two digits,EPR,,\r\n"
    "31/02/2025,,No such day,EPR,,\r\n"
    "unknown,,=HYPERLINK(1),EPR,maybe,\r\n"
)
TEXTS = (
    "involvement-summary",
    "child-seen-and-heard",
    "inequalities-considered",
    "what-went-well",
    "immediate-changes",
)


def person(agency: str, *roles: str, name: str = "Somebody Invented") -> Someone:
    return Someone(agency, roles, service="review", name=name)


def today() -> dict[str, str]:
    return on("day", 0)


def on(name: str, days: int) -> dict[str, str]:
    day = (clock.now() + timedelta(days=days)).date()
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def write_return(author: Someone, at: str) -> None:
    for slug in TEXTS:
        author.does(f"{at}/{slug}", value=f"About {slug}.")
    period = {
        "first-day": "1",
        "first-month": "3",
        "first-year": "2024",
        "last-day": "2",
        "last-month": "3",
        "last-year": "2025",
    }
    author.does(f"{at}/period", **period)
    author.does(f"{at}/key-practice-episodes", what_happened="A bruise.", analysis="Nobody asked.")
    author.does(f"{at}/what-should-have-been-different", what="Ask.", why="Busy.")
    author.does(f"{at}/recommendations", text="Teach it.")


def test_a_return_is_written_by_one_and_signed_off_by_another_never_the_same() -> None:
    case = open_case()
    at = f"/review/requests/{request_of(case, HOSPITAL)}"
    author, lead = person(HOSPITAL, "return-author", "agency-lead"), person(HOSPITAL, "agency-lead", name="Lee Lead")
    write_return(author, at)
    assert "1 part still to do" in author.get(at).text
    author.does(f"{at}/chronology", when="early March 2025", description="Attended.", source="EPR", child_seen="yes")
    assert "early March 2025" in author.get(f"{at}/chronology").text
    not_ready = lead.post(f"{at}/sign-off", role="Lead")
    assert not_ready.status_code == 422
    author.does(f"{at}/ready", role="Named nurse")
    assert "Waits for sign-off" in lead.get("/review/requests").text
    whole = lead.get(at).text.split("What will be sent")[1]
    assert "A bruise.\nNobody asked." in whole and "early March 2025" in whole and "Named nurse" in whole
    assert "estimated" not in whole, "in people's words, and each entry once"
    author.get(f"{at}/sign-off")
    own = author.post(f"{at}/sign-off", role="Named nurse")
    assert "somebody else must sign it off" in WRONG.findall(own.text)[0]
    lead.does(f"{at}/sign-off", role="Safeguarding lead")
    sent = get(f"/information-requests/{request_of(case, HOSPITAL)}", OFFICE)["return"]
    assert sent["content"]["signed_off_by"] == {"name": "Lee Lead", "role": "Safeguarding lead"}
    assert sent["content"]["prepared_by"]["role"] == "Named nurse"
    assert ">A bruise.\nNobody asked.<" in lead.get(at).text, "each answer of a part stands on a line of its own"
    assert (sent["chronology"][0]["precision"], sent["chronology"][0]["as_written"]) == ("month", "early March 2025")


def test_a_change_after_it_was_ready_has_to_be_made_ready_anew() -> None:
    case = open_case()
    at = f"/review/requests/{request_of(case, HOSPITAL)}"
    author, lead = person(HOSPITAL, "return-author"), person(HOSPITAL, "agency-lead")
    write_return(author, at)
    author.does(f"{at}/chronology", when="2025", description="Attended.", source="EPR")
    author.does(f"{at}/ready", role="Nurse")
    author.does(f"{at}/what-went-well", value="Changed since.")
    answer = lead.post(f"{at}/sign-off", role="Lead")
    assert "not ready" in WRONG.findall(answer.text)[0]


def test_not_involved_is_said_in_one_click_and_another_agencys_request_is_not_there() -> None:
    case = open_case()
    school, hospital = person(SCHOOL, "return-author"), person(HOSPITAL, "return-author")
    at = f"/review/requests/{request_of(case, SCHOOL)}"
    assert hospital.get(at).status_code == 404
    assert hospital.post(f"{at}/not-involved").status_code == 404
    asked = school.get(at).text
    assert "We were not involved" in asked
    assert "Hester Nolan" in asked
    assert school.post(f"{at}/not-involved").status_code == 303
    assert "Not involved" in person(OFFICE, "partnership-office").get(f"/review/cases/{case['id']}").text


def test_a_refused_row_is_named_by_what_stood_in_it_and_a_bad_time_is_not_called_a_bad_date() -> None:
    table = (
        "Incident Date,Incident Time,Incident\n14/03/2025,2310,A call\n15/03/2025,evening,Another\nlast week,,A third\n"
    )
    found = read_chronology(table.encode())
    assert [each["from"] for each in found.entries] == ["2025-03-14T23:10:00+00:00"]
    (at_time, time), (at_date, date) = found.refused
    assert (at_time, at_date) == (3, 4)
    assert time.startswith("“15/03/2025 evening”: Write the time")
    assert date.startswith("“last week”: Write the date")


def test_an_import_says_what_it_understood_and_refuses_by_row_with_reasons() -> None:
    case = open_case()
    at = f"/review/requests/{request_of(case, HOSPITAL)}"
    author = person(HOSPITAL, "return-author")
    author.get(f"{at}/chronology")
    preview = author.post(f"{at}/chronology/import", file=(io.BytesIO(CSV.encode()), "chronology.csv")).text
    assert "2 entries are understood, 3 rows are not" in preview
    assert "Columns that are not used: Colour" in preview
    for row, reason in (("4", "four digits"), ("5", "Write a day that there is"), ("6", "Say yes or no")):
        assert re.search(rf">{row}</th>\s*<td[^>]*>[^<]*{reason}", preview), row
    assert get(f"/information-requests/{request_of(case, HOSPITAL)}", HOSPITAL)["status"] == "requested"
    found = re.search(r'name="entries" value="([^"]*)"', preview)
    assert found
    import html

    kept = author.post(f"{at}/chronology/import/keep", entries=html.unescape(found[1]))
    assert kept.status_code == 303
    assert "Grandmother rang" in author.get(f"{at}/chronology").text
    assert author.post(f"{at}/chronology/0/remove").status_code == 303
    assert "Grandmother rang" not in author.get(f"{at}/chronology").text


@pytest.mark.parametrize("kind", ["docx", "xlsx", "pasted"])
def test_word_tables_excel_sheets_and_pasted_rows_are_understood(kind: str) -> None:
    rows = [["Date of event", "Event", "Seen by"], ["3 March 2025", "Home visit", "Health visitor; GP"]]
    out = io.BytesIO()
    if kind == "docx":
        document = docx.Document()
        table = document.add_table(rows=2, cols=3)
        for line, row in zip(table.rows, rows, strict=True):
            for cell, words in zip(line.cells, row, strict=True):
                cell.text = words
        document.save(out)
    elif kind == "xlsx":
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(out)
    case = open_case()
    author = person(HOSPITAL, "return-author")
    at = f"/review/requests/{request_of(case, HOSPITAL)}/chronology"
    author.get(at)
    sent: dict[str, Any] = {"pasted": "\n".join("\t".join(row) for row in rows)}
    if kind != "pasted":
        sent = {"file": (io.BytesIO(out.getvalue()), f"chronology.{kind}")}
    preview = author.post(f"{at}/import", **sent).text
    assert "1 entry is understood" in preview
    assert "Health visitor, GP" in preview


@pytest.mark.parametrize("content", [b"", b"\x00\x01", b"PK\x03\x04 broken", b"no headings here", b"%PDF-1.7"])
def test_what_is_no_table_is_refused_in_words(content: bytes) -> None:
    case = open_case()
    author = person(HOSPITAL, "return-author")
    at = f"/review/requests/{request_of(case, HOSPITAL)}/chronology"
    author.get(at)
    answer = author.post(f"{at}/import", file=(io.BytesIO(content), "x.csv"))
    assert answer.status_code == 422
    assert WRONG.findall(answer.text)


def two_returns() -> dict[str, Any]:
    case = open_case()
    seen = {"from": "2025-03-14", "certainty": "known", "source": "Log", "persons": []}
    for agency, was_seen in ((HOSPITAL, True), (POLICE, False)):
        entry = seen | {"description": f"=Visit by {agency}", "child_seen": was_seen}
        put(f"/information-requests/{request_of(case, agency)}/return", agency, FULL_RETURN | {"chronology": [entry]})
    return find_case(case["incident_id"])


def test_agencies_that_may_contradict_each_other_are_shown_and_the_picture_has_a_lane_for_each() -> None:
    case = two_returns()
    page = person(OFFICE, "partnership-office").get(f"/review/cases/{case['id']}/chronology").text
    assert page.count("May differ<") == 2
    assert page.count('<path class="done" d="M') == 2
    assert page.count('<path class="broad" d="M') == 0
    assert ">Mar 2025</text>" in page, "a printed picture says of which year it is"
    vague = FULL_RETURN | {
        "chronology": [{"from": "2025-03", "certainty": "estimated", "source": "Log", "description": "A visit."}]
    }
    put(f"/information-requests/{request_of(case, SCHOOL)}/return", SCHOOL, vague)
    page = person(OFFICE, "partnership-office").get(f"/review/cases/{case['id']}/chronology").text
    assert page.count('<path class="done" d="M') == 2
    assert page.count('<path class="broad" d="M') == 1, "what is known to the month alone hides no day"
    narrowed = person(OFFICE, "partnership-office").get(f"/review/cases/{case['id']}/chronology?child=not-seen").text
    assert "1 entry fits" in narrowed


def test_the_chronology_leaves_as_excel_word_and_csv_that_open_and_hold_no_formula() -> None:
    case = two_returns()
    office = person(OFFICE, "partnership-office")
    at = f"/review/cases/{case['id']}/chronology"
    sheet = openpyxl.load_workbook(io.BytesIO(office.get(f"{at}.xlsx").data)).active
    cells = [(cell.value, cell.data_type) for row in sheet.iter_rows(min_row=2) for cell in row if cell.value]
    assert (f"=Visit by {POLICE}", "s") in cells
    assert {kind for _, kind in cells} == {"s", "d"}, "words and dates, no formula"
    assert sheet.column_dimensions["E"].width > len(f"=Visit by {POLICE}"), "what happened can be read"
    written = docx.Document(io.BytesIO(office.get(f"{at}.docx").data))
    [table], [section] = written.tables, written.sections
    assert len(table.rows) == 3
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (297, 210), "A4 on its side for 13 columns"
    assert f"'=Visit by {POLICE}" in office.get(f"{at}.csv").data.decode("utf-8-sig")


def test_what_is_taken_to_excel_or_csv_sorts_by_date_and_keeps_the_words_of_it() -> None:
    case, at_home = open_case(), {"source": "Log", "certainty": "known"}
    told = (
        {"from": "2025-03", "certainty": "estimated", "as_written": "early March 2025"},
        {"from": "2025-07-14T20:30:00+00:00"},
        {"from": "2025-07-15", "to": "2025-08"},
        {"from": None, "certainty": "unknown"},
    )
    entries = [at_home | {"description": "A call."} | each for each in told]
    put(f"/information-requests/{request_of(case, SCHOOL)}/return", SCHOOL, FULL_RETURN | {"chronology": entries})
    office, at = person(OFFICE, "partnership-office"), f"/review/cases/{case['id']}/chronology"
    rows = list(csv.reader(io.StringIO(office.get(f"{at}.csv").data.decode("utf-8-sig"))))
    assert [row[:3] for row in rows] == [
        ["When", "Earliest", "Latest"],
        ["early March 2025", "2025-03-01", "2025-03-31"],
        ["14 July 2025, 21:30", "2025-07-14T21:30", "2025-07-14T21:30"],
        ["15 July 2025 to August 2025", "2025-07-15", "2025-08-31"],
        ["Date not known", "", ""],
    ]
    sheet = openpyxl.load_workbook(io.BytesIO(office.get(f"{at}.xlsx").data)).active
    found = [(cell.value, cell.number_format) for cell in sheet["B"][1:]]
    assert found[:3] == [
        (datetime(2025, 3, 1), "yyyy-mm-dd"),
        (datetime(2025, 7, 14, 21, 30), "yyyy-mm-dd hh:mm"),
        (datetime(2025, 7, 15), "yyyy-mm-dd"),
    ]
    imported = read_chronology(office.get(f"{at}.csv").data)
    assert [each["from"] for each in imported.entries] == ["2025-03", "2025-07-14T21:30:00+01:00", "2025-07-15", None]


def decided(office: Someone, case: dict[str, Any], **changes: str) -> Any:
    at = f"/review/cases/{case['id']}/decision"
    page = office.get(at).text
    form = {name: f"Words on {name}." for name in re.findall(r'name="((?:heading_|why_)[^"]+)"', page)}
    form |= dict.fromkeys(re.findall(r'name="(met_\d+)"', page), "yes")
    return office.post(at, **form, reasons="Agencies did not share.", **({"outcome": "lcspr"} | changes))


def met(office: Someone, case: dict[str, Any], *partners: str) -> None:
    came = {f"came_{agency}": "Somebody, director" for agency in partners}
    office.does(
        f"/review/cases/{case['id']}/meeting",
        time="00:00",
        minutes="Agreed.",
        scrutineer_comment="Slow.",
        **today(),
        **came,
    )


def test_no_decision_without_all_three_partners_at_the_table() -> None:
    case, office = open_case(), person(OFFICE, "partnership-office")
    assert "All three safeguarding partners must have been there" in decided(office, case).text
    met(office, case, COUNCIL, ICB)
    assert "The last meeting was without West Mercia Police." in WRONG.findall(decided(office, case).text)[0]
    met(office, case, COUNCIL, ICB, POLICE)
    assert decided(office, case).status_code == 303


def test_a_dissent_stands_in_the_report_which_is_made_as_pdf_and_word_from_the_record() -> None:
    case, office = two_returns(), person(OFFICE, "partnership-office")
    met(office, case, COUNCIL, ICB, POLICE)
    assert decided(office, case).status_code == 303
    for agency in (COUNCIL, ICB):
        person(agency, "partner-approver").does(
            f"/review/cases/{case['id']}/position", position="agree", role="Director"
        )
    police = person(POLICE, "partner-approver", name="Di Ssenter")
    at = f"/review/cases/{case['id']}/position"
    assert police.post(at, position="dissent", role="Chief").status_code == 422  # a dissent needs reasons
    police.does(at, position="dissent", role="Chief", reasons="It should be national.")
    shown = office.get(f"/review/cases/{case['id']}").text
    assert "dissents" in shown
    assert "Rapid review complete" in shown
    made = office.get(f"/review/cases/{case['id']}/report.pdf").data
    with pypdfium2.PdfDocument(made) as document:
        words = " ".join(each.get_textpage().get_text_range() for each in document)
    report = docx.Document(io.BytesIO(office.get(f"/review/cases/{case['id']}/report.docx").data))
    written = "\n".join(
        [p.text for p in report.paragraphs] + [c.text for t in report.tables for r in t.rows for c in r.cells]
    )
    for said in ("Di Ssenter", "It should be national.", "Slow.", "A referral was not followed up."):
        assert said in " ".join(words.split()), said
        assert said in written, said
    assert page.is_pdf_compliant_bytes(made, profile="ua1")


def test_a_panel_that_disagrees_lets_the_partners_decide_again() -> None:
    case, office = open_case(), person(OFFICE, "partnership-office")
    met(office, case, COUNCIL, ICB, POLICE)
    assert decided(office, case, outcome="no-lcspr", what_will_be_done="A briefing.").status_code == 303
    for agency in (COUNCIL, ICB, POLICE):
        person(agency, "partner-approver").does(
            f"/review/cases/{case['id']}/position", position="agree", role="Director"
        )
    office.does(f"/review/cases/{case['id']}/panel-reply", reply="disagrees", text="Please reconsider.", **today())
    assert "Meet again, and record a further decision" in office.get(f"/review/cases/{case['id']}").text
    assert decided(office, case).status_code == 303
    shown = office.get(f"/review/cases/{case['id']}").text
    assert "Decision 1 (set aside)" in shown
    assert "it disagrees" in shown


def test_a_review_decided_in_the_afternoon_of_the_notification_is_recorded_the_day_after() -> None:
    yesterday = (clock.now() - timedelta(days=1)).astimezone(LONDON)
    case = open_case(sent_at=yesterday.replace(hour=15, minute=0).isoformat())
    decide_and_sign(case)
    day = {f"day-{part}": str(getattr(yesterday, part)) for part in ("day", "month", "year")}
    person(OFFICE, "partnership-office").does(
        f"/review/cases/{case['id']}/practice-review", kind="lcspr", title="Sharing", **day
    )
    [review] = find_case(case["incident_id"])["practice_reviews"]
    assert review["decided_at"][:10] == yesterday.date().isoformat()


def test_a_practice_review_from_commission_to_sign_off_with_a_replaced_reviewer_and_a_hold() -> None:
    case, office = open_case(), person(OFFICE, "partnership-office")
    decide_and_sign(case)
    office.does(f"/review/cases/{case['id']}/practice-review", kind="lcspr", title="Sharing", **today())
    [review] = find_case(case["incident_id"])["practice_reviews"]
    at = f"/review/practice-reviews/{review['id']}"
    reviewer = {"name": "Ida Independent", "independence": "None of the agencies.", **on("appointed_on", 0)}
    office.does(f"{at}/reviewer", **reviewer)
    again = office.post(f"{at}/reviewer", **reviewer | {"name": "Nia New"})
    assert "A reviewer is in office" in WRONG.findall(again.text)[0]
    assert "The file (PDF) (optional)" not in " ".join(office.get(f"{at}/report").text.split())
    office.does(f"{at}/reviewer", **reviewer | {"name": "Nia New", "replaces_reasons": "Ill."})
    office.does(f"{at}/reviewer-request", asks_for="draft", text="Please send the draft.", role="Manager")
    asked = re.search(r"(/review/reviewer-requests/[^\"]+/answer)", office.get(at).text)
    assert asked
    office.does(asked[1], response="Here it is.", **on("responded_on", 0))
    for views in ("", "Nobody asked us."):
        offered = {"advocate": "yes", "interpreter": "not-needed"}
        office.does(f"{at}/records/family-contribution", who="Mother", how_asked="By letter.", views=views, **offered)
    office.does(f"{at}/records/terms-of-reference", scope="Why.", lines_of_enquiry="Sharing\nEscalation")
    office.does(f"{at}/records/monitoring", on_time="no", quality="Good.", **on("next_on", 30))
    assert office.post(f"{at}/records/legal-read", by="Counsel").status_code == 422
    office.does(f"{at}/stages/terms-of-reference", **on("done_on", 0))
    office.does(f"{at}/hold", reason="criminal-trial", owner_name="Ola", owner_role="Lawyer", **on("next_check_on", 7))
    hold = re.search(r"(/review/holds/[^\"]+)/check", office.get(at).text)
    assert hold
    silent = office.post(f"{hold[1]}/check", **on("next_check_on", 9))
    assert silent.status_code == 422  # a hold is not kept on without a reason
    office.does(f"{hold[1]}/check", reasons="The trial goes on.", **on("next_check_on", 9))
    office.does(f"{at}/delay", reasons="The trial.", **on("expected_on", 200))
    office.does(f"{at}/report", kind="full-report", file=(io.BytesIO(pdf("The report.")), "Name of child.pdf"))
    assert "Name of child" not in office.get(f"{at}").text.split("<title>")[1].split("</title>")[0]
    for agency in (COUNCIL, ICB, POLICE):
        person(agency, "partner-approver").does(f"{at}/sign", role="Director")
    office.does(f"{hold[1]}/lift", reasons="The trial is over.")
    shown = office.get(at).text
    for words in (
        "Signed off",
        "Ida Independent",
        "Ill.",
        "Nia New",
        "Here it is.",
        "The trial is over.",
        "The trial goes on.",
        "Nobody asked us.",
        "Not needed",
        "Escalation",
    ):
        assert words in shown, words


def test_recommendations_are_owned_worked_on_and_recalled_by_their_theme() -> None:
    office, lead = person(OFFICE, "partnership-office"), person(HOSPITAL, "agency-lead")
    ids = []
    for _ in range(2):
        case = open_case()
        office.does(
            f"/review/cases/{case['id']}/recommendation",
            text="Ask about injuries.",
            theme="Bruises in babies",
            owner_agency=HOSPITAL,
        )
        ids.append(find_case(case["incident_id"])["recommendations"][0]["id"])
    assert "Recommended on this theme before" in office.get(f"/review/recommendations/{ids[1]}").text
    assert "Bruises in babies" in office.get("/review/recommendations").text
    at = f"/review/recommendations/{ids[1]}"
    assert person(SCHOOL, "agency-lead").get(at).status_code == 404
    lead.does(f"{at}/action", text="Train all staff.", lead="Matron")
    action = re.search(r"(/review/actions/[^\"]+/evidence)", lead.get(at).text)
    assert action
    lead.does(action[1], progress="done", what_changed="All trained.", file=(io.BytesIO(b"%PDF-1.7 x"), "audit.pdf"))
    file = re.search(r"(/review/evidence/[^\"]+/file)", lead.get(at).text)
    assert file
    assert lead.get(file[1]).data == b"%PDF-1.7 x"
    assert person(SCHOOL, "agency-lead").get(file[1]).status_code == 404


def test_more_time_is_given_with_a_reason_and_what_people_do_is_theirs_in_the_audit_trail() -> None:
    case, office = open_case(), person(OFFICE, "partnership-office")
    request = request_of(case, SCHOOL)
    office.does(f"/review/requests/{request}/extension", reasons="Half term.", **on("due_on", 20))
    assert "Half term." in person(SCHOOL, "return-author").get(f"/review/requests/{request}").text
    earlier = office.post(f"/review/requests/{request}/extension", reasons="Sooner.", **on("due_on", 1))
    assert "later than the one" in WRONG.findall(earlier.text)[0]
    with SERVICE.transaction() as session:
        [who] = session.execute(
            text(
                "SELECT entry::jsonb ->> 'who' FROM audit_entries WHERE entry LIKE '%\"extended\"%' AND entry LIKE :on"
            ),
            {"on": f"%{request}%"},
        ).scalars()
    assert who == f"person:{office.id}"


def test_a_scrutineer_reads_and_records_nothing() -> None:
    case, scrutineer = open_case(), person(OFFICE, "scrutineer")
    assert "Record a meeting" not in scrutineer.get(f"/review/cases/{case['id']}").text
    assert scrutineer.post(f"/review/cases/{case['id']}/meeting").status_code == 403


def test_a_bundle_holds_the_whole_case_and_its_index_proves_every_file() -> None:
    case, office = two_returns(), person(OFFICE, "partnership-office")
    decide_and_sign(case)
    with zipfile.ZipFile(io.BytesIO(office.get(f"/review/cases/{case['id']}/bundle.zip").data)) as bundle:
        index = list(csv.DictReader(io.StringIO(bundle.read("index.csv").decode("utf-8-sig"))))
        assert {row["File"] for row in index} == set(bundle.namelist()) - {"index.csv"}
        for row in index:
            assert hashlib.sha256(bundle.read(row["File"])).hexdigest() == row["SHA-256"]
        assert {"case.json", "chronology.csv", "rapid-review.pdf", "audit.csv"} <= set(bundle.namelist())
        trail = bundle.read("audit.csv").decode("utf-8-sig")
        assert "opened" in trail
    with SERVICE.transaction() as session:
        taken = [each for each in entries_on(session, [f"case:{case['id']}"]) if each["what"] == "took-bundle"]
    assert [each["who"] for each in taken] == [f"person:{office.id}"]
    assert person(POLICE, "partner-approver").get(f"/review/cases/{case['id']}/bundle.zip").status_code == 403


def test_the_yearly_figures_count_and_name_nobody() -> None:
    office = person(OFFICE, "partnership-office")
    before = list(csv.reader(io.StringIO(office.get("/review/figures.csv").data.decode("utf-8-sig"))))
    decide_and_sign(open_case())
    after = list(csv.reader(io.StringIO(office.get("/review/figures.csv").data.decode("utf-8-sig"))))
    grown = (
        [int(new) - int(old) for old, new in zip(before[1][1:], after[1][1:], strict=True)] if len(before) > 1 else []
    )
    assert grown in ([], [1, 1, 1, 1, 5, 0, 0, 0])
