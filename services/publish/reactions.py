"""What publish does about each event it hears."""

from sqlalchemy.orm import Session

from shared.events.catalogue import Event, Reaction
from shared.identity.keys import apply_directory_change


def directory_changed(session: Session, event: Event) -> None:
    apply_directory_change(session, event.data)


def nothing(session: Session, event: Event) -> None:
    """The event changes nothing here; it is heard so that the record of what arrived is whole."""


REACTIONS: dict[str, Reaction] = {
    "directory.changed": directory_changed,
}
