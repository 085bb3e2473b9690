"""What the office has changed of the partnership's file by pages, in the service whose it is: dated rows, only added to.

The newest row of a name is in force; one of null lets the file speak again.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from shared import audit, clock
from shared.database import new_id
from shared.identity.viewer import Viewer
from shared.partnership import Recipient

IN_FORCE = text("SELECT DISTINCT ON (name) name, value FROM setting_changes ORDER BY name, changed_at DESC, id")
VALUES = text("SELECT value FROM setting_changes WHERE name = :name ORDER BY changed_at DESC, id")
ADD = text("""
    INSERT INTO setting_changes (id, name, value, reasons, changed_by, changed_at)
    VALUES (:id, :name, :value, :reasons, :by, :at) ON CONFLICT DO NOTHING
""").bindparams(bindparam("value", type_=JSONB))
HISTORY = text("""
    SELECT c.name, c.value, c.reasons, c.changed_at, coalesce(p.name, c.changed_by) AS who FROM setting_changes c
      LEFT JOIN people p ON 'person:' || p.id = c.changed_by
     WHERE starts_with(c.name, :of) ORDER BY c.changed_at DESC, c.id LIMIT 50
""")


def all_in_force(session: Session) -> dict[str, Any]:
    """What is in force of all that was ever changed here, by name."""
    return {row.name: row.value for row in session.execute(IN_FORCE)}


def values_of(session: Session, name: str) -> list[Any]:
    """Every value that a setting was given here, the newest first."""
    return list(session.scalars(VALUES, {"name": name}))


def in_force(session: Session, name: str) -> Any:
    """What a setting was changed to here; None where the file speaks."""
    return next(iter(values_of(session, name)), None)


def change_setting(session: Session, viewer: Viewer, name: str, value: Any, reasons: str) -> tuple[str, datetime]:
    """Change a setting from now on. Returns the change's id and moment."""
    change_id, now = new_id(), clock.machine_now()
    keep_change(session, change_id, name, value, reasons, viewer.actor, now)
    audit.append(session, audit.Entry(viewer.actor, "setting-changed", name))
    return change_id, now


def keep_change(session: Session, change_id: str, name: str, value: Any, reasons: str, by: str, at: datetime) -> None:
    """Keep a change, once, whoever made it and whenever that is heard of."""
    values = {"id": change_id, "name": name, "value": value, "reasons": reasons, "by": by, "at": at}
    session.execute(ADD, values)


def history(session: Session, of: str = "") -> Sequence[Any]:
    """What was changed here of the settings whose names begin so, the latest first: when, by whom, and why."""
    return session.execute(HISTORY, {"of": of}).all()


def told_as(of_file: Recipient, changed: Any) -> Recipient:
    """A recipient of the file as a change (its channel and address, or None) has it."""
    return replace(of_file, channel=changed["channel"], address=changed["address"]) if changed else of_file
