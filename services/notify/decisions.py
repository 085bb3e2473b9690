"""What the authority decides about an incident, and the office about two that are one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from services.notify.arising import duties_to_notify, panel_document, told
from services.notify.duplicates import alike_to, move_hashes
from services.notify.duties import Move, entries_for, move_duties, open_duties
from services.notify.models import Decision, Duty, Incident, Referral, Separation
from services.notify.referrals import ALREADY_TOLD, assess_bodies, bodies_of, describe_assessment
from services.notify.service import SERVICE
from services.notify.states import INCIDENT, moved
from services.notify.threshold import decided_to_notify
from shared import audit
from shared.calendar import london_day
from shared.database import insert_rows, new_id
from shared.delivery.deliveries import add_deliveries
from shared.identity.viewer import Viewer
from shared.outbox import emit
from shared.web.problems import conflict, not_found, refused

DECIDING = ("decide-whether-to-notify",)
TOLD_STATUSES = ("sent", "discharged")
CANCEL = text(
    "UPDATE deliveries SET status = 'cancelled' WHERE duty_id = ANY(CAST(:duties AS uuid[])) AND status IN ('pending', 'waiting-for-person', 'rejected')"
)


@dataclass(frozen=True)
class Decided:
    """What a person decides: `outcome` as in the interface, `separate_from` incidents found not to be the same."""

    outcome: str
    reasons: str
    agreed_by: Sequence[Any]
    separate_from: Sequence[str] = ()


def locked_incident(session: Session, incident_id: str) -> Incident:
    """The incident, held against others who would change it. Raises a 404 problem, and 409 for one merged away."""
    incident = session.scalar(select(Incident).where(Incident.id == incident_id).with_for_update())
    if incident is None:
        raise not_found()
    if incident.merged_into:
        raise conflict("This incident was merged into another: act on that one.", merged_into=incident.merged_into)
    return incident


def decide(session: Session, viewer: Viewer, incident_id: str, decided: Decided, now: datetime) -> Decision:
    """Record the authority's decision and do what it brings: duties to notify and dispatch, or an end with reasons.

    The clock of a late decision to notify still runs from the authority's first awareness. Raises a 409 problem where
    the incident's state does not allow it, or an incident alike was notified and nobody said that it is another.
    """
    incident = locked_incident(session, incident_id)
    status = moved(INCIDENT, incident.status, decided.outcome, "incident")
    decision = _record(session, viewer, incident, decided, now)
    if decided.outcome == "notify":
        _refuse_second_notification(session, incident)
        start_notifying(session, incident, now)
    incident.status = status
    entries = [] if decided.outcome == "more-information" else _end_deciding(session, viewer, incident, decision, now)
    audit.append(
        session, audit.Entry(viewer.agency_id, f"decided-{decided.outcome}", f"incident:{incident.id}"), *entries
    )
    return decision


def _record(session: Session, viewer: Viewer, incident: Incident, decided: Decided, now: datetime) -> Decision:
    decision = Decision(
        id=new_id(),
        incident_id=incident.id,
        outcome=decided.outcome,
        reasons=decided.reasons,
        agreed_by=list(decided.agreed_by),
        decided_by=viewer.agency_id,
        decided_at=now,
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


def start_notifying(session: Session, incident: Incident, now: datetime) -> None:
    """Let the duties to notify arise, with their messages, for whoever has none yet."""
    bodies = bodies_of(session, incident.id)
    assessment = decided_to_notify(assess_bodies(bodies, london_day(now)))
    incident.assessment = describe_assessment(assessment)
    duties, messages = duties_to_notify(session, facts_of_incident(incident), assessment, bodies)
    existing = set(
        session.scalars(
            select(Duty.recipient).where(
                Duty.incident_id == incident.id, Duty.status != "cancelled", Duty.rule.in_([d["rule"] for d in duties])
            )
        )
    )
    wanted = [duty for duty in duties if duty["recipient"] not in existing]
    ids = {duty["id"] for duty in wanted}
    insert_rows(session, [(Duty, [duty]) for duty in wanted])
    add_deliveries(session, [m for m in messages if m["duty_id"] in ids or m["duty_id"] is None])


def facts_of_incident(incident: Incident) -> dict[str, Any]:
    names = ("id", "reference", "status", "assessment", "authority_aware_at", "created_at")
    return {name: getattr(incident, name) for name in names}


def _end_deciding(
    session: Session, viewer: Viewer, incident: Incident, decision: Decision, now: datetime
) -> list[audit.Entry]:
    deciding = [duty for duty in open_duties(session, incident) if duty.rule in DECIDING]
    moves = [Move(duty.id, "discharge", now, f"decision {decision.id}") for duty in deciding]
    return entries_for(viewer.agency_id, move_duties(session, moves))


def withdraw(session: Session, viewer: Viewer, incident_id: str, reasons: str, now: datetime) -> Incident:
    """Withdraw an incident: what is not sent is cancelled, and everyone who was told is told of the withdrawal."""
    incident = locked_incident(session, incident_id)
    incident.status = moved(INCIDENT, incident.status, "withdraw", "incident")
    told_before = told_recipients(session, incident)
    entries = cancel_open(session, viewer, incident, now)
    document = {"withdrawn": incident.reference, "reasons": reasons, "withdrawn_at": now.isoformat()}
    entries += tell_again(session, incident, "withdrawal", told_before, document, now, viewer)
    if incident.notified_at:
        data = {
            "incident_id": incident.id,
            "reference": incident.reference,
            "reasons": reasons,
            "withdrawn_at": now.isoformat(),
        }
        emit(session, SERVICE, "incident.withdrawn", f"incident:{incident.id}", data)
    audit.append(session, audit.Entry(viewer.agency_id, "withdrew", f"incident:{incident.id}"), *entries)
    return incident


def told_recipients(session: Session, incident: Incident) -> list[str]:
    """Who was told of an incident."""
    statement = select(Duty.recipient).where(
        Duty.incident_id == incident.id,
        Duty.status.in_(TOLD_STATUSES),
        Duty.rule.in_(
            (
                "sin-panel",
                "sin-secretary-of-state",
                "sin-ofsted",
                "tell-partner",
                "tell-other-area",
                "partnership-office-copy",
            )
        ),
    )
    return sorted(set(session.scalars(statement)))


def cancel_open(session: Session, viewer: Viewer, incident: Incident, now: datetime) -> list[audit.Entry]:
    """Cancel the duties of an incident that nobody was told of yet, with their messages."""
    duties = [duty for duty in open_duties(session, incident) if duty.status in ("pending", "waiting-for-person")]
    session.execute(CANCEL, {"duties": [duty.id for duty in duties]})
    return entries_for(viewer.agency_id, move_duties(session, [Move(duty.id, "cancel", now) for duty in duties]))


def tell_again(
    session: Session,
    incident: Incident,
    rule: str,
    recipients: Sequence[str],
    document: dict[str, Any],
    now: datetime,
    viewer: Viewer,
) -> list[audit.Entry]:
    """Tell those who were told of something new about an incident: a correction or a withdrawal."""
    facts = facts_of_incident(incident)
    about = f"{rule}:{new_id()}"
    pairs = [told(session, facts, rule, who, now, document, purpose=rule, concerns=about) for who in recipients]
    insert_rows(session, [(Duty, [duty]) for duty, _ in pairs])
    if rows := [message for _, messages in pairs for message in messages]:
        add_deliveries(session, rows)
    return [audit.Entry(viewer.agency_id, "duty-arose", f"duty:{duty['id']}", rule) for duty, _ in pairs]


def merge(session: Session, viewer: Viewer, source_id: str, into_id: str, reasons: str, now: datetime) -> Incident:
    """Make two incidents one: its referrals are kept, its clock runs from the earlier awareness, and one notification
    goes out. Returns the incident that stays. Raises 404, 409 and 422 problems."""
    if source_id == into_id:
        raise refused("/into", "Give another incident: one cannot be merged into itself.")
    first, second = (locked_incident(session, each) for each in sorted((source_id, into_id)))
    source, into = (first, second) if first.id == source_id else (second, first)
    if source.notified_at and into.notified_at:
        withdrawn = {
            "withdrawn": source.reference,
            "reasons": f"The same incident as {into.reference}.",
            "withdrawn_at": now.isoformat(),
        }
        told_of_source = told_recipients(session, source)
        tell_again(session, source, "withdrawal", told_of_source, withdrawn, now, viewer)
    elif source.status in ALREADY_TOLD and into.status not in ALREADY_TOLD:
        raise conflict(f"{source.reference} is being notified or was: merge {into.reference} into it instead.")
    entries = cancel_open(session, viewer, source, now)
    session.execute(update(Referral).where(Referral.incident_id == source.id).values(incident_id=into.id))
    move_hashes(session, source.id, into.id)
    source.merged_into = into.id
    into.authority_aware_at = min(into.authority_aware_at, source.authority_aware_at)
    into.occurred_on = min(into.occurred_on, source.occurred_on)
    session.add(_merge_decision(source, viewer, reasons, now))
    session.flush()
    entries += _after_merge(session, viewer, into, now)
    entries.append(audit.Entry(viewer.agency_id, "merged", f"incident:{source.id}", f"into incident:{into.id}"))
    audit.append(session, *entries)
    return into


def _merge_decision(source: Incident, viewer: Viewer, reasons: str, now: datetime) -> Decision:
    return Decision(
        id=new_id(),
        incident_id=source.id,
        outcome="merged",
        reasons=reasons,
        agreed_by=[],
        decided_by=viewer.agency_id,
        decided_at=now,
    )


def _after_merge(session: Session, viewer: Viewer, into: Incident, now: datetime) -> list[audit.Entry]:
    """What the joined facts change: who was told is told of the correction; what is undecided is assessed anew."""
    bodies = bodies_of(session, into.id)
    assessment = assess_bodies(bodies, london_day(now))
    if into.status == "notified":
        into.assessment = describe_assessment(decided_to_notify(assessment))
        document = panel_document(facts_of_incident(into), assessment, bodies, "follow-up")
        return tell_again(session, into, "follow-up", told_recipients(session, into), document, now, viewer)
    if into.status == "awaiting-decision":
        into.assessment = describe_assessment(assessment)
    return []
