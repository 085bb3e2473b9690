"""Every event that passes between the services: who says it, who hears it, and what it carries.

The table is the only place where a type exists. It checks itself at import, as does each service's `reactions.py`
against it, so that a half-added event cannot start.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema
from sqlalchemy.orm import Session

from shared.events import contracts
from shared.settings import SERVICES


@dataclass(frozen=True)
class EventType:
    """One kind of event. `contract` is what its data must be, at both ends.

    `at_once`: it takes rights away or holds publication, so its consumers have it before whoever caused it is answered
    (handing_over.py).
    """

    name: str
    source: str
    heard_by: tuple[str, ...]
    contract: Schema
    at_once: bool = False


CATALOGUE: dict[str, EventType] = {
    event.name: event
    for event in (
        EventType("incident.referred", "notify", ("review",), contracts.IncidentReferred()),
        EventType("incident.notified", "notify", ("review",), contracts.IncidentNotified()),
        EventType("incident.corrected", "notify", ("review",), contracts.IncidentCorrected()),
        EventType("incident.withdrawn", "notify", ("review",), contracts.IncidentWithdrawn()),
        EventType("duty.discharged", "notify", ("review", "publish"), contracts.DutyDischarged()),
        EventType("duty.overdue", "notify", ("review", "publish"), contracts.DutyOverdue()),
        EventType("directory.changed", "notify", ("review", "publish"), contracts.DirectoryChanged(), at_once=True),
        EventType("need-to-know.changed", "notify", ("review", "publish"), contracts.NeedToKnowChanged(), at_once=True),
        EventType("recipient.changed", "notify", ("publish",), contracts.RecipientChanged()),
        EventType("case.opened-in-emergency", "review", ("notify",), contracts.CaseOpenedInEmergency()),
        EventType("case-team.changed", "review", ("publish",), contracts.CaseTeamChanged(), at_once=True),
        EventType("information.requested", "review", ("notify",), contracts.InformationRequested()),
        EventType("information.due-soon", "review", ("notify",), contracts.InformationAwaited()),
        EventType("information.overdue", "review", ("notify",), contracts.InformationOverdue()),
        EventType("information.cancelled", "review", ("notify",), contracts.InformationAwaited()),
        EventType("meeting.called-off", "review", ("notify",), contracts.MeetingPlanned()),
        EventType("meeting.planned", "review", ("notify",), contracts.MeetingPlanned()),
        EventType("rapid-review.completed", "review", ("notify",), contracts.RapidReviewCompleted()),
        EventType(
            "practice-review.commissioned", "review", ("notify", "publish"), contracts.PracticeReviewCommissioned()
        ),
        EventType("practice-review.delayed", "review", ("notify", "publish"), contracts.PracticeReviewDelayed()),
        EventType("practice-review.ended", "review", ("notify",), contracts.PracticeReviewEnded()),
        EventType("hold.placed", "review", ("notify", "publish"), contracts.HoldPlaced(), at_once=True),
        EventType("hold.lifted", "review", ("notify", "publish"), contracts.HoldLifted()),
        EventType("reminder.due", "review", ("notify",), contracts.ReminderDue()),
        EventType("report.signed-off", "review", ("publish",), contracts.ReportSignedOff()),
        EventType("identifiers.learnt", "review", ("publish",), contracts.IdentifiersLearnt()),
        EventType("publication.route-decided", "publish", ("review", "notify"), contracts.RouteDecided()),
        EventType("publication.scheduled", "publish", ("notify",), contracts.PublicationScheduled()),
        EventType("publication.live", "publish", ("review", "notify"), contracts.PublicationLive()),
        EventType("publication.deposited", "publish", ("review", "notify"), contracts.PublicationDeposited()),
        EventType("publication.corrected", "publish", ("notify",), contracts.PublicationCorrected()),
        EventType("publication.withdrawn", "publish", ("review", "notify"), contracts.PublicationWithdrawn()),
    )
}


@dataclass(frozen=True)
class Event:
    """An event as a consumer gets it. `sequence` counts within the subject; `time` is RFC 3339."""

    id: str
    source: str
    type: str
    subject: str
    time: str
    sequence: int
    data: dict[str, Any]


class NotYet(Exception):
    """A reaction lacks what an earlier event brings: the event is given to it again later."""


class CatalogueWrong(RuntimeError):
    """An event, its source, its consumers and their reactions do not fit; the message says which."""


Reaction = Callable[[Session, Event], None]


def check_reactions(service: str, reactions: Mapping[str, Reaction]) -> None:
    """Raise `CatalogueWrong` unless `reactions` holds exactly what the catalogue says `service` hears."""
    heard = {event.name for event in CATALOGUE.values() if service in event.heard_by}
    if missing := heard - reactions.keys():
        raise CatalogueWrong(f"{service} does not say what it does about {', '.join(sorted(missing))}.")
    if unknown := reactions.keys() - heard:
        raise CatalogueWrong(f"{service} reacts to {', '.join(sorted(unknown))}, which the catalogue does not send it.")


for _event in CATALOGUE.values():
    if (
        not {_event.source, *_event.heard_by} <= set(SERVICES)
        or _event.source in _event.heard_by
        or not _event.heard_by
    ):
        raise CatalogueWrong(f"{_event.name} names a service that does not exist, hears itself, or is heard by nobody.")
