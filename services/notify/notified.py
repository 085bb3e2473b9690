"""When an incident counts as notified: the rapid review falls due, the office gets its copy, and review is told."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.notify.arising import told
from services.notify.children import children_of
from services.notify.duties import NOTIFYING, duty_values
from services.notify.identifiers import identifiers_of
from services.notify.models import Duty, Incident, Referral
from services.notify.people_concerned import people_concerned
from services.notify.referrals import bodies_of
from services.notify.service import SERVICE
from services.notify.states import INCIDENT, moved
from services.notify.threshold import FOR_THE_PANEL
from shared import audit
from shared.database import insert_with_commit
from shared.delivery.deliveries import DeliveryRow
from shared.encryption import unseal_json
from shared.exchange import Rows, Statement, in_one_exchange, write_with_commit
from shared.outbox import emit
from shared.partnership import partnership
from shared.service import ring_after_commit

INCIDENTS = """
    SELECT i.id::text, i.reference, i.status, i.merged_into::text, i.assessment, i.occurred_on, i.notified_at, ARRAY(
           SELECT d.rule FROM duties d WHERE d.incident_id = i.id AND (d.status <> 'cancelled' OR d.rule = 'rapid-review')) AS rules
      FROM incidents i WHERE i.id IN (SELECT incident_id FROM duties WHERE id = ANY($1::uuid[]))
"""
MESSAGES = """
    SELECT DISTINCT ON (duty_id) duty_id::text, body FROM deliveries WHERE duty_id = ANY($1::uuid[]) ORDER BY duty_id, acknowledged_at IS NULL, status = 'cancelled', created_at
"""
REFERRALS = """
    SELECT incident_id::text, agency_id, body FROM referrals
     WHERE incident_id IN (SELECT incident_id FROM duties WHERE id = ANY($1::uuid[]))
     ORDER BY agency_id <> $2, submitted_at
