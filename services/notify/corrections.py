"""Corrections: a referral's new version beside the old, and a follow-up to everyone who was told."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.notify.attachments import Entry, Upload, check_new, documents_of, keep
from services.notify.models import Incident, Referral, ReferralVersion
from services.notify.new_facts import take_in
from services.notify.notifying import locked_incident
from services.notify.referrals import bodies_of
from shared import audit
from shared.database import see_as
from shared.identity.viewer import SYSTEM, Viewer
from shared.web.problems import Problem, not_found, refused


def correct_referral(
    session: Session,
    viewer: Viewer,
    referral_id: str,
    body: dict[str, Any],
    reasons: str,
    expected: int | None,
    now: datetime,
    documents: Sequence[Entry] = (),
) -> Referral:
    """Put a corrected body in the place of a referral's, keep the former, and tell those who were told.

    `expected` is the version the caller read (If-Match), or None. The referral's files stay; `documents` are more. A
    correction that makes an incident notifiable starts its notification as a first referral would. Raises 404, 409, 412
    and 422 problems.
    """
    referral = _own(session, viewer, referral_id)
    if body["agency_reference"] != referral.agency_reference:
        raise refused("/referral/agency_reference", "Keep the reference of the referral that you correct.")
    see_as(session, SYSTEM)  # what follows concerns the whole incident, not only this agency's part
    incident = hold_with_incident(session, referral)
    if expected is not None and expected != referral.version:
        raise Problem(412, "Somebody corrected this referral since you read it. Read it again, then correct it.")
    _take(session, viewer, referral, incident, body | _together(referral, documents), reasons, now)
    return referral


def add_documents(
    session: Session, viewer: Viewer, referral_id: str, uploads: Sequence[Upload], now: datetime
) -> tuple[Referral, list[Entry]]:
    """Add files to a referral that was sent: a correction that changes nothing else, told as one.

    Raises 404 and 422 problems.
    """
    referral = _own(session, viewer, referral_id)
    see_as(session, SYSTEM)
    incident = hold_with_incident(session, referral)
    check_new(documents_of(referral.body), uploads)
    added = [keep(session, viewer, upload, referral_id=referral.id) for upload in uploads]
    body = referral.body | _together(referral, added)
    _take(session, viewer, referral, incident, body, f"{len(added)} file(s) added", now)
    return referral, added


def _own(session: Session, viewer: Viewer, referral_id: str) -> Referral:
    referral = session.get(Referral, referral_id)
    if referral is None or referral.agency_id != viewer.agency_id:
        raise not_found()
    return referral


def _together(referral: Referral, documents: Sequence[Entry]) -> dict[str, Any]:
    """The files that a referral has and those that come to it, where there are any."""
    entries = {entry["id"]: entry for entry in (*documents_of(referral.body), *documents)}
    return {"documents": list(entries.values())} if entries else {}


def hold_with_incident(session: Session, referral: Referral) -> Incident:
    """The referral and its incident, held, the incident first as everywhere; a merge may move it while we wait."""
    while True:
        incident_id = session.scalar(select(Referral.incident_id).where(Referral.id == referral.id))
        session.scalar(select(Incident.id).where(Incident.id == incident_id).with_for_update(key_share=True))
        session.refresh(referral, with_for_update=True)
        if referral.incident_id == incident_id:
            return locked_incident(session, incident_id)


def _take(
    session: Session,
    viewer: Viewer,
    referral: Referral,
    incident: Incident,
    body: dict[str, Any],
    reasons: str,
    now: datetime,
) -> None:
    """The new version in the place of the former, which is kept; whoever was told is told."""
    before = bodies_of(session, incident.id)
    former = ReferralVersion(
        referral_id=referral.id,
        number=referral.version,
        agency_id=viewer.agency_id,
        body=referral.body,
        reasons=reasons,
        replaced_at=now,
    )
    session.add(former)
    referral.body = body
    referral.version += 1
    session.flush()
    session.refresh(referral)  # as it is stored, in JSON values
    entries = take_in(session, viewer, incident, before, now)
    corrected = audit.Entry(viewer.actor, "corrected", f"referral:{referral.id}", f"version {referral.version}")
    audit.append(session, corrected, *entries)
