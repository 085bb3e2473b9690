"""Warnings before a duty falls due and after: each once, whatever restarts."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.notify.duties import overdue_event
from services.notify.messages import warn_contacts
from services.notify.models import Duty, Incident
from services.notify.service import SERVICE
from shared import audit, clock
from shared.calendar import add_working_days, day_in_words, london_day, working_days_between
from shared.delivery.deliveries import add_deliveries
from shared.outbox import emit
from shared.partnership import partnership

BATCH = 200
WARN_WORKING_DAYS = (2, 1)
Place = tuple[datetime, str]  # of a duty among the others: when it is due, and its id
START: Place = (datetime(1900, 1, 1, tzinfo=UTC), "00000000-0000-0000-0000-000000000000")

# Open duties whose newest possible warning was not given yet: due by the horizon, and not warned today.
WATCHED = text("""
    SELECT d.id, d.due_at FROM duties d
     WHERE d.status NOT IN ('discharged', 'cancelled') AND d.due_at <= :horizon AND (d.due_at, d.id) > (:due, :after)
       AND NOT EXISTS (SELECT 1 FROM duty_warnings w WHERE w.duty_id = d.id AND w.kind = 'looked-' || :today)
     ORDER BY d.due_at, d.id LIMIT :most FOR UPDATE SKIP LOCKED
""")
GIVE = text("INSERT INTO duty_warnings VALUES (:duty, :kind, :now) ON CONFLICT DO NOTHING RETURNING duty_id")


def watch_deadlines() -> int:
    """Warn of every duty that is near its date or past it; returns how many warnings were given now."""
    given = 0
    after: Place | None = START
    while after:
        with SERVICE.transaction() as session:
            after, warned = _watch_some(session, clock.now(), after)
        given += warned
    return given


def _watch_some(session: Session, now: datetime, after: Place) -> tuple[Place | None, int]:
    """Look at the duties that follow the one `after`; where the last of them stands, and how many were warned of."""
    holidays = partnership().bank_holidays.and_beyond()
    today = london_day(now)
    horizon = datetime.combine(
        add_working_days(today, max(WARN_WORKING_DAYS), holidays), datetime.max.time(), now.tzinfo
    )
    values = {"horizon": horizon, "today": today.isoformat(), "most": BATCH, "due": after[0], "after": after[1]}
    found = session.execute(WATCHED, values).all()
    warned = [entry for row in found if (entry := _warn(session, session.get_one(Duty, str(row.id)), now))]
    if warned:
        audit.append(session, *warned)
    return ((found[-1].due_at, str(found[-1].id)) if len(found) == BATCH else None), len(warned)


def _warn(session: Session, duty: Duty, now: datetime) -> audit.Entry | None:
    """Give the warning that a duty's date calls for today, unless it was given. A duty that falls due later today is
    looked at again, so that it is known to be overdue as soon as it is."""
    kind, sentence, final = _warning_for(duty, now)
    if final:
        session.execute(GIVE, {"duty": duty.id, "kind": f"looked-{london_day(now).isoformat()}", "now": now})
    if kind is None or session.execute(GIVE, {"duty": duty.id, "kind": kind, "now": now}).first() is None:
        return None
    incident = session.get(Incident, duty.incident_id) if duty.incident_id else None
    reference = incident.reference if incident else duty.concerns.partition(":")[0]
    if rows := warn_contacts(f"duty:{duty.id}", reference, f"{sentence} {duty.text}"):
        add_deliveries(session, rows)
    if kind.startswith("overdue") and not duty.overdue_said:
        duty.overdue_said = True
        emit(session, SERVICE, *overdue_event(duty))
    return audit.Entry("system", "warned", f"duty:{duty.id}", kind)


def _warning_for(duty: Duty, now: datetime) -> tuple[str | None, str, bool]:
    """The kind of warning due now (None for none), its sentence, and whether nothing more can come today."""
    today, last = london_day(now), london_day(duty.due_at)
    if now > duty.due_at + timedelta(seconds=0.999999):
        return f"overdue-{today.isoformat()}", f"OVERDUE since {day_in_words(last)}:", True
    holidays = partnership().bank_holidays
    left = working_days_between(today, last, holidays.and_beyond())
    unknown = f" (bank holidays of {last.year} are not known yet)" if last.year > holidays.last_year else ""
    sentence = f"Due by the end of {last:%A} {day_in_words(last)}{unknown}, {left} working day{'' if left == 1 else 's'} from now:"
    if left in WARN_WORKING_DAYS:
        return f"working-days-{left}", sentence, last != today
    return None, sentence, last != today
