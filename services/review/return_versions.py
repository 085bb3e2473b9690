"""What an agency changed from one version of its return to another: parts, and entries of the chronology."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.review.models import AgencyReturn, InformationRequest
from services.review.wording import PARTS, PARTS_OF_OWN


@dataclass(frozen=True)
class Changed:
    """One part that differs, in words before and after; empty where the version does not have it."""

    title: str
    before: str
    after: str


@dataclass(frozen=True)
class Comparison:
    """Parts that differ, and entries of the chronology that came or went."""

    parts: list[Changed]
    added: list[dict[str, Any]]
    removed: list[dict[str, Any]]

    @property
    def is_empty(self) -> bool:
        return not (self.parts or self.added or self.removed)


def sent_versions(session: Session, request: InformationRequest) -> list[AgencyReturn]:
    """The versions that an agency sent, the newest last."""
    sent = select(AgencyReturn).where(AgencyReturn.request_id == request.id, AgencyReturn.submitted_at.is_not(None))
    return list(session.scalars(sent.order_by(AgencyReturn.number)))


SIGNED = {"prepared_by": "Prepared by", "signed_off_by": "Signed off by"}


def compare(before: AgencyReturn, after: AgencyReturn, *, own: bool) -> Comparison:
    """What differs between two versions of one agency's return, in the order of its parts; `own` to the reader or not."""
    said = [
        Changed(title, in_words(before.content.get(name)), in_words(after.content.get(name)))
        for name, title in ((PARTS_OF_OWN if own else PARTS) | SIGNED).items()
        if name != "chronology"
    ]
    involved = Changed("Involved", *("Yes" if each.involved else "No" for each in (before, after)))
    return Comparison(
        [each for each in (involved, *said) if each.before != each.after],
        [entry for entry in after.chronology if entry not in before.chronology],
        [entry for entry in before.chronology if entry not in after.chronology],
    )


def in_words(value: Any) -> str:
    """A part of a return as text: one line for each item of a list."""
    if value is None:
        return ""
    if isinstance(value, dict):
        return " – ".join(str(each) for each in value.values())
    if isinstance(value, list):
        return "\n".join(in_words(each) for each in value)
    return str(value)
