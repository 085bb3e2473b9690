"""The rapid review's report as a document: the very record that the Panel is sent, never typed again."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from services.review.meetings import meetings_of
from services.review.models import Case
from services.review.panel_report import panel_report
from services.review.rapid_review import rules_of, standing_decision
from services.review.views.meetings import describe_meetings
from services.review.wording import OTHER_REVIEWS, OUTCOMES
from services.review.written_documents import Block, Heading, Table, Words, as_pdf, as_word, written_day
from shared.partnership import partnership
from shared.web.layout import words
from shared.web.problems import not_found

KINDS = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}

OF_AN_AGENCY = {
    "involvement_summary": "Involvement",
    "child_seen_and_heard": "How the child was seen and heard",
    "inequalities_considered": "Inequalities considered",
    "what_went_well": "What went well",
    "immediate_changes": "Immediate changes",
}


def report_file(session: Session, case: Case, kind: str) -> bytes:
    """The report as it stands, as accessible PDF or Word. Raises a 404 problem before a decision, or for another kind."""
    decision = standing_decision(session, case)
    if decision is None or kind not in KINDS:
        raise not_found()
    meetings = describe_meetings(session, meetings_of(session, case))
    blocks = report_blocks(panel_report(session, case, decision, rules_of(case)), meetings)
    write = as_pdf if kind == "pdf" else as_word
    return write(f"Rapid review {case.reference}", partnership().marking, blocks)


def report_blocks(report: dict[str, Any], meetings: list[dict[str, Any]]) -> list[Block]:
    """The report (as `panel_report` gives it) with the meetings at which it was agreed."""
    return [
        Heading(f"Rapid review {report['reference']}", 1),
        Words(f"{report['partnership']}. The child is called {report['pseudonym']} here."),
        Table(
            ("What", "Recorded"),
            (
                ("National notification", report["notification_reference"]),
                ("Notified", written_day(report["notified_at"])),
                ("Due", written_day(report["due_at"])),
                ("Kinds of event", ", ".join(words(kind) for kind in report["kinds"])),
                ("Children", str(report["children"])),
            ),
        ),
        *_decision(report),
        *(block for each in report["headings"] for block in (Heading(each["asks"]), Words(each["text"]))),
        *_immediate_actions(report["immediate_actions"]),
        Heading("Regulation 11 and what else was weighed"),
        Table(
            ("Consideration", "Authority", "Met", "Reasons"),
            [(each["text"], each["authority"], "Yes" if each["met"] else "No", each["reasons"]) for each in report["considerations"]],
        ),
        Heading("Agencies"),
        *(block for agency in report["agencies"] for block in _agency(agency)),
        *_meetings(meetings),
        Heading("Positions of the safeguarding partners"),
        Table(
            ("Partner", "Position", "By", "On", "Reasons"),
            [
                (each["agency"], words(each["position"]), f"{each['name']}, {each['role']}", written_day(each["signed_at"]), each["reasons"] or "")
                for each in report["positions"]
            ],
        ),
    ]  # fmt: skip


def _decision(report: dict[str, Any]) -> Iterator[Block]:
    yield Heading("Decision")
    other = OTHER_REVIEWS.get(report["other_review"] or "")
    yield Words(OUTCOMES[report["outcome"]] + (f": {other}" if other else ""))
    yield Words(report["reasons"])
    if report["why_anew"]:
        yield Heading("Why it was decided anew", 3)
        yield Words(report["why_anew"])
    if report["what_will_be_done"]:
        yield Heading("What will be done with the learning", 3)
        yield Words(report["what_will_be_done"])


def _immediate_actions(actions: list[dict[str, Any]]) -> Iterator[Block]:
    if actions:
        yield Heading("Immediate actions")
        yield Table(("Action", "By"), [(each["action"], each.get("by") or "") for each in actions])


def _agency(agency: dict[str, Any]) -> Iterator[Block]:
    yield Heading(agency["agency"], 3)
    if not agency["returned"]:
        yield Words("No return was received.")
        return
    if not agency["involved"]:
        yield Words("Not involved (nil return).")
        return
    if agency["late"]:
        yield Words("The return came late.")
    for name, title in OF_AN_AGENCY.items():
        if agency.get(name):
            yield Words(f"{title}: {agency[name]}")
    for each in agency.get("key_practice_episodes") or ():
        yield Words(f"Key practice episode: {each['what_happened']}\nAnalysis: {each['analysis']}")
    for each in agency.get("what_should_have_been_different") or ():
        yield Words(f"Should have been different: {each['what']}\nWhy it was not: {each['why']}")
    for text in agency.get("recommendations") or ():
        yield Words(f"Recommendation: {text}")


def _meetings(meetings: list[dict[str, Any]]) -> Iterator[Block]:
    for meeting in meetings:
        yield Heading(f"Meeting of {written_day(meeting['held_at'])}")
        yield Table(("Agency", "Who came"), [(each["agency"]["name"], each["who"]) for each in meeting["attendance"]])
        if meeting["scrutineer_comment"]:
            yield Words(f"The scrutineer's comment: {meeting['scrutineer_comment']}")
