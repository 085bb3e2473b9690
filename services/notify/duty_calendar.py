"""Open duties as a calendar that a person's own calendar program fetches: references and due dates, nothing of a case.

Its address holds a secret of the person's; signing out everywhere, or the end of their access, ends it too.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.calendar import london_day
from shared.duty_words import rule_words
from shared.settings import settings

SINCE = text(
    "SELECT extract(epoch FROM signed_out_before)::text FROM people WHERE id = CAST(:person AS uuid) AND ended_at IS NULL"
)


def feed_of(session: Session, person_id: str) -> str:
    """The address of a person's calendar."""
    since = session.scalar(SINCE, {"person": person_id})
    return f"{settings().public_url}/notify/calendar/{_signer().dumps([person_id, since])}.ics"


def person_of_feed(session: Session, secret: str) -> str | None:
    """Whose calendar an address is, if it still holds."""
    try:
        person_id, since = _signer().loads(secret)
    except (BadSignature, ValueError):
        return None
    return str(person_id) if session.scalar(SINCE, {"person": person_id}) == since else None


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(settings().cookie_key, salt="calendar")


def as_calendar(duties: Iterable[Mapping[str, Any]], references: Mapping[str, str], now: datetime) -> str:
    """iCalendar (RFC 5545): one whole-day entry a duty, on the day it is due in London."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Safeguarding Reviews//Duties//EN"]
    for duty in duties:
        due = london_day(duty["due_at"])
        words = f"{rule_words(duty['rule'])} {references.get(duty['incident_id'] or '', '')}".strip()
        lines += [
            "BEGIN:VEVENT",
            f"UID:{duty['id']}",
            f"DTSTAMP:{now:%Y%m%dT%H%M%SZ}",
            f"DTSTART;VALUE=DATE:{due:%Y%m%d}",
        ]
        lines += [f"SUMMARY:{words}", "TRANSP:TRANSPARENT", "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])
