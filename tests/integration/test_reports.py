"""A report by pages: drafts are kept sealed for one person, faults lead back to their question, and it is sent once."""

import re
from datetime import timedelta
from typing import Any

import pytest

from services.notify.drafts import CONTEXT, KEPT, forget_drafts
from services.notify.report_body import ASKED
from services.notify.report_steps import step_named
from shared import clock
from shared.encryption import seal_json, unseal_json
from tests.notifying import COUNCIL, HOSPITAL, OFFICE, call, change_rows, duty, got, refer, referral, rows
from tests.people import Someone

pytestmark = pytest.mark.usefixtures("sandbox")


def day_parts(name: str, moment: Any) -> dict[str, str]:
    return {f"{name}-day": str(moment.day), f"{name}-month": str(moment.month), f"{name}-year": str(moment.year)}


def far_ahead(name: str) -> dict[str, str]:
    return {f"{name}-day": "1", f"{name}-month": "4", f"{name}-year": "2190"}


def pages_of(name: str) -> list[tuple[str, dict[str, Any]]]:
    yesterday, today = clock.now() - timedelta(days=2), clock.now() - timedelta(days=1)
    return [
        ("incident/what-happened", {"kind": "serious-harm"}),
        ("incident/abuse-or-neglect", {"abuse_or_neglect": "suspected"}),
        ("incident/kinds-of-abuse", {"abuse_types": "neglect"}),
        ("incident/when", {**day_parts("occurred_day", yesterday), "occurred_time": "", "certainty": "known"}),
        ("incident/where", {"country": "here"}),
        ("incident/place", {"place": "At home"}),
        ("incident/account", {"narrative": "What was seen."}),
        ("incident/action", {}),
        ("child/0/name", {"given_name": name, "family_name": "Invented"}),
        ("child/0/age", {"age_known_by": "years"}),
        ("child/0/years", {"age_years": "7"}),
        ("child/0/outcome", {"outcome": "seriously-harmed"}),
        ("child/0/harm", {}),
        ("child/0/details", {}),
        ("child/0/home", {"address": "1 Example Street\r\nHereford"}),
        ("child/0/area", {"resident_here": "yes"}),
        ("child/0/care", {}),
        ("child/0/agencies", {}),
        ("end/aware", {**day_parts("aware_day", today), "aware_time": "9am"}),
        ("end/authority", {**day_parts("authority_day", today), "authority_time": "9:30"}),
        ("end/proceedings", {}),
        ("end/you", {"referrer_name": "A. Reporter", "referrer_role": "Nurse", "referrer_email": "a@agency.example"}),
    ]


def filled_in(someone: Someone, name: str = "Child") -> str:
    """A draft with every page answered; its address."""
    start = someone.post("/notify/report").location
    draft = start.removesuffix("/incident/what-happened")
    for path, form in pages_of(name):
        answer = someone.post(f"{draft}/{path}", **form)
        assert answer.status_code == 303, (path, answer.text)
    return draft


def test_a_filled_in_report_is_sent_once_however_often_the_button_is_pressed() -> None:
    someone = Someone(HOSPITAL, ["referrer"])
    draft = filled_in(someone)
    first, again = (someone.post(f"{draft}/check") for _ in range(2))
    assert first.location == again.location == f"{draft}/sent"
    sent = someone.get(f"{draft}/sent").text
    assert "Incident report sent" in sent and "HSCP-" in sent and "duty officer decides" in sent
    assert len(rows("SELECT id FROM referrals WHERE submitted_by = :who", who=someone.id)) == 1
    assert someone.get(draft).location == f"{draft}/sent"
    assert someone.post(f"{draft}/incident/account", narrative="Changed afterwards.").status_code == 409


def test_what_is_typed_is_stored_sealed_with_every_page_and_found_again() -> None:
    someone = Someone(HOSPITAL, ["referrer"])
    draft = filled_in(someone, "Unmistakable")
    (sealed,) = rows("SELECT answers FROM drafts WHERE person_id = :who", who=someone.id)[0]
    assert b"Unmistakable" not in bytes(sealed)
    assert "Unmistakable" in someone.get(f"{draft}/child/0/name").text
    assert someone.get(draft).location == f"{draft}/check"
    assert draft in someone.get("/notify/reports").text


