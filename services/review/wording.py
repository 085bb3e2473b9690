"""How stages, outcomes and states of review are called where people read them."""

from datetime import date, datetime
from typing import Any

from shared import clock
from shared.calendar import LONDON, CalendarUnknown, day_in_words, london_day, working_days_between
from shared.partnership import partnership

STAGES = {
    "rapid-review": "Rapid review under way",
    "awaiting-signatures": "Awaits the partners' positions",
    "rapid-review-completed": "Rapid review complete",
    "with-panel": "With the Panel",
    "panel-agreed": "The Panel agrees",
    "panel-questions": "The Panel questions the decision",
    "practice-review": "Practice review",
    "withdrawn": "Withdrawn",
}
STATUS = {
    "requested": "Not answered",
    "draft": "Being written",
    "to-sign": "Waits for sign-off",
    "returned": "Answered",
    "cancelled": "Cancelled",
    "under-way": "Under way",
    "signed-off": "Signed off",
    "published": "Published",
    "publication-withdrawn": "Withdrawn from publication",
    "ended": "Ended",
    "active": "Publication is held",
    "lifted": "Lifted",
    "open": "Not begun",
    "in-progress": "Under way",
    "done": "Done",
    "impact-shown": "Impact shown",
}
GOOD = (
    "returned",
    "panel-agreed",
    "signed-off",
    "published",
    "lifted",
    "done",
    "impact-shown",
    "rapid-review-completed",
)
ATTENTION = ("requested", "to-sign", "awaiting-signatures", "panel-questions", "active", "open")
OUTCOMES = {
    "lcspr": "A local child safeguarding practice review (LCSPR)",
    "no-lcspr": "No LCSPR; the learning is used in another way",
    "national-review": "Suggest a national review",
    "other-review": "Another kind of review",
}
OTHER_REVIEWS = {
    "sar": "Safeguarding adults review",
    "dardr": "Domestic abuse related death review",
    "cdop": "Child death overview panel",
    "single-agency": "Single agency review",
    "thematic": "Thematic review",
}
REPLIES = {
    "agrees": "It agrees",
    "disagrees": "It disagrees",
    "asks-for-more": "It asks for more",
    "national-review": "It will have a national review",
}
HOLD_REASONS = {
    "police-investigation": "Police investigation",
    "criminal-trial": "Criminal trial",
    "inquest": "Inquest",
    "family-court": "Family court",
    "other-review": "Another review",
    "other": "Another reason",
}
REVIEW_KINDS = {
    "lcspr": "LCSPR",
    "thematic": "Thematic review",
    "single-agency": "Single agency review",
    "other": "Another kind of review",
}
REPORT_KINDS = {"full-report": "Full report", "executive-summary": "Executive summary"}
WAITING = {
    "hold-check": "Look at a hold on publication again",
    "panel-reply": "Ask the Panel for its reply to the rapid review",
    "position-awaited": "Take a position on the rapid review's decision",
    "report-to-sign": "Sign the report as it is now",
    "return-after-decision": "Read what an agency sent after the decision",
    "action-overdue": "An action is overdue",
    "action-stale": "Nothing was heard of an action for a while",
    "impact-check": "Look whether an action has changed something for children",
    "no-action": "No action is agreed on a recommendation that is due",
    "records": "Decide what becomes of records whose time has passed",
    "monitoring": "Look at the time and the quality of the review again",
    "reviewer-request": "Get the reviewer's answer to a written request",
    "reviewer-contract": "The reviewer's contract has run out",
}
COMMENT_KINDS = {"comment": "A comment", "factual-accuracy": "A fact is not right"}
COMMENT_OUTCOMES = {"changed": "Changed", "partly-changed": "Changed in part", "not-changed": "Not changed"}
PROGRESS = {
    "started": "It has begun",
    "done": "It is done",
    "impact-shown": "It is shown to have changed something for children",
}
PARTS = {
    "records_searched": "Which records were searched",
    "period": "Period that the return covers",
    "involvement_summary": "Summary of the agency's involvement",
    "chronology": "Chronology",
    "key_practice_episodes": "Key practice episodes",
    "child_seen_and_heard": "How the child was seen and heard",
    "inequalities_considered": "Ethnicity, disability and other inequalities",
    "what_went_well": "What went well",
    "what_should_have_been_different": "What should have been different, and why",
    "immediate_changes": "What has been changed already",
    "recommendations": "The agency's recommendations",
}
PARTS_OF_OWN = PARTS | {  # to the agency whose return it is
    "involvement_summary": "Summary of your agency's involvement",
    "recommendations": "Your agency's recommendations",
}


def stage_words(stage: str) -> str:
    return STAGES.get(stage) or STATUS.get(stage, stage)


def stage_colour(stage: str) -> str:
    """The Design System's class of a tag: green is done, yellow waits for somebody."""
    return (
        "govuk-tag--green" if stage in GOOD else "govuk-tag--yellow" if stage in ATTENTION else "govuk-tag--light-blue"
    )


def month_words(day: date) -> str:
    """`April 2026`: as near as a plan is worth to somebody outside."""
    return f"{day:%B %Y}"


def left_words(due_at: datetime) -> str:
    """How long there is until a moment, in working days."""
    today, last = london_day(clock.now()), london_day(due_at)
    if last == today:
        return "due today"
    first, second, says = (today, last, "{} left") if last > today else (last, today, "{} late")
    try:
        count = working_days_between(first, second, bank_holidays=partnership().bank_holidays)
    except CalendarUnknown:
        return f"not counted: the bank holidays of {second.year} are not known yet"
    return says.format(f"{count} working day{'' if count == 1 else 's'}")


def entry_when(entry: dict[str, Any]) -> str:
    """When an entry of a chronology happened, no more exactly than it was said."""
    if entry.get("as_written"):
        return str(entry["as_written"])
    if entry["from"] is None:
        return "Date not known"
    words = _said(entry["from"]) + (f" to {_said(entry['to'])}" if entry.get("to") else "")
    return f"About {words}" if entry["certainty"] == "estimated" and not entry.get("to") else words


def _said(day: str) -> str:
    if len(day) == 4:
        return day
    if len(day) == 7:
        return f"{datetime.fromisoformat(day + '-01'):%B %Y}"
    when = datetime.fromisoformat(day)
    if len(day) > 10:
        when = when.astimezone(LONDON)
    return day_in_words(when) + (f", {when:%H:%M}" if len(day) > 10 else "")
