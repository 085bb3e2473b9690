"""What the authority decides about an incident, and that it withdraws a notification."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services.notify.arising import panel_document
from services.notify.duplicates import alike_to
from services.notify.duties import is_to_decide
from services.notify.models import Decision, Incident, Separation
from services.notify.notifying import (
    cancel_open,
    end_deciding,
    facts_of_incident,
    locked_incident,
    start_notifying,
    tell_again,
    told_recipients,
    withdrawal_document,
)
from services.notify.referrals import ALREADY_TOLD, assess_bodies, bodies_of
from services.notify.service import SERVICE
from services.notify.states import INCIDENT, moved
from services.notify.threshold import KINDS, Assessment, decided_to_notify, recipients_of
from shared import audit, clock
from shared.calendar import london_day
from shared.database import new_id
from shared.identity.viewer import Viewer
from shared.outbox import emit
from shared.web.problems import conflict, refused


@dataclass(frozen=True)
class Decided:
    """What a person decides: `outcome` as in the interface, `separate_from` incidents found not to be the same."""

    outcome: str
    reasons: str
    agreed_by: Sequence[Any]
    separate_from: Sequence[str] = ()


def decide(session: Session, viewer: Viewer, incident_id: str, decided: Decided, now: datetime) -> Decision:
    """Record the authority's decision and do what it brings: duties to notify and dispatch, or an end with reasons.

    The clock of a late decision to notify still runs from the authority's first awareness. To notify what by its facts
    is another authority's means to tell that one. Where it is notified and its facts leave a kind open, the decision is
    of that kind alone: a no takes nothing back. Raises a 409 problem where the incident's state does not allow the
    decision, or an incident alike was notified and nobody said that it is another.
    """
    incident = locked_incident(session, incident_id)
    assessment = assess_bodies(bodies_of(session, incident.id), london_day(now))
    move = _move(session, incident, decided, assessment)
    after = moved(INCIDENT, incident.status, move, "incident")
    decision = record_decision(session, viewer, incident, decided)
    entries = []
    if decided.outcome == "notify":
        entries = _go_ahead(session, viewer, incident, move, assessment, now)
    incident.status = after
    if decided.outcome != "more-information":
        incident.assessment = incident.assessment | {"decision_needed": False}
        entries += end_deciding(session, viewer, incident, "discharge", now, f"decision {decision.id}")
    audit.append(session, audit.Entry(viewer.actor, f"decided-{decided.outcome}", f"incident:{incident.id}"), *entries)
    return decision


def _move(session: Session, incident: Incident, decided: Decided, assessment: Assessment) -> str:
    if incident.status in ALREADY_TOLD and is_to_decide(session, incident):
        return "answer"
    if decided.outcome == "notify" and incident.notified_at and incident.status not in ALREADY_TOLD:
        raise conflict(
            "This incident's notification was sent and then withdrawn. Refer the incident again, under a new "
            "agency_reference, to notify it anew."
        )
    if decided.outcome != "notify" or assessment.outcome != "another-authority":
        return decided.outcome
    if incident.status == "passed-on":
        raise conflict(
            "By its referrals this incident is another authority's, which is told. Have the referral corrected first."
        )
    return "pass-on"


def _go_ahead(
    session: Session, viewer: Viewer, incident: Incident, move: str, by_facts: Assessment, now: datetime
) -> list[audit.Entry]:
    bodies, assessment = bodies_of(session, incident.id), by_facts
    if move != "pass-on":
        _refuse_second_notification(session, incident)
        assessment = _notified_further(incident, by_facts) if move == "answer" else decided_to_notify(by_facts)
    told_before = told_recipients(session, incident)
    entries = start_notifying(session, viewer, incident, assessment)
    document = panel_document(session, facts_of_incident(session, incident), assessment, bodies, "follow-up")
    return entries + tell_again(session, incident, "follow-up", told_before, document, now, viewer)


def _notified_further(incident: Incident, by_facts: Assessment) -> Assessment:
    """What is notified once a person has said yes to what was left open: that too, and all that was notified before."""
    further = decided_to_notify(replace(by_facts, kinds=()))
    kinds = tuple(kind for kind in KINDS if kind in {*incident.assessment["kinds"], *further.kinds})
    return replace(further, kinds=kinds, national_recipients=recipients_of(kinds))


def record_decision(session: Session, viewer: Viewer, incident: Incident, decided: Decided) -> Decision:
    """Store a decision with its reasons. Raises a 422 problem for `separate_from` that names no other incident.

    It is dated once the incident is held, so that of two people's at once the later dated is the one that counts.
    """
    decision = Decision(
        id=new_id(),
        incident_id=incident.id,
        outcome=decided.outcome,
        reasons=decided.reasons,
        agreed_by=list(decided.agreed_by),
        decided_by=viewer.agency_id,
        person_id=viewer.person_id or None,
        decided_at=clock.now(),
    )
    session.add(decision)
    session.flush()
    for other in decided.separate_from:
        if session.get(Incident, other) is None or other == incident.id:
            raise refused("/separate_from", "Give the ids of other incidents, as possible_duplicates names them.")
        session.merge(Separation(incident_id=incident.id, other_id=other, decision_id=decision.id))
    session.flush()
    return decision


def _refuse_second_notification(session: Session, incident: Incident) -> None:
    told_already = [other for other in alike_to(session, incident) if other.status in ALREADY_TOLD]
    if told_already:
        names = ", ".join(other.reference for other in told_already)
        raise conflict(
            f"{names} looks like the same incident and is already notified. Merge this one into it, or name it in "
            "separate_from with your reasons.",
            possible_duplicates=[other.id for other in told_already],
        )


def withdraw(
    session: Session, viewer: Viewer, incident_id: str, reasons: str, now: datetime, agreed_by: Sequence[Any] = ()
) -> Incident:
    """Withdraw an incident: what is not sent is cancelled, and everyone who was told is told of the withdrawal.

    Where a decision is awaited it is a no, which needs the names of who agreed. Raises a 422 problem without them.
    """
    incident = locked_incident(session, incident_id)
    after = moved(INCIDENT, incident.status, "withdraw", "incident")
    if not agreed_by and is_to_decide(session, incident):
        raise refused("/agreed_by", "No decision was made yet. Give the names of who agreed that it is not notified.")
    incident.status = after
    decision = record_decision(session, viewer, incident, Decided("withdrawn", reasons, agreed_by))
    entries = take_back(session, viewer, incident, decision.reasons, now)
    audit.append(session, audit.Entry(viewer.actor, "withdrew", f"incident:{incident.id}"), *entries)
    return incident


def take_back(session: Session, viewer: Viewer, incident: Incident, reasons: str, now: datetime) -> list[audit.Entry]:
    """Cancel what is not sent of an incident, tell everyone who was told, and review. Returns audit entries."""
    told_before = told_recipients(session, incident)
    entries = cancel_open(session, viewer, incident, now)
    document = withdrawal_document(incident, reasons, now)
    entries += tell_again(session, incident, "withdrawal", told_before, document, now, viewer)
    if incident.notified_at and told_before:  # not where graver facts came after it was withdrawn before
        data = {
            "incident_id": incident.id,
            "reference": incident.reference,
            "reasons": reasons,
            "withdrawn_at": now.isoformat(),
        }
        emit(session, SERVICE, "incident.withdrawn", f"incident:{incident.id}", data)
    return entries