def test_nobody_else_sees_a_draft_not_even_the_office() -> None:
    draft = filled_in(Someone(HOSPITAL, ["referrer"]))
    for other in (Someone(HOSPITAL, ["agency-lead"]), Someone(OFFICE, ["partnership-office"])):
        assert other.get(f"{draft}/check").status_code == 404
        assert other.post(f"{draft}/delete").status_code == 303
    assert rows("SELECT 1 FROM drafts WHERE id = :id", id=draft.rsplit("/", 1)[1])


def test_a_draft_nobody_touched_for_thirty_days_is_let_go_and_no_sooner() -> None:
    someone = Someone(HOSPITAL, ["referrer"])
    draft = filled_in(someone)
    change_rows(
        "UPDATE drafts SET changed_at = now() - :age WHERE person_id = :who",
        age=KEPT - timedelta(hours=1),
        who=someone.id,
    )
    forget_drafts()
    assert someone.get(f"{draft}/check").status_code == 200
    change_rows(
        "UPDATE drafts SET changed_at = now() - :age WHERE person_id = :who",
        age=KEPT + timedelta(hours=1),
        who=someone.id,
    )
    forget_drafts()
    assert someone.get(f"{draft}/check").status_code == 404


def test_a_page_left_out_and_a_fault_between_pages_lead_back_to_their_question() -> None:
    someone = Someone(COUNCIL, ["duty-officer"])
    start = someone.post("/notify/report").location.removesuffix("/incident/what-happened")
    answer = someone.post(f"{start}/check")
    assert answer.status_code == 422 and f'href="{start}/incident/what-happened?from=check"' in answer.text
    draft = filled_in(someone)
    early = clock.now() - timedelta(days=40)
    someone.post(f"{draft}/end/authority", **day_parts("authority_day", early), authority_time="9am")
    someone.post(
        f"{draft}/incident/when",
        **day_parts("occurred_day", clock.now() - timedelta(days=2)),
        occurred_time="9am",
        certainty="known",
    )
    answer = someone.post(f"{draft}/check")
    assert answer.status_code == 422 and f'href="{draft}/end/authority?from=check"' in answer.text
    someone.post(f"{draft}/end/authority", **{"authority_day-day": "", "authority_time": ""})
    answer = someone.post(f"{draft}/check")
    assert "five working days run from then" in answer.text


@pytest.mark.parametrize(
    ("path", "form", "sentence"),
    [
        ("incident/what-happened", {}, "Say what happened"),
        ("incident/what-happened", {"kind": "made-up"}, "Choose one of the answers"),
        ("incident/when", {"occurred_day-day": "31", "occurred_day-month": "2", "occurred_day-year": "2026", "certainty": "known"}, "must be a real date"),
        ("incident/when", {**far_ahead("occurred_day"), "certainty": "known"}, "The day it happened must be today or in the past"),
        ("child/0/born", far_ahead("date_of_birth"), "Date of birth must be today or in the past"),
        ("child/0/other-area", {"resident_in_code": "SHROPSHIRE"}, "Enter a code like"),
        ("incident/when", {"occurred_day-day": "3", "certainty": "known"}, "must include a month and year"),
        ("incident/when", {"occurred_time": "25:00", "certainty": "known"}, "Enter a time like 9:30pm"),
        ("incident/country", {}, "Enter the country"),
        ("incident/place", {"postcode": "NOT ONE"}, "Enter a full postcode"),
        ("incident/account", {"narrative": "  "}, "Write what is known"),
        ("incident/account", {"narrative": "hidden \u202e text"}, "Remove the hidden characters"),
        ("child/0/born", {}, "Enter the date of birth"),
        ("child/0/details", {"nhs_number": "1234567890"}, "Check the NHS number"),
        ("end/you", {"referrer_name": "A", "referrer_role": "B", "referrer_email": "not one"}, "like name@agency.example"),
    ],
)  # fmt: skip
def test_a_faulty_answer_is_shown_again_with_what_to_do(path: str, form: dict[str, str], sentence: str) -> None:
    someone = Someone(HOSPITAL, ["referrer"])
    draft = someone.post("/notify/report").location.removesuffix("/incident/what-happened")
    answer = someone.post(f"{draft}/{path}", **form)
    assert answer.status_code == 422 and sentence in answer.text and "There is a problem" in answer.text
    assert "<title>Error: " in answer.text


