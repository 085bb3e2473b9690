"""When a person hears of what is no statutory warning: at once, in one e-mail the next working morning, or not at all.

Warnings of duties' dates, requests and chases that the law backs, alarms, and what concerns a person's own account are no
matter of choice: they do not come through here.
"""

from collections.abc import Sequence
from datetime import datetime, time
from itertools import groupby
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.notify.messages import ask_person
from services.notify.service import SERVICE
from shared import audit, clock
from shared.calendar import LONDON, is_working_day
from shared.database import new_id
from shared.delivery.deliveries import add_deliveries
from shared.identity.viewer import Viewer
from shared.partnership import partnership
from shared.settings import settings

CHOICES = {"at-once": "At once", "digest": "Together, in the morning of the next working day", "none": "Not at all"}
MORNING = 8  # of London, where the partnership sets no hour for its digest

CHOICE = text("SELECT choice FROM message_preferences WHERE person_id = :person")
CHOOSE = text("""
    INSERT INTO message_preferences (person_id, choice, changed_at) VALUES (:person, :choice, :now)
    ON CONFLICT (person_id) DO UPDATE SET choice = excluded.choice, changed_at = excluded.changed_at
""")
HOLD = text("""
    INSERT INTO held_messages (id, person_id, reference, sentence, page, held_at)
    VALUES (:id, :person, :reference, :sentence, :page, :now)
""")
TAKE_HELD = text("""
    DELETE FROM held_messages h USING people p WHERE p.id = h.person_id AND h.held_at < :since
    RETURNING h.person_id::text, h.reference, h.sentence, h.page, h.held_at, p.email, p.ended_at
""")
WANT_NO_DIGEST = text("""
    SELECT lower(p.email) FROM people p JOIN message_preferences m ON m.person_id = p.id
     WHERE m.choice = 'none' AND p.ended_at IS NULL
""")


def choice_of(session: Session, person_id: str) -> str:
    """What a person has chosen; who has chosen nothing hears at once."""
    return session.scalar(CHOICE, {"person": person_id}) or "at-once"


def choose(session: Session, viewer: Viewer, choice: str) -> None:
    """Take a person's choice, one of `CHOICES`."""
    session.execute(CHOOSE, {"person": viewer.person_id, "choice": choice, "now": clock.machine_now()})
    audit.append(session, audit.Entry(viewer.actor, "messages-chosen", f"person:{viewer.person_id}", choice))


def let_know(
    session: Session, person_id: str, address: str, concerns: str, reference: str, sentence: str, page: str
) -> None:
    """Tell a person of something as they have chosen. `sentence` and `reference` hold no case content."""
    choice = choice_of(session, person_id)
    if choice == "at-once":
        add_deliveries(session, ask_person(person_id, address, concerns, reference, sentence, page))
    elif choice == "digest":
        held = {"id": new_id(), "person": person_id, "reference": reference, "sentence": sentence, "page": page}
        session.execute(HOLD, held | {"now": clock.now()})


def send_held() -> int:
    """From the morning's hour of each working day, what was held before it: one e-mail a person. How many went."""
    now, here = clock.now(), partnership()
    today, hour = now.astimezone(LONDON), here.digest_hour or MORNING
    if today.hour < hour or not is_working_day(today.date(), here.bank_holidays.and_beyond()):
        return 0
    with SERVICE.transaction() as session:
        rows = session.execute(TAKE_HELD, {"since": datetime.combine(today.date(), time(hour), LONDON)}).all()
        held = sorted((row for row in rows if row.ended_at is None), key=lambda row: (row.person_id, row.held_at))
        people = [list(theirs) for _, theirs in groupby(held, lambda row: row.person_id)]
        for theirs in people:
            add_deliveries(session, _together(theirs))
    return len(people)


def _together(held: Sequence[Any]) -> list[dict[str, Any]]:
    lines = [f"{row.reference}: {row.sentence}\n{settings().public_url}{row.page}" for row in held]
    person_id, address = held[0].person_id, held[0].email
    return ask_person(person_id, address, f"person:{person_id}", "Since yesterday", "\n\n".join(lines), page="")


def want_no_digest(session: Session) -> set[str]:
    """The addresses, in small letters, of people who have chosen to hear nothing that is no statutory warning."""
    return set(session.scalars(WANT_NO_DIGEST))
