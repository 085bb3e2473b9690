"""How duties, recipients, states and the facts of a referral are called where people read them."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from services.notify.known_agencies import known_agencies
from shared.calendar import CalendarUnknown, london_day, working_days_between
from shared.duty_words import recipient_name
from shared.partnership import partnership
from shared.web.layout import day, moment, words

STATUS = {
    "awaiting-decision": "Awaits a decision",
    "notifiable": "Being notified",
    "notified": "Notified",
    "not-notifiable": "Not notified",
    "passed-on": "Passed to another authority",
    "withdrawn": "Withdrawn",
    "merged": "Made one with another",
    "pending": "Not done yet",
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
# How somebody is told, and what shows that they were.
CHANNELS = {
    "https": "Directly, system to system",
    "email": "E-mail",
    "portal": "A person, by the national form or portal",
}
RECEIPTS = {
    "from-gateway": "Comes back by itself",
    "recorded-by-person": "Recorded by a person",
    "not-awaited": "Not awaited",
}
CAME_OF_IT = {
    "delivered": "Delivered",
    "already-received": "They had it already",
    "retry-after": "To be tried again",
    "rejected": "Not taken",
}
PARTNERS = "The safeguarding partners"
LABELS = {
    "nhs_number": "NHS number",
    "occurred": "When it happened",
    "from": "On",
    "given_name": "First name",
    "family_name": "Last name",
    "normally_resident_in": "Usually lives in",
    "agency_became_aware_at": "The agency became aware",
    "local_authority_became_aware_at": "The local authority became aware",
    "local_authority_informed": "Told at the local authority",
    "agreed_with_safeguarding_lead": "Safeguarding lead who agreed",
    "email": "E-mail address",
}
DAY = re.compile(r"\d{4}-\d\d-\d\d")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?([+-]\d\d:\d\d|Z)")
# By a word of what a browser says of itself; the later ones stand in what the earlier ones say, too.
BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
MACHINES = (
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "a Mac"),
    ("Linux", "Linux"),
)
AUTHORITIES = ("local_authority", "normally_resident_in", "other_areas_concerned")
# Fields whose values are words of a closed list. Every other text is shown as it was given: it may be somebody's name.
OF_A_LIST = {
    "abuse_or_neglect", "abuse_types", "certainty", "child_in_need_plan", "child_protection_plan", "kind",
    "outcome", "sex", "status", "type", "place_type",
}  # fmt: skip


def status_words(status: str) -> str:
    return STATUS.get(status, status)


def status_colour(status: str) -> str:
    return COLOURS.get(status, "govuk-tag--grey")


def outcome_words(outcome: str) -> str:
    return OUTCOME.get(outcome, outcome)


def agency_words(agency_id: str) -> str:
    """An agency's name by its id; the id where the directory does not have it."""
    known = known_agencies().get(agency_id)
    return known.name if known else agency_id


def kind_words(kind: str) -> str:
    """What kind of agency one is, as people say it."""
    return {"icb": "Integrated care board", "nhs-provider": "NHS provider"}.get(kind, words(kind))


def recipient_words(recipient: str) -> str:
    """Who is told, by the name that the partnership's file gives."""
    return recipient_name(recipient, agency_words)


def who_words(duty: Mapping[str, Any]) -> str:
    """Who is told under a duty, or who does what nobody is told of."""
    return PARTNERS if duty["rule"] == "rapid-review" else recipient_words(duty["recipient"])


def channel_words(channel: str) -> str:
    return CHANNELS.get(channel, channel)


def attempt_words(outcome: str) -> str:
    """What came of one attempt to tell somebody."""
    return CAME_OF_IT.get(outcome, outcome)


def receipt_words(receipt: str) -> str:
    return RECEIPTS.get(receipt, receipt)


def left_words(duty: Mapping[str, Any], now: datetime) -> str:
    """How much time a duty leaves, in working days; how late it is; nothing for one that is done."""
    if duty["status"] in ("discharged", "cancelled"):
        return ""
    here, due, today = partnership().bank_holidays, london_day(duty["due_at"]), london_day(now)
    try:
        days = working_days_between(today, due, here) if due >= today else -working_days_between(due, today, here)
    except CalendarUnknown:
        unknown = f"the bank holidays of {max(due, today).year} are not known yet"
        return f"Overdue: {unknown}" if duty["overdue"] else f"Not counted: {unknown}"
    if duty["overdue"]:
        return "Overdue" if not days else f"Overdue by {_days(-days)}"
    return "Due today" if due == today else f"{_days(days)} left"


def _days(count: int) -> str:
    return f"{count} working day{'' if count == 1 else 's'}"


def said_of(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The facts of a part of a referral that were given, as labels and words."""
    given = {name: value for name, value in values.items() if value not in (None, "", [], {})}
    if agencies := given.get("agencies_known_to"):
        given["agencies_known_to"] = [agency_words(agency) for agency in agencies]
    return [(label_of(name), said(value, name)) for name, value in given.items()]


def label_of(name: str) -> str:
    return LABELS.get(name, words(name))


def said(value: Any, name: str) -> str:
    """The fact in a field in words: dates and times as people write them, words of a list without hyphens; parts on lines."""
    if isinstance(value, Mapping):
        return "\n".join(f"{label}: {inner}" for label, inner in said_of(value))
    if isinstance(value, list):
        return "\n".join(said(each, name) for each in value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if name == "ethnicity":
        return ethnicity_words(str(value))
    if name in AUTHORITIES:
        return authority_words(str(value))
    return words(str(value)) if name in OF_A_LIST else _dated(str(value))


def browser_words(agent: str) -> str:
    """A browser's own description of itself (User-Agent) in a few words, so that a person knows it again."""
    browser = next((words for mark, words in BROWSERS if mark in agent), "A browser")
    machine = next((words for mark, words in MACHINES if mark in agent), "")
    return f"{browser} on {machine}" if machine else browser


def ethnicity_words(value: str) -> str:
    """`asian-bangladeshi` as `Asian: Bangladeshi`; a word alone as it is."""
    group, _, rest = value.partition("-")
    if value == "not-known" or not rest:
        return words(value)
    names = [word if word in ("and", "or", "other") else word.capitalize() for word in rest.split("-")]
    return f"{group.capitalize()}: {' '.join(names)}"


def authority_words(code: str) -> str:
    """A local authority's name with its ONS code; the code alone where the partnership's file does not name it."""
    here = partnership()
    name = here.authority.name if code == here.authority.ons_code else here.recipient(f"local-authority:{code}").name
    return code if code in name else f"{name} ({code})"


def _dated(value: str) -> str:
    """A date or a time as people write it; any other text as it is."""
    try:
        return (
            moment(datetime.fromisoformat(value))
            if MOMENT.fullmatch(value)
            else day(date.fromisoformat(value))
            if DAY.fullmatch(value)
            else value
        )
    except ValueError:
        return value