def test_a_changed_answer_leads_to_the_question_it_brings_and_then_back_and_no_other_is_shown() -> None:
    someone = Someone(HOSPITAL, ["referrer"])
    draft = filled_in(someone)
    checked = someone.get(f"{draft}/check").text
    assert "How old is this child" in checked and "When was this child born?" not in checked
    answer = someone.post(f"{draft}/child/0/age?from=check", age_known_by="born")
    assert answer.location == f"{draft}/child/0/born?from=check"
    assert f'href="{draft}/child/0/born?from=check"' in someone.post(f"{draft}/check").text
    born = day_parts("date_of_birth", clock.now() - timedelta(days=900))
    assert someone.post(f"{draft}/child/0/born?from=check", **born).location == f"{draft}/check"
    checked = someone.get(f"{draft}/check").text
    assert "How old is this child" not in checked and "When was this child born?" in checked
    for country, page in (("England", "authority-there"), ("abroad", "country"), ("here", "check")):
        answer = someone.post(f"{draft}/incident/where?from=check", country=country)
        assert page in answer.location


def test_a_needed_answer_that_an_old_draft_holds_empty_is_asked_and_one_that_may_be_empty_is_not() -> None:
    someone = Someone(HOSPITAL, ["referrer"])
    draft = filled_in(someone)
    draft_id = draft.rsplit("/", 1)[1]
    answers = unseal_json(bytes(rows("SELECT answers FROM drafts WHERE id = :id", id=draft_id)[0].answers), CONTEXT)
    assert answers["children"][0]["harm"] is None
    answers["children"][0] |= {"date_of_birth": None, "age_years": None}
    change_rows("UPDATE drafts SET answers = :new WHERE id = :id", new=seal_json(answers, CONTEXT), id=draft_id)
    led_to = re.findall(rf'href="{draft}/([^"?]+)[?]from=check"', someone.post(f"{draft}/check").text)
    assert "child/0/years" in led_to and someone.get(f"{draft}/child/0/years").status_code == 200
    answer = someone.post(f"{draft}/child/0/age?from=check", age_known_by="born")
    assert answer.location == f"{draft}/child/0/born?from=check"
    born = day_parts("date_of_birth", clock.now() - timedelta(days=900))
    assert someone.post(f"{draft}/child/0/born?from=check", **born).location == f"{draft}/check"


def test_every_fault_of_a_referral_has_a_page_to_lead_to() -> None:
    for part, slug in ASKED.values():
        assert step_named(part, slug), (part, slug)  # type: ignore[arg-type]


def test_a_refused_decision_loses_nothing_that_was_typed() -> None:
    body = referral()
    refer(body)
    alike = refer(body | {"agency_reference": "another"}, HOSPITAL)["incident"]["id"]
    officer = Someone(COUNCIL, ["duty-officer"])
    path = f"/notify/incidents/{alike}/decision"
    answer = officer.post(path, outcome="notify", reasons="Long and careful reasons.")
    assert answer.status_code == 422
    assert "Long and careful reasons." in answer.text and "looks like the same incident" in answer.text
    assert rows("SELECT 1 FROM decisions WHERE incident_id = :id", id=alike) == []
    no: dict[str, Any] = {"outcome": "do-not-notify", "reasons": "It is the same."}
    answer = officer.post(path, **no)
    assert answer.status_code == 422 and "Choose the partners who were consulted" in answer.text
    answer = officer.post(path, **no, agreed_by=["West Mercia Police"])
    assert answer.location == f"/notify/incidents/{alike}"
    decided = [
        entry for (entry,) in rows("SELECT entry FROM audit_entries ORDER BY number DESC LIMIT 3") if alike in entry
    ]
    assert decided and all(f'"who":"person:{officer.id}"' in entry for entry in decided)


