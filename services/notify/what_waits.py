"""Reminding of what waits in notify and has no duty yet: a report begun and not sent, bank holidays that are not known.

An e-mail holds a reference and a link, nothing of what is being reported.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.notify.drafts import KEPT, reference_of
from services.notify.messages import ask_person, tell_leads, warn_contacts
from services.notify.service import SERVICE
from services.notify.system_health import holidays_known_until
from services.notify.wording import agency_words
from shared import audit, clock
from shared.calendar import add_working_days, london_day
from shared.delivery.deliveries import add_deliveries
from shared.partnership import partnership
from shared.reminding import claim_reminder

WRITER_AFTER, LEADS_AFTER = 1, 2  # working days since it was last touched; since a lead was asked to agree
BEFORE_DELETION = timedelta(days=7)

UNSENT = text("""
    SELECT d.id::text, d.changed_at, d.person_id::text, p.agency_id, p.email, p.ended_at, a.asked_at
      FROM drafts d JOIN people p ON p.id = d.person_id
      LEFT JOIN agreement_requests a ON a.draft_id = d.id AND a.outcome IS NULL
     WHERE d.referral_id IS NULL AND (p.ended_at IS NOT NULL OR d.changed_at < :since OR a.asked_at < :asked)
     ORDER BY d.changed_at
""")
NOT_SENT = "A report of a serious incident that you began was not sent. Send it, or delete it if it is not needed: the law's time runs meanwhile."
UNANSWERED = "A lead of your agency was asked to agree to a report of a serious incident and has not answered. It can be sent without: see that it goes."
WRITER_GONE = "Somebody at your agency began a report of a serious incident, did not send it, and has no access any more. Find out what it was about, and report it."
SOON_DELETED = "A report of a serious incident that was begun at your agency was not sent, and is deleted in a week unless it is gone on with. See that it is sent, or is not needed."
UNKNOWN_HOLIDAYS = (
    "Bank holidays are known up to the end of {last}. Once those of {next} are announced, have them added to the "
    "partnership's file. Until then due dates of {next} are never late, but some are too early, and no day in it can be "
    "chosen for a publication."
)


class Reminder(NamedTuple):
    """One thing to remind of, from a day on; once, or `again` until it is done."""

    kind: str
    sentence: str
    due_on: date
    again: bool = True


def remind() -> int:
    """Remind of everything that waits and was not reminded of lately; how many reminders."""
    with SERVICE.transaction() as session:
        return _remind_of_holidays(session) + _remind_of_reports(session)


def _remind_of_holidays(session: Session) -> int:
    """From the first day of the last year that is known, once a month."""
    last, ends_soon = holidays_known_until()
    month = london_day(clock.now()).replace(day=1)
    if not ends_soon or claim_reminder(session, "bank-holidays", f"bank-holidays:{last}", month, again=False) is None:
        return 0
    sentence = UNKNOWN_HOLIDAYS.format(last=last, next=last + 1)
    add_deliveries(session, warn_contacts("bank-holidays", "Bank holidays", sentence))
    audit.append(session, audit.Entry("system", "reminded", f"bank-holidays:{last}"))
    return 1


def _remind_of_reports(session: Session) -> int:
    today = london_day(clock.machine_now())  # drafts are touched, and forgotten, by the machine's clock
    moments = {"since": clock.machine_now() - timedelta(days=1), "asked": clock.now() - timedelta(days=1)}
    count = 0
    for draft in session.execute(UNSENT, moments).all():
        for reminder in _reminders_of(draft, today):
            if claim_reminder(session, reminder.kind, f"draft:{draft.id}", reminder.due_on, again=reminder.again):
                _tell(session, draft, reminder)
                count += 1
    return count


def _reminders_of(draft: Any, today: date) -> Iterator[Reminder]:
    touched = london_day(draft.changed_at)
    holidays = partnership().bank_holidays.and_beyond()
    if draft.ended_at:
        yield Reminder("writer-gone", WRITER_GONE, london_day(draft.ended_at))
    elif (due := add_working_days(touched, WRITER_AFTER, holidays)) <= today:
        yield Reminder("report-unsent", NOT_SENT, due)
    if draft.asked_at:
        due = add_working_days(london_day(draft.asked_at), LEADS_AFTER, holidays)
        if due <= london_day(clock.now()):
            yield Reminder("agreement-unanswered", UNANSWERED, due)
    elif (due := touched + KEPT - BEFORE_DELETION) <= today:
        yield Reminder("report-goes", SOON_DELETED, due, again=False)


def _tell(session: Session, draft: Any, reminder: Reminder) -> None:
    """The writer is told of their own report; otherwise the leads of their agency, or the contacts where it has none."""
    concerns, reference = f"draft:{draft.id}", reference_of(draft.id)
    if reminder.kind == "report-unsent":
        page = f"/notify/report/{draft.id}"
        rows = ask_person(draft.person_id, draft.email, concerns, reference, reminder.sentence, page)
    else:
        rows = tell_leads(session, draft.agency_id, concerns, reference, reminder.sentence, "/notify/reports")
        rows = rows or warn_contacts(concerns, reference, f"{agency_words(draft.agency_id)}: {reminder.sentence}")
    add_deliveries(session, rows)
    audit.append(session, audit.Entry("system", "reminded", concerns, reminder.kind))
