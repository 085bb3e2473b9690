"""Who is warned and how recipients are told, as the office has changed it by pages; otherwise as the partnership's file says.

Read by every message, so it is kept in the process for a few seconds and no request waits for it.
"""

from collections.abc import Mapping
from time import monotonic
from typing import Any

from services.notify.service import SERVICE
from shared.partnership import Recipient, partnership
from shared.setting_changes import all_in_force, told_as

FRESH_SECONDS = 5.0
CONTACTS = "deadline-contacts"

_read: tuple[float, Mapping[str, Any]] | None = None


def _changed() -> Mapping[str, Any]:
    global _read  # noqa: PLW0603  # one small cache per process
    if _read is None or monotonic() - _read[0] > FRESH_SECONDS:
        with SERVICE.transaction() as session:
            found = all_in_force(session)
        _read = (monotonic(), found)
    return _read[1]


def read_again() -> None:
    """Have the next asker read what is in force, since it has just been changed."""
    global _read  # noqa: PLW0603  # as above
    _read = None


def deadline_contacts() -> tuple[str, ...]:
    """Who is warned of deadlines."""
    return tuple(_changed().get(CONTACTS) or partnership().deadline_contacts)


def recipient_now(recipient: str) -> Recipient:
    """How a recipient is told."""
    return told_as(partnership().recipient(recipient), _changed().get(f"recipient:{recipient}"))


def told_by_hand(recipient: str) -> bool:
    """Whether the office has said that a person tells this recipient, whatever mailbox its agency has."""
    changed: Any = _changed().get(f"recipient:{recipient}")
    return bool(changed and changed["channel"] == "portal")
