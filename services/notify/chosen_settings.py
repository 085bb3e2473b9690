"""Who is warned and how recipients are told, as the office has changed it by pages; otherwise as the partnership's file says."""

from collections.abc import Mapping
from typing import Any

from services.notify.fresh import Fresh
from shared.partnership import Recipient, partnership
from shared.setting_changes import all_in_force, told_as

CONTACTS = "deadline-contacts"

changed: Fresh[Mapping[str, Any]] = Fresh(all_in_force)
"""The value that the office gave each setting it changed, by the setting's name."""


def deadline_contacts() -> tuple[str, ...]:
    """Who is warned of deadlines."""
    return tuple(changed().get(CONTACTS) or partnership().deadline_contacts)


def recipient_now(recipient: str) -> Recipient:
    """How a recipient is told."""
    return told_as(partnership().recipient(recipient), changed().get(f"recipient:{recipient}"))


def told_by_hand(recipient: str) -> bool:
    """Whether the office has said that a person tells this recipient, whatever mailbox its agency has."""
    chosen = changed().get(f"recipient:{recipient}")
    return bool(chosen and chosen["channel"] == "portal")
