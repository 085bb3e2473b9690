"""How duties, recipients and states are called where people read them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.calendar import CalendarUnknown, london_day, working_days_between
from shared.partnership import partnership

STATUS = {
    "awaiting-decision": "Awaits a decision",
    "notifiable": "Being notified",
    "notified": "Notified",
    "not-notifiable": "Not notified",
    "passed-on": "Passed to another authority",
    "withdrawn": "Withdrawn",
    "pending": "Not sent yet",
    "sent": "Sent, receipt awaited",
    "discharged": "Done",
    "waiting-for-person": "Waits for a person",
    "cancelled": "Cancelled",
}
COLOURS = {
    "awaiting-decision": "govuk-tag--yellow",
    "waiting-for-person": "govuk-tag--yellow",
    "notifiable": "govuk-tag--light-blue",
    "pending": "govuk-tag--light-blue",
    "sent": "govuk-tag--light-blue",
    "notified": "govuk-tag--green",
    "discharged": "govuk-tag--green",
}
OUTCOME = {
    "must-notify": "Must be notified",
    "should-notify": "Should be notified",
    "needs-decision": "A person must decide",
    "another-authority": "Another authority's to notify",
    "no-duty": "No duty to notify",
}
RULES = {
    "sin-panel": "Notify the Panel",
    "sin-secretary-of-state": "Notify the Secretary of State",
    "sin-ofsted": "Notify Ofsted",
    "decide-whether-to-notify": "Decide whether to notify",
    "tell-authority": "Tell the local authority",
    "tell-partner": "Tell a safeguarding partner",
    "tell-other-authority": "Tell the other authority",
    "partnership-office-copy": "Copy to the office",
    "rapid-review": "Complete the rapid review",
}


def status_words(status: str) -> str:
    return STATUS.get(status, status)


def status_colour(status: str) -> str:
    return COLOURS.get(status, "govuk-tag--grey")


def outcome_words(outcome: str) -> str:
    return OUTCOME.get(outcome, outcome)


def rule_words(rule: str) -> str:
    """A duty in a few words; the rulebook has the whole sentence."""
    return RULES.get(rule, rule.replace("-", " ").capitalize())


def agency_words(agency_id: str) -> str:
    """An agency's name by its id; the id where the partnership's file does not name it."""
    return next((agency.name for agency in partnership().agencies if agency.id == agency_id), agency_id)


def recipient_words(recipient: str) -> str:
    """Who is told, by the name that the partnership's file gives."""
    name = partnership().recipient(recipient).name
    kind, _, rest = recipient.partition(":")
    return name if name and name != recipient else agency_words(rest) if rest else kind.replace("-", " ").capitalize()


def left_words(duty: Mapping[str, Any], now: datetime) -> str:
    """How much time a duty leaves, in working days; how late it is; nothing for one that is done."""
    if duty["status"] in ("discharged", "cancelled"):
        return ""
    here, due, today = partnership().bank_holidays, london_day(duty["due_at"]), london_day(now)
    try:
        days = working_days_between(today, due, here) if due >= today else -working_days_between(due, today, here)
    except CalendarUnknown:
        return ""
    if duty["overdue"]:
        return "Overdue" if not days else f"Overdue by {_days(-days)}"
    return "Due today" if due == today else f"{_days(days)} left"


def _days(count: int) -> str:
    return f"{count} working day{'' if count == 1 else 's'}"