def test_a_title_names_nobody_and_a_reading_is_logged() -> None:
    someone = Someone(COUNCIL, ["duty-officer"])
    sent = refer()
    incident, reference = sent["incident"]["id"], sent["incident"]["reference"]
    page = someone.get(f"/notify/incidents/{incident}")
    assert f"<title>Incident {reference} – Safeguarding Reviews</title>" in page.text
    panel = someone.get(f"/notify/duties/{duty(incident, 'sin-panel')['id']}").text
    assert f"<title>Duty of incident {reference} – Safeguarding Reviews</title>" in panel
    report = someone.get(f"/notify/reports/{sent['id']}").text
    assert f"<title>Incident report {sent['reference']} – Safeguarding Reviews</title>" in report
    read = [e for (e,) in rows("SELECT entry FROM audit_entries ORDER BY number DESC LIMIT 5") if '"what":"read"' in e]
    assert any(f"person:{someone.id}" in e and incident in e for e in read)


def sent_report(someone: Someone) -> str:
    """The id of a report that was filled in and sent."""
    draft = filled_in(someone)
    someone.post(f"{draft}/check")
    return str(rows("SELECT id::text FROM referrals WHERE submitted_by = :who", who=someone.id)[0][0])


def test_a_sent_report_is_corrected_page_by_page_with_reasons_and_the_former_version_kept() -> None:
    someone = Someone(HOSPITAL, ["referrer"])
    referral_id = sent_report(someone)
    draft = someone.post(f"/notify/reports/{referral_id}/correction").location.removesuffix("/check")
    someone.post(f"{draft}/incident/account?from=check", narrative="What was seen, now rightly told.")
    assert someone.post(f"{draft}/check").status_code == 422
    for _ in range(2):
        assert someone.post(f"{draft}/check", reasons="A date was wrong.").location == f"{draft}/sent"
    assert "Correction sent" in someone.get(f"{draft}/sent").text
    page = someone.get(f"/notify/reports/{referral_id}").text
    assert "now rightly told" in page and "Corrected 1 time" in page
    assert len(rows("SELECT 1 FROM referral_versions WHERE referral_id = :id", id=referral_id)) == 1
    assert len(rows("SELECT 1 FROM referrals WHERE submitted_by = :who", who=someone.id)) == 1
    again = someone.post(f"/notify/reports/{referral_id}/correction").location
    assert "now rightly told" in someone.get(again).text


def test_two_corrections_begun_at_once_do_not_undo_each_other() -> None:
    someone = Someone(HOSPITAL, ["referrer"])
    referral_id = sent_report(someone)
    first, second = (someone.post(f"/notify/reports/{referral_id}/correction").location for _ in range(2))
    assert someone.post(first, reasons="The first.").status_code == 303
    answer = someone.post(second, reasons="The second, typed at length.")
    assert answer.status_code == 422 and "The second, typed at length." in answer.text


def test_a_reference_used_before_is_said_where_it_was_typed_and_nothing_is_lost() -> None:
    someone = Someone(HOSPITAL, ["referrer"])
    used = refer(agency=HOSPITAL, body=referral())
    (reference,) = rows("SELECT agency_reference FROM referrals WHERE id = :id", id=used["id"])[0]
    draft = filled_in(someone)
    details = dict(pages_of("Child"))["end/you"]
    someone.post(f"{draft}/end/you", **details, agency_reference=reference)
    answer = someone.post(f"{draft}/check")
    assert answer.status_code == 422 and f'href="{draft}/end/you?from=check"' in answer.text
    someone.post(f"{draft}/end/you", **details, agency_reference=f"{reference}-2")
    assert someone.post(f"{draft}/check").location == f"{draft}/sent"


