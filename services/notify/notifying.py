"""Notifying an incident and telling again: who is told first, who was told, and what becomes of what is not sent yet."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from services.notify.arising import duties_to_notify, panel_document, told, whom_to_tell
from services.notify.duties import DECIDE, Move, entries_for, move_duties, open_duties
from services.notify.models import Duty, Incident
from services.notify.panel_form import as_text
from services.notify.referrals import bodies_of, describe_assessment
from services.notify.threshold import Assessment
from shared import audit
from shared.database import insert_rows
from shared.delivery.deliveries import add_deliveries, prepare_anew, replace_document
from shared.identity.viewer import Viewer
from shared.web.problems import conflict, not_found

TELLING = (
    "sin-panel",
    "sin-secretary-of-state",
    "sin-ofsted",
    "tell-partner",
    "tell-other-area",
    "partnership-office-copy",
)
IN_ERROR = "You were told of this in error: by the facts as they now stand it is not yours to know. Destroy what you were sent."
ENDS_WITH_ITS_NOTIFICATION = ("incident", "follow-up")  # a review that was decided on goes its own way

HOLD_MESSAGES = text("""
    SELECT m.id FROM deliveries m JOIN duties d ON d.id = m.duty_id WHERE d.incident_id = :id ORDER BY m.id FOR UPDATE OF m
""")
# Not taken back since by a withdrawal to the same recipient.
STANDS = """NOT EXISTS (
            SELECT 1 FROM duties w WHERE w.incident_id = d.incident_id AND w.recipient = d.recipient
               AND w.rule = 'withdrawal' AND w.created_at > d.created_at)"""
# Whoever has it, and whoever may have it: an attempt whose answer was lost, or which is under way at this moment.
TOLD = text(f"""
    SELECT DISTINCT d.recipient FROM duties d
     WHERE d.incident_id = :id AND d.rule = ANY(:rules) AND d.status <> 'cancelled' AND {STANDS}
       AND (d.status IN ('sent', 'discharged') OR EXISTS (
            SELECT 1 FROM deliveries m WHERE m.duty_id = d.id AND m.status = 'pending' AND m.attempts > 0))
     ORDER BY d.recipient
""")  # noqa: S608  # STANDS is the constant above
EXISTING = text(f"""
    SELECT d.rule, d.recipient, bool_or({STANDS}) AS stands FROM duties d
     WHERE d.incident_id = :id AND d.status <> 'cancelled' GROUP BY d.rule, d.recipient
""")  # noqa: S608  # as above
UNTOLD = text("""
    SELECT m.id::text, m.status FROM deliveries m JOIN duties d ON d.id = m.duty_id
     WHERE d.incident_id = :id AND d.rule = ANY(:rules)
       AND (m.status IN ('waiting-for-person', 'rejected') AND d.status = 'waiting-for-person'
            OR m.status = 'pending' AND m.attempts = 0) FOR UPDATE OF m
""")
WHO_NOTIFIES = text("""
    SELECT p.name, p.email FROM decisions d JOIN people p ON p.id = d.person_id
     WHERE d.incident_id = :id AND d.outcome = 'notify' ORDER BY d.decided_at DESC LIMIT 1
""")
CANCEL = text("""
    UPDATE deliveries SET status = 'cancelled'
     WHERE duty_id = ANY(CAST(:duties AS uuid[])) AND status IN ('pending', 'waiting-for-person', 'rejected')
