"""Whom publishing tells, the NSPCC and the office: as the office has changed it in notify, else as the partnership's file says."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from shared import audit
from shared.partnership import Recipient, partnership
from shared.setting_changes import in_force, keep_change, told_as


def recipient_now(session: Session, recipient: str) -> Recipient:
    """How a recipient is told."""
    return told_as(partnership().recipient(recipient), in_force(session, f"recipient:{recipient}"))


def note_recipient(session: Session, change: dict[str, Any]) -> None:
    """Act on `recipient.changed`; the reasons stay with notify. In whichever order changes are heard, the latest holds."""
    name, way = f"recipient:{change['recipient']}", {key: change[key] for key in ("channel", "address")}
    at = datetime.fromisoformat(change["changed_at"])
    keep_change(session, change["change_id"], name, way, "", "notify", at)
    audit.append(session, audit.Entry("system", "noted-setting", name))