def test_a_correction_by_the_agencys_system_is_not_undone_by_pages_that_were_sent_before_it() -> None:
    someone = Someone(HOSPITAL, ["referrer"])
    referral_id = sent_report(someone)
    body = got(f"/referrals/{referral_id}", HOSPITAL)["referral"] | {}
    body["incident"] |= {"narrative": "Corrected by the agency's system."}
    answer = call(
        "POST", f"/referrals/{referral_id}/corrections", HOSPITAL, {"referral": body, "reasons": "A fact came in."}
    )
    assert answer.status_code == 201, answer.text
    answer = someone.post(f"/notify/reports/{referral_id}/correction")
    assert answer.status_code == 409 and "has corrected this report since" in answer.text


def test_who_sent_a_report_corrects_it_by_pages_and_once_they_are_gone_a_lead_of_their_agency() -> None:
    someone, lead = Someone(HOSPITAL, ["referrer"]), Someone(HOSPITAL, ["agency-lead"])
    at = f"/notify/reports/{sent_report(someone)}"
    assert "Correct this incident report" not in lead.get(at).text
    assert lead.post(f"{at}/correction").status_code == 404
    change_rows("UPDATE people SET ended_at = now() WHERE id = :id", id=someone.id)
    colleague, other = Someone(HOSPITAL, ["referrer"]), Someone(COUNCIL, ["agency-lead"])
    assert [each.post(f"{at}/correction").status_code for each in (colleague, other)] == [404, 404]
    for words in ("Put right by a lead.", "Put right once more."):
        assert "Correct this incident report" in lead.get(at).text
        check = lead.post(f"{at}/correction").location
        lead.post(f"{check.removesuffix('/check')}/incident/account?from=check", narrative=words)
        assert lead.post(check, reasons="The area was wrong.").status_code == 303
        assert words in lead.get(at).text


@pytest.mark.parametrize("said", [{"resident_in": "E06000051"}, {"resident_in_code": "E06000051"}])
def test_the_authority_where_a_child_lives_is_told_though_the_incident_was_here(said: dict[str, str]) -> None:
    someone = Someone(COUNCIL, ["duty-officer"])
    draft = filled_in(someone)
    someone.post(f"{draft}/child/0/area", resident_here="no")
    someone.post(f"{draft}/child/0/other-area", **said)
    assert someone.post(f"{draft}/check").location == f"{draft}/sent"
    query = "SELECT d.recipient FROM duties d JOIN referrals r USING (incident_id) WHERE r.submitted_by = :who"
    assert ("local-authority:E06000051",) in [tuple(row) for row in rows(query, who=someone.id)]
    assert "Shropshire Council (E06000051)" in someone.get(sent_page(someone)).text


def sent_page(someone: Someone) -> str:
    [row] = rows("SELECT id::text FROM referrals WHERE submitted_by = :who", who=someone.id)
    return f"/notify/reports/{row[0]}"


def test_what_does_not_fit_together_is_said_in_words_of_the_pages() -> None:
    someone = Someone(COUNCIL, ["duty-officer"])
    draft = filled_in(someone)
    someone.post(f"{draft}/child/0/years", age_years="19")
    answer = someone.post(f"{draft}/check")
    assert answer.status_code == 422 and "For a care leaver, say that they are one." in answer.text
    assert "_" not in "".join(re.findall(r'<a href="[^"]+from=check">(.*?)</a>', answer.text))


def test_what_is_known_of_who_reports_need_not_be_typed_and_every_page_can_be_left() -> None:
    someone = Someone(HOSPITAL, ["referrer"])
    draft = someone.post("/notify/report").location.removesuffix("/incident/what-happened")
    details = someone.get(f"{draft}/end/you").text
    assert f'value="{someone.email}"' in details
    for page in ("end/you", "children", "people", "files"):
        assert "Stop here and come back later" in someone.get(f"{draft}/{page}").text, page
