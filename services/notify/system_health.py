"""What waits in notify, in sentences for a person: who has not answered, since when, and when it is tried again."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.notify.wording import recipient_words
from shared import clock
from shared.calendar import LONDON, london_day
from shared.partnership import partnership

WAITING = text("""
    SELECT d.recipient, count(*) AS waiting, min(d.due_at) AS next_at, min(d.created_at) AS since,
           (SELECT a.answer FROM delivery_attempts a WHERE a.delivery_id = (array_agg(d.id ORDER BY d.created_at))[1]
             ORDER BY a.number DESC LIMIT 1) AS answer
      FROM deliveries d WHERE d.status = 'pending' AND d.channel <> 'portal' AND d.attempts > 0
     GROUP BY d.recipient ORDER BY min(d.created_at)
""")
EVENTS = text(
    "SELECT count(*) AS waiting, min(created_at) AS since FROM event_deliveries WHERE confirmed_at IS NULL AND created_at < :before"
)
SWEEP = text("SELECT last_at FROM heartbeats WHERE job = 'sweep'")
OVERDUE = text("SELECT count(*) FROM duties WHERE status NOT IN ('discharged', 'cancelled') AND due_at < :now")
UNSCANNED = text("""
    SELECT count(*) AS waiting, min(added_at) AS since FROM attachments
     WHERE scan = 'waiting' AND removed_at IS NULL AND added_at < :before
""")
LATE = timedelta(minutes=1)


def in_plain_words(session: Session) -> list[str]:
    """A sentence on everything that is not as it should be; none where nothing waits."""
    now = clock.machine_now()
    words = []
    for one in session.execute(WAITING):
        messages = f"{one.waiting} message{'' if one.waiting == 1 else 's'} wait{'s' if one.waiting == 1 else ''}"
        answered = f" The last answer was: {one.answer}." if one.answer else ""
        words.append(
            f"{recipient_words(one.recipient)} has not taken what was sent since {_clock(one.since)}: {messages}.{answered} Next try: {_clock(one.next_at)}."
        )
    events = session.execute(EVENTS, {"before": now - LATE}).one()
    if events.waiting:
        words.append(
            f"The other services have not confirmed {events.waiting} piece(s) of news, the oldest since {_clock(events.since)}."
        )
    unscanned = session.execute(UNSCANNED, {"before": clock.now() - LATE}).one()
    if unscanned.waiting:
        words.append(
            f"The virus scanner has not answered for {unscanned.waiting} file(s), the oldest since {_clock(unscanned.since)}: they are kept, and not given out until it has."
        )
    last = session.scalar(SWEEP)
    if last is None or now - last > 2 * LATE:
        words.append(
            f"The regular check of what is due has not run{f' since {_clock(last)}' if last else ' yet'}: tell whoever runs the system."
        )
    overdue = session.scalar(OVERDUE, {"now": clock.now()})
    if overdue:
        words.append(f"{overdue} dut{'y is' if overdue == 1 else 'ies are'} overdue: see Duties.")
    return words


def holidays_known_until() -> tuple[int, bool]:
    """The last year whose bank holidays are known, and whether it ends within a year of today."""
    last = partnership().bank_holidays.last_year
    return last, london_day(clock.now()).year >= last


def _clock(moment: datetime) -> str:
    local = moment.astimezone(LONDON)
    return (
        f"{local:%H:%M}"
        if local.date() == clock.machine_now().astimezone(LONDON).date()
        else f"{local:%H:%M on} {local.day} {local:%B}"
    )
