"""Each working morning, one e-mail on what is due: counts and references, never a name. None where nothing is open."""

from datetime import datetime, time

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.notify.messages import warn_contacts
from services.notify.preferences import want_no_digest
from services.notify.service import SERVICE
from shared import clock
from shared.calendar import LONDON, add_working_days, day_in_words, is_working_day, london_day
from shared.delivery.deliveries import add_deliveries
from shared.partnership import partnership
from shared.settings import settings

MOST = 20  # named in one e-mail
# The row is this morning's turn: of several processes one gets it, once.
TAKE_TURN = text("""
    INSERT INTO heartbeats AS h VALUES ('digest', :now)
    ON CONFLICT (job) DO UPDATE SET last_at = excluded.last_at WHERE h.last_at < :since RETURNING job
""")
COUNTS = text("""
    SELECT count(*) FILTER (WHERE due_at < :now) AS overdue, count(*) FILTER (WHERE due_at >= :now AND due_at <= :soon) AS soon,
           count(*) FILTER (WHERE status = 'waiting-for-person') AS waiting
      FROM duties WHERE status NOT IN ('discharged', 'cancelled')
""")
NEXT = text("""
    SELECT coalesce(i.reference, split_part(d.concerns, ':', 1)) AS reference, d.due_at FROM duties d
      LEFT JOIN incidents i ON i.id = d.incident_id
     WHERE d.status NOT IN ('discharged', 'cancelled') AND d.due_at <= :soon ORDER BY d.due_at, reference LIMIT :most
""")


def send_digest() -> bool:
    """Send this morning's digest if it is time and nobody has; whether one was sent."""
    now = clock.now()
    local, hour = now.astimezone(LONDON), partnership().digest_hour
    if hour is None or local.hour < hour or not is_working_day(local.date(), partnership().bank_holidays.and_beyond()):
        return False
    since = datetime.combine(local.date(), time(hour), LONDON)
    with SERVICE.transaction() as session:
        if session.execute(TAKE_TURN, {"now": now, "since": since}).first() is None:
            return False
        sentence = _words(session, now)
        wanted = warn_contacts("digest", "Duties today", sentence, want_no_digest(session)) if sentence else []
        if wanted:
            add_deliveries(session, wanted)
    return bool(wanted)


def _words(session: Session, now: datetime) -> str:
    holidays = partnership().bank_holidays.and_beyond()
    soon = datetime.combine(add_working_days(now.astimezone(LONDON).date(), 2, holidays), time.max, LONDON)
    counts = session.execute(COUNTS, {"now": now, "soon": soon}).one()
    if not any(counts):
        return ""
    numbers = f"Overdue: {counts.overdue}. Due within two working days: {counts.soon}. Waiting for a person: {counts.waiting}."
    shown = session.execute(NEXT, {"soon": soon, "most": MOST}).all()
    lines = [f"{row.reference}, due {day_in_words(london_day(row.due_at))}" for row in shown]
    if (more := counts.overdue + counts.soon - len(shown)) > 0:
        lines.append(f"and {more} more")
    return "\n".join([numbers, "", *lines, "", f"See them all: {settings().public_url}/notify/today"])
