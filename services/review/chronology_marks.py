"""What people mark in a merged chronology: a theme, a key practice episode, one event told twice, a contradiction.

A mark holds to entries by a keyed hash of what they say. An entry that its agency changed afterwards is another entry.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.review.agency_returns import submitted_returns
from services.review.chronology import key_of
from services.review.models import Case, ChronologyMark
from shared import audit, clock
from shared.database import new_id
from shared.identity.viewer import Viewer
from shared.web.problems import conflict, refused

KINDS = {
    "theme": "Theme",
    "episode": "Key practice episode",
    "same-event": "The same event",
    "contradiction": "Contradiction",
}
OF_SEVERAL = ("same-event", "contradiction")
Entry = dict[str, Any]


@dataclass
class Marks:
    """The marks of a case by the entry they are on."""

    of_entry: dict[str, list[ChronologyMark]] = field(default_factory=dict)

    def words(self, key: str, kind: str) -> list[str]:
        """What the marks of one kind say on an entry."""
        return [each.content["words"] for each in self.of_entry.get(key, ()) if each.kind == kind]

    def beside(self, key: str, kind: str) -> list[str]:
        """The keys of the other entries that marks of one kind lay beside an entry."""
        marks = [each for each in self.of_entry.get(key, ()) if each.kind == kind]
        return list(dict.fromkeys(other for each in marks for other in each.content["entries"] if other != key))

    def has(self, key: str, kind: str, words: str = "") -> bool:
        """Whether an entry bears a mark of a kind, and with these words where any are given."""
        found = self.words(key, kind)
        return words in found if words else bool(found)

    def all_words(self, kind: str) -> list[str]:
        """Everything that marks of one kind say in the case, in the order of letters."""
        marks = (each for marks in self.of_entry.values() for each in marks if each.kind == kind)
        return sorted({each.content["words"] for each in marks})


def standing_marks(session: Session, case_id: str) -> list[ChronologyMark]:
    """The marks that stand in a case, in the order in which they were made."""
    standing = select(ChronologyMark).where(ChronologyMark.case_id == case_id, ChronologyMark.ended_at.is_(None))
    return list(session.scalars(standing.order_by(ChronologyMark.made_at, ChronologyMark.id)))


def marks_of(session: Session, case_id: str) -> Marks:
    """The marks that stand in a case, by entry."""
    found = Marks()
    for each in standing_marks(session, case_id):
        for key in each.content["entries"]:
            found.of_entry.setdefault(key, []).append(each)
    return found


def entries_by_key(session: Session, case: Case) -> dict[str, Entry]:
    """Every entry of a case's merged chronology with its agency, by its key."""
    return {
        key_of(entry, each.agency_id): entry | {"agency": each.agency_id}
        for each in submitted_returns(session, case.id)
        for entry in each.chronology
    }


def mark(session: Session, case: Case, kind: str, keys: Sequence[str], words: str, viewer: Viewer) -> ChronologyMark:
    """Mark entries of a case's chronology. `words` name the theme or episode, or say on what the entries differ.

    Raises a 422 problem for an entry that there is not, for one event or a contradiction of a single agency, or for a
    theme or an episode without a name.
    """
    known = entries_by_key(session, case)
    chosen = list(dict.fromkeys(keys))
    if not chosen or not set(chosen) <= set(known):
        raise refused("/entries", "Choose entries of this chronology; one of these has been changed or is not there.")
    if kind in OF_SEVERAL and len({known[key]["agency"] for key in chosen}) < 2:
        raise refused(
            "/entries", "Choose entries of two agencies or more: what one agency says is laid beside another's."
        )
    if kind not in OF_SEVERAL and not words:
        raise refused("/words", f"Name the {KINDS[kind].lower()}.")
    made = ChronologyMark(
        id=new_id(),
        case_id=case.id,
        kind=kind,
        content={"entries": chosen, "words": words},
        made_by=viewer.actor,
        made_at=clock.now(),
    )
    session.add(made)
    audit.append(session, audit.Entry(viewer.actor, f"marked-{kind}", f"case:{case.id}", f"mark {made.id}"))
    return made


def take_mark_back(session: Session, made: ChronologyMark, viewer: Viewer) -> None:
    """Take a mark back; that it was made is kept. Raises a 409 problem for one that was taken back before."""
    if made.ended_at is not None:
        raise conflict("This mark was taken back before.")
    made.ended_at = clock.now()
    audit.append(session, audit.Entry(viewer.actor, "took-mark-back", f"case:{made.case_id}", f"mark {made.id}"))
