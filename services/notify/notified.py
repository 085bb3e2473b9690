"""When an incident counts as notified: the rapid review falls due, the office gets its copy, and review is told."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Uuid, cast, func, select, text
from sqlalchemy.orm import Session

from services.notify.arising import told
from services.notify.children import children_of
from services.notify.duties import NOTIFYING, duty_values
from services.notify.identifiers import identifiers_of
from services.notify.models import Duty, Incident
from services.notify.people_concerned import people_concerned
from services.notify.referrals import bodies_of
from services.notify.service import SERVICE
from services.notify.states import INCIDENT, moved
from services.notify.threshold import FOR_THE_PANEL
from shared import audit
from shared.database import insert_rows
from shared.delivery.deliveries import DeliveryRow
from shared.outbox import emit
from shared.partnership import partnership
from shared.service import ring_after_commit

ASKED = text("""
    SELECT id FROM agencies WHERE ended_at IS NULL AND (id = ANY(:named) OR id IN (
        SELECT agency_id FROM referrals WHERE incident_id = :incident)) ORDER BY id
""")
RULES = func.array(
    select(Duty.rule)
    .where(Duty.incident_id == Incident.id, Duty.rule.in_(NOTIFYING), Duty.status != "cancelled")
    .scalar_subquery()
)


def note_notified(session: Session, changed: Sequence[Duty]) -> list[audit.Entry]:
    """Where a duty to notify has just been sent, its incident counts as notified: the rapid review's clock starts.

    With a duty to the Panel it is that one which counts; otherwise the Secretary of State's. Returns audit entries.
    """
    entries: list[audit.Entry] = []
    for duty in changed:
        if duty.rule in NOTIFYING and duty.sent_at and duty.incident_id:
            entries += _first_sent(session, duty, duty.incident_id, duty.sent_at)
    return entries


def _first_sent(session: Session, duty: Duty, incident_id: str, sent_at: datetime) -> list[audit.Entry]:
    said = (
        select(DeliveryRow.body)
        .where(DeliveryRow.duty_id == cast(duty.id, Uuid(as_uuid=False)))
        .order_by(DeliveryRow.created_at)
        .limit(1)
    )
    found = select(Incident, RULES, said.scalar_subquery()).where(Incident.id == incident_id)
    held = found.with_for_update(of=Incident, key_share=True)
    incident, rules, message = session.execute(held, execution_options={"populate_existing": True}).one()
    if duty.rule != ("sin-panel" if "sin-panel" in rules else "sin-secretary-of-state"):
        return []
    if incident.notified_at:
        return _panel_joins(session, incident, duty, sent_at)
    incident.notified_at = sent_at
    if incident.status == "notifiable":
        incident.status = moved(INCIDENT, incident.status, "sent", "incident")
    if incident.status == "withdrawn":  # the call was under way when it was withdrawn: no review follows
        return [audit.Entry("system", "notified-after-withdrawal", f"incident:{incident_id}")]
    _follow(session, incident, message["document"], sent_at)
    return [audit.Entry("system", "notified", f"incident:{incident_id}", duty.rule)]


def _follow(session: Session, incident: Incident, document: dict[str, Any], sent_at: datetime) -> None:
    """The office gets its copy of the `document` that was sent, the rapid review falls due, and review is told."""
    bodies = bodies_of(session, incident.id)
    facts = {"id": incident.id, "reference": incident.reference}
    copy, messages = told(session, facts, "partnership-office-copy", "partnership-office", sent_at, document)
    review_required = not FOR_THE_PANEL.isdisjoint(incident.assessment["kinds"])
    duties = [copy, _rapid_review_due(incident, sent_at)] if review_required else [copy]
    insert_rows(session, [(Duty, duties), (DeliveryRow, messages)])
    ring_after_commit(session, "dispatch_due")
    _say_notified(session, incident, bodies, sent_at, review_required=review_required)


def _panel_joins(session: Session, incident: Incident, duty: Duty, sent_at: datetime) -> list[audit.Entry]:
    """New facts brought the Panel in after the Secretary of State was notified: a rapid review is required after all."""
    reviews = select(Duty.id).where(Duty.incident_id == incident.id, Duty.rule == "rapid-review")
    if duty.rule != "sin-panel" or incident.status != "notified" or session.scalar(reviews):
        return []
    insert_rows(session, [(Duty, [_rapid_review_due(incident, sent_at)])])
    _say_notified(session, incident, bodies_of(session, incident.id), sent_at, review_required=True)
    return [audit.Entry("system", "notified", f"incident:{incident.id}", duty.rule)]


def _rapid_review_due(incident: Incident, sent_at: datetime) -> dict[str, Any]:
    about = f"incident:{incident.id}"
    return duty_values("rapid-review", "panel", concerns=about, runs_from=sent_at, incident_id=incident.id)


def _say_notified(
    session: Session, incident: Incident, bodies: Sequence[dict[str, Any]], sent_at: datetime, *, review_required: bool
) -> None:
    data = {
        "incident_id": incident.id,
        "reference": incident.reference,
        "sent_at": sent_at.isoformat(),
        "occurred_on": incident.occurred_on.isoformat(),
        "kinds": incident.assessment["kinds"],
        "rapid_review_required": review_required,
        "agencies": _agencies(session, incident.id, bodies),
        "children": len(children_of(bodies)),
        "identifiers": identifiers_of(bodies),
        "people": people_concerned(bodies),
    }
    emit(session, SERVICE, "incident.notified", f"incident:{incident.id}", data)


def _agencies(session: Session, incident_id: str, bodies: Sequence[dict[str, Any]]) -> list[str]:
    """Who is asked: who referred the incident or, as the referrals say, knows a child of it; the partners always."""
    known = {agency for body in bodies for child in body["children"] for agency in child.get("agencies_known_to") or ()}
    named = [*known, *partnership().safeguarding_partners]
    return list(session.scalars(ASKED, {"incident": incident_id, "named": named}))