""")


def locked_incident(session: Session, incident_id: str) -> Incident:
    """The incident and its messages, held against others who would change them; nothing of it is claimed meanwhile.

    Raises a 404 problem, and 409 for an incident that was merged away.
    """
    statement = select(Incident).where(Incident.id == incident_id).with_for_update(key_share=True)
    incident = session.scalar(statement)
    if incident is None:
        raise not_found()
    if incident.merged_into:
        raise conflict("This incident was merged into another: act on that one.", merged_into=incident.merged_into)
    session.execute(HOLD_MESSAGES, {"id": incident.id})
    return incident


def start_notifying(session: Session, viewer: Viewer, incident: Incident, assessment: Assessment) -> list[audit.Entry]:
    """Let the duties to tell arise, with their messages, for whoever has none yet, or was told that it is withdrawn.

    Returns audit entries.
    """
    incident.assessment = describe_assessment(assessment)
    duties, messages = duties_to_notify(
        session, facts_of_incident(session, incident), assessment, bodies_of(session, incident.id)
    )
    session.flush()
    existing = {(row.rule, row.recipient): row.stands for row in session.execute(EXISTING, {"id": incident.id})}
    wanted = [duty for duty in duties if not existing.get((duty["rule"], duty["recipient"]))]
    for duty in wanted:
        if (duty["rule"], duty["recipient"]) in existing:
            duty["concerns"] += f":again:{duty['id']}"
    records = {duty["id"] for duty in wanted} | {f"duty:{duty['id']}" for duty in wanted}
    insert_all(session, wanted, [m for m in messages if not records.isdisjoint((m["duty_id"], m["concerns"]))])
    return [audit.Entry(viewer.actor, "duty-arose", f"duty:{duty['id']}", duty["rule"]) for duty in wanted]


def insert_all(session: Session, duties: Sequence[dict[str, Any]], messages: Sequence[dict[str, Any]]) -> None:
    """Store new duties and their messages; either may be empty."""
    if duties:
        insert_rows(session, [(Duty, duties)])
    if messages:
        add_deliveries(session, messages)


def facts_of_incident(session: Session, incident: Incident) -> dict[str, Any]:
    """What duties and documents say of an incident, with the `notifier`: who decided to notify, where a person did."""
    names = ("id", "reference", "status", "assessment", "authority_aware_at", "created_at")
    found = session.execute(WHO_NOTIFIES, {"id": incident.id}).first()
    notifier = {"name": found.name, "role": "Duty officer", "email": found.email} if found else None
    return {name: getattr(incident, name) for name in names} | {"notifier": notifier}


def told_recipients(session: Session, incident: Incident) -> list[str]:
    """Who was told of an incident, or may have been, and not since of its withdrawal."""
    session.flush()
    return list(session.scalars(TOLD, {"id": incident.id, "rules": list(TELLING)}))


def cancel_open(session: Session, viewer: Viewer, incident: Incident, now: datetime) -> list[audit.Entry]:
    """Cancel the duties of an incident that nobody was told of yet, with their messages; returns audit entries."""
    duties = [
        duty
        for duty in open_duties(session, incident)
        if duty.status in ("pending", "waiting-for-person")
        and duty.concerns.partition(":")[0] in ENDS_WITH_ITS_NOTIFICATION
    ]
    return entries_for(viewer.actor, cancel_duties(session, duties, now))


def cancel_duties(session: Session, duties: Sequence[Duty], now: datetime) -> list[Duty]:
    """Cancel duties with their messages that have not gone; those that changed."""
    session.execute(CANCEL, {"duties": [duty.id for duty in duties]})
    return move_duties(session, [Move(duty.id, "cancel", now) for duty in duties])


def end_deciding(
    session: Session, viewer: Viewer, incident: Incident, move: str, now: datetime, evidence: str | None = None
) -> list[audit.Entry]:
    """`discharge` the open duty to decide with its evidence, or `cancel` it; returns audit entries."""
    deciding = [duty for duty in open_duties(session, incident) if duty.rule == DECIDE]
    moves = [Move(duty.id, move, now, evidence) for duty in deciding]
    return entries_for(viewer.actor, move_duties(session, moves))


def withdrawal_document(incident: Incident, reasons: str, now: datetime) -> dict[str, Any]:
    """What whoever was told is told of a withdrawal."""
    return {"withdrawn": incident.reference, "reasons": reasons, "withdrawn_at": now.isoformat()}


def tell_again(
    session: Session,
    incident: Incident,
    rule: str,
    recipients: Sequence[str],
    document: dict[str, Any],
    now: datetime,
    viewer: Viewer,
) -> list[audit.Entry]:
    """Tell those who were told of something new about an incident: a correction or a withdrawal. Audit entries."""
    facts = facts_of_incident(session, incident)
    about = f"{rule}:{incident.id}:{now.isoformat()}"
    pairs = [told(session, facts, rule, who, now, document, purpose=rule, concerns=about) for who in recipients]
    insert_all(session, [duty for duty, _ in pairs], [message for _, messages in pairs for message in messages])
    return [audit.Entry(viewer.actor, "duty-arose", f"duty:{duty['id']}", rule) for duty, _ in pairs]


def take_back_from_others(
    session: Session, viewer: Viewer, incident: Incident, assessment: Assessment, now: datetime
) -> list[audit.Entry]:
    """Whoever the facts as they now stand do not name is not told; who was told by mistake hears that, once, and no more."""
    named = {recipient for _, recipient in whom_to_tell(assessment)} | {"partnership-office"}
    mistaken = [who for who in told_recipients(session, incident) if who not in named]
    unsent = [
        duty
        for duty in open_duties(session, incident)
        if duty.rule in (*TELLING, "follow-up")
        and duty.recipient not in named
        and duty.status in ("pending", "waiting-for-person")
    ]
    entries = entries_for(viewer.actor, cancel_duties(session, unsent, now))
    document = withdrawal_document(incident, IN_ERROR, now)
    return entries + tell_again(session, incident, "withdrawal", mistaken, document, now, viewer)


def correct_unsent(session: Session, incident: Incident, assessment: Assessment, bodies: list[dict[str, Any]]) -> None:
    """Put the facts as they now stand into notifications that nobody can have received yet, and beside those that a
    person tells by hand, who may have told them as they stood."""
    document = panel_document(session, facts_of_incident(session, incident), assessment, bodies)
    for delivery in session.execute(UNTOLD, {"id": incident.id, "rules": list(TELLING)}).all():
        if delivery.status == "pending":
            replace_document(session, delivery.id, document, as_text(document))
        else:
            prepare_anew(session, delivery.id, document)
