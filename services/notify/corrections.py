"""Corrections: a referral's new version beside the old, and a follow-up to everyone who was told."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.notify.arising import panel_document
from services.notify.decisions import (
    facts_of_incident,
    locked_incident,
    start_notifying,
    tell_again,
    told_recipients,
)
from services.notify.duplicates import hash_rows, hashes_of
from services.notify.models import ChildHash, Incident, Referral, ReferralVersion
from services.notify.referrals import assess_bodies, bodies_of, describe_assessment, first_status
from services.notify.threshold import decided_to_notify
from shared import audit
from shared.calendar import london_day
from shared.database import insert_rows
from shared.identity.viewer import SYSTEM, Viewer
from shared.service import see_as
from shared.web.problems import Problem, not_found, refused


def correct_referral(
    session: Session,
    viewer: Viewer,
    referral_id: str,
    body: dict[str, Any],
    reasons: str,
    expected: int | None,
    now: datetime,
) -> Referral:
    """Put a corrected body in the place of a referral's, keep the former, and tell those who were told.

    `expected` is the version the caller read (If-Match), or None. A correction that makes an incident notifiable
    starts its notification as a first referral would. Raises 404, 409, 412 and 422 problems.
    """
    referral = session.scalar(select(Referral).where(Referral.id == referral_id).with_for_update())
    if referral is None or referral.agency_id != viewer.agency_id:
        raise not_found()
    if expected is not None and expected != referral.version:
        raise Problem(412, "Somebody corrected this referral since you read it. Read it again, then correct it.")
    if body["agency_reference"] != referral.agency_reference:
        raise refused("/referral/agency_reference", "Keep the reference of the referral that you correct.")
    see_as(session, SYSTEM)  # what follows concerns the whole incident, not only this agency's part
    incident = locked_incident(session, referral.incident_id)
    _replace(session, viewer, referral, body, reasons, now)
    _find_by_corrected(session, incident)
    entries = _consequences(session, viewer, incident, now)
    audit.append(
        session,
        audit.Entry(viewer.agency_id, "corrected", f"referral:{referral.id}", f"version {referral.version}"),
        *entries,
    )
    return referral


def _replace(
    session: Session, viewer: Viewer, referral: Referral, body: dict[str, Any], reasons: str, now: datetime
) -> None:
    session.add(
        ReferralVersion(
            referral_id=referral.id,
            number=referral.version,
            agency_id=viewer.agency_id,
            body=referral.body,
            reasons=reasons,
            replaced_at=now,
        )
    )
    referral.body = body
    referral.version += 1
    session.flush()


def _find_by_corrected(session: Session, incident: Incident) -> None:
    """Let the incident be found by what its referrals now say, and no longer by what they said in error."""
    session.execute(delete(ChildHash).where(ChildHash.incident_id == incident.id))
    hashes = [pair for body in bodies_of(session, incident.id) for pair in hashes_of(body["children"])]
    insert_rows(session, [(ChildHash, hash_rows(incident.id, list(dict.fromkeys(hashes)), incident.occurred_on))])


def _consequences(session: Session, viewer: Viewer, incident: Incident, now: datetime) -> list[audit.Entry]:
    bodies = bodies_of(session, incident.id)
    assessment = assess_bodies(bodies, london_day(now))
    told_before = told_recipients(session, incident)
    if told_before and incident.status in ("notifiable", "notified"):
        assessment = decided_to_notify(assessment)
        document = panel_document(facts_of_incident(incident), assessment, bodies, "follow-up")
        return tell_again(session, incident, "follow-up", told_before, document, now, viewer)
    if incident.status in ("awaiting-decision", "not-notifiable"):
        incident.assessment = describe_assessment(assessment)
        if first_status(assessment, viewer, []) == "notifiable":
            start_notifying(session, incident, now)
            incident.status = "notifiable"
        elif assessment.outcome in ("must-notify", "should-notify", "needs-decision"):
            incident.status = "awaiting-decision"
    return []