"""
AGENCIES = "SELECT id FROM agencies WHERE ended_at IS NULL ORDER BY id"
NOTED = "UPDATE incidents SET status = $1, notified_at = $2 WHERE id = $3"


@dataclass
class Held:
    """An incident that is held, with its referrals, of which is made what follows its notification.

    `rules` are those of its duties, without what was cancelled; a rapid review that was is not asked for again.
    """

    id: str
    reference: str
    status: str
    merged_into: str | None
    assessment: dict[str, Any]
    occurred_on: date
    notified_at: datetime | None
    rules: list[str]
    bodies: list[dict[str, Any]] = field(default_factory=list)
    referred_by: list[str] = field(default_factory=list)


@dataclass
class Known:
    """What `reading_notified` read: the incidents of duties to notify, and the document that each duty sent."""

    incidents: dict[str, Held]
    documents: dict[str, dict[str, Any]]
    agencies: list[str]


def reading_notified(duty_ids: Sequence[str]) -> list[Statement]:
    """What must be read of duties to notify for `note_notified`, once their incidents are held; nothing for no duty."""
    if not duty_ids:
        return []
    ids = list(duty_ids)
    by_authority = [ids, partnership().authority.agency_id]
    return [(INCIDENTS, [ids]), (MESSAGES, [ids]), (REFERRALS, by_authority), (AGENCIES, [])]


def note_notified(session: Session, changed: Sequence[Duty], read: Rows) -> list[audit.Entry]:
    """Where a duty to notify has just been sent, its incident counts as notified: the rapid review's clock starts.

    With a duty to the Panel it is that one which counts; otherwise the Secretary of State's. `read` are the rows that
    `reading_notified` asked for. Returns audit entries.
    """
    sent = [duty for duty in changed if duty.rule in NOTIFYING and duty.sent_at and duty.incident_id]
    if not sent:
        return []
    known = _known(read)
    for duty in sent:
        known.incidents[str(duty.incident_id)].rules.append(duty.rule)
    return [entry for duty in sent for entry in _first_sent(session, duty, known)]


def _known(read: Rows) -> Known:
    incidents, messages, referrals, agencies = read
    held = {row.id: Held(**row._asdict()) for row in incidents}
    for row in referrals:
        held[row.incident_id].bodies.append(unseal_json(row.body, "referrals.body"))
        held[row.incident_id].referred_by.append(row.agency_id)
    documents = {row.duty_id: unseal_json(row.body, "deliveries.body")["document"] for row in messages}
    return Known(held, documents, [row.id for row in agencies])


def _first_sent(session: Session, duty: Duty, known: Known) -> list[audit.Entry]:
    incident, sent_at = known.incidents[str(duty.incident_id)], duty.sent_at
    assert sent_at is not None
    if duty.rule != ("sin-panel" if "sin-panel" in incident.rules else "sin-secretary-of-state"):
        return []
    if incident.notified_at:
        return _panel_joins(session, incident, duty, sent_at, known)
    incident.notified_at = sent_at
    if incident.status == "notifiable" and not incident.merged_into:
        incident.status = moved(INCIDENT, incident.status, "sent", "incident")
    write_with_commit(session, (NOTED, (incident.status, sent_at, incident.id)))
    if (
        incident.status != "notified"
    ):  # it was on its way when it was withdrawn or made one with another: no review follows
        return [audit.Entry("system", "notified-after-withdrawal", f"incident:{incident.id}")]
    _follow(session, incident, known.documents[duty.id], sent_at, known)
    return [audit.Entry("system", "notified", f"incident:{incident.id}", duty.rule)]


def _follow(session: Session, incident: Held, document: dict[str, Any], sent_at: datetime, known: Known) -> None:
    """The office gets its copy of the `document` that was sent, the rapid review falls due, and review is told."""
    facts = {"id": incident.id, "reference": incident.reference}
    copy, messages = told(session, facts, "partnership-office-copy", "partnership-office", sent_at, document)
    review_required = not FOR_THE_PANEL.isdisjoint(incident.assessment["kinds"])
    duties = [copy, _rapid_review_due(incident, sent_at)] if review_required else [copy]
    insert_with_commit(session, [(Duty, duties), (DeliveryRow, messages)])
    incident.rules += [duty["rule"] for duty in duties]
    ring_after_commit(session, "dispatch_due")
    _say_notified(session, incident, sent_at, known, review_required=review_required)


def _panel_joins(session: Session, incident: Held, duty: Duty, sent_at: datetime, known: Known) -> list[audit.Entry]:
    """New facts brought the Panel in after the Secretary of State was notified: a rapid review is required after all."""
    if duty.rule != "sin-panel" or incident.status != "notified" or "rapid-review" in incident.rules:
        return []
    insert_with_commit(session, [(Duty, [_rapid_review_due(incident, sent_at)])])
    _say_notified(session, incident, sent_at, known, review_required=True)
    return [audit.Entry("system", "notified", f"incident:{incident.id}", duty.rule)]


def _rapid_review_due(incident: Held, sent_at: datetime) -> dict[str, Any]:
    about = f"incident:{incident.id}"
    return duty_values("rapid-review", "panel", concerns=about, runs_from=sent_at, incident_id=incident.id)


def _say_notified(session: Session, incident: Held, sent_at: datetime, known: Known, *, review_required: bool) -> None:
    data = {
        "sent_at": sent_at.isoformat(),
        "kinds": incident.assessment["kinds"],
        "rapid_review_required": review_required,
    } | _said(incident, incident.bodies, incident.referred_by, known.agencies)
    emit(session, SERVICE, "incident.notified", f"incident:{incident.id}", data)


def say_corrected(session: Session, incident: Incident) -> None:
    """Review hears what an incident's referrals say now, where it ever counted as notified, and of each incident that was
    merged into it, whose review may go on: whom to search for, whom to ask, what must not appear in what is published.

    Before an incident counts as notified, its notification will say it.
    """
    merged = select(Incident).where(Incident.merged_into == incident.id, Incident.notified_at.is_not(None))
    notified = [each for each in (incident, *session.scalars(merged)) if each.notified_at]
    if not notified:
        return
    bodies = bodies_of(session, incident.id)
    referred_by = session.scalars(select(Referral.agency_id).where(Referral.incident_id == incident.id)).all()
    agencies = [row.id for row in in_one_exchange(session, (AGENCIES, []))]
    reviews = select(Duty.incident_id).where(Duty.rule == "rapid-review")
    required = set(session.scalars(reviews.where(Duty.incident_id.in_([each.id for each in notified]))))
    for each in notified:
        data = _said(each, bodies, referred_by, agencies) | {"rapid_review_required": each.id in required}
        data["occurred_on"] = incident.occurred_on.isoformat()
        emit(session, SERVICE, "incident.corrected", f"incident:{each.id}", data)


def _said(
    incident: Held | Incident, bodies: Sequence[dict[str, Any]], referred_by: Sequence[str], agencies: Sequence[str]
) -> dict[str, Any]:
    """Who is asked: who referred the incident or, as the referrals say, knows a child of it; the partners always."""
    children = [child for body in bodies for child in body["children"]]
    knowing = {agency for child in children for agency in child.get("agencies_known_to") or ()}
    asked = {*referred_by, *knowing, *partnership().safeguarding_partners}
    return {
        "incident_id": incident.id,
        "reference": incident.reference,
        "occurred_on": incident.occurred_on.isoformat(),
        "agencies": [agency for agency in agencies if agency in asked],
        "children": len(children_of(bodies)),
        "identifiers": identifiers_of(bodies),
        "people": people_concerned(bodies),
    }
