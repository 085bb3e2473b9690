"""Making two incidents one: both referrals are kept, and one notification goes out."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from services.notify.decisions import Decided, record_decision, take_back
from services.notify.duties import is_to_decide
from services.notify.models import Incident, Referral
from services.notify.need_to_know import carry_bars
from services.notify.new_facts import take_in
from services.notify.notifying import locked_incident
from services.notify.referrals import ALREADY_TOLD, bodies_of
from shared import audit
from shared.identity.viewer import Viewer
from shared.web.problems import conflict, refused


def merge(session: Session, viewer: Viewer, source_id: str, into_id: str, reasons: str, now: datetime) -> Incident:
    """Make two incidents one: its clock runs from the earlier awareness, and who was told twice is told so.

    Returns the incident that stays. Raises 404, 409 and 422 problems.
    """
    if source_id == into_id:
        raise refused("/into", "Give another incident: one cannot be merged into itself.")
    first, second = (locked_incident(session, each) for each in sorted((source_id, into_id)))
    source, into = (first, second) if first.id == source_id else (second, first)
    _check_direction(source, into)
    why = f"The same incident as {into.reference}."
    asked, before = is_to_decide(session, source), bodies_of(session, into.id)
    if source.status == into.status:  # a person said the same of both
        before += bodies_of(session, source.id)
    # What was withdrawn before is taken back already: nobody is told twice.
    entries = [] if source.status == "withdrawn" else take_back(session, viewer, source, why, now)
    session.execute(update(Referral).where(Referral.incident_id == source.id).values(incident_id=into.id))
    source.merged_into = into.id
    carry_bars(session, source.id, into.id)
    record_decision(session, viewer, source, Decided("merged", reasons, []))
    entries += take_in(session, viewer, into, before, now, still_asked=asked)
    merged = audit.Entry(viewer.actor, "merged", f"incident:{source.id}", f"into incident:{into.id}")
    audit.append(session, merged, *entries)
    return into


def _check_direction(source: Incident, into: Incident) -> None:
    if source.status in ALREADY_TOLD and into.status not in ALREADY_TOLD:
        raise conflict(f"{source.reference} is being notified or was: merge {into.reference} into it instead.")
    if _is_taken_back(into) and not _is_taken_back(source):
        raise conflict(f"{into.reference} is withdrawn: merge it into {source.reference} instead.")


def _is_taken_back(incident: Incident) -> bool:
    """Whether it was withdrawn, even where graver facts opened its decision again: once sent, it is notified no more."""
    sent = bool(incident.notified_at) and incident.status not in ALREADY_TOLD
    return incident.status == "withdrawn" or sent
