"""Taking a referral: assess it, find who else spoke of the incident, and let the duties arise, all in one transaction."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.notify.arising import duties_arising, other_partners
from services.notify.duplicates import Alike, begin_referral, hash_rows, hashes_of
from services.notify.duties import describe_duty
from services.notify.messages import know_addresses
from services.notify.models import ChildHash, Duty, Incident, Referral
from services.notify.need_to_know import hidden_from
from services.notify.service import SERVICE
from services.notify.threshold import Assessment, assess, facts_of
from shared import audit
from shared.calendar import london_day
from shared.database import insert_rows, new_id
from shared.delivery.deliveries import DeliveryRow
from shared.identity.viewer import Viewer
from shared.outbox import emit
from shared.partnership import partnership
from shared.service import ring_after_commit
from shared.web.problems import conflict

NOT_YET = {"sent_at": None, "discharged_at": None, "evidence": None}  # of a duty that has just arisen
ALREADY_TOLD = ("notifiable", "notified")


def submit_referral(session: Session, viewer: Viewer, body: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Record an agency's referral (as `ReferralSchema` loads it) and start what follows from it.

    Where the facts meet the criteria and the partnership's setting lets it, the duties to notify arise and dispatch
    begins; otherwise a decision is awaited, with its clock already running. Returns what the interface answers.
    Raises a 409 problem where the agency has used its reference before.
    """
    occurred = first_day(body)
    hashes = hashes_of(body["children"])
    told = other_partners()
    context = begin_referral(session, viewer.agency_id, body["agency_reference"], hashes, occurred, told)
    if context.same_reference:
        raise _used_before(*context.same_reference)
    assessment = assess_bodies([body], london_day(now))
    status = first_status(assessment, viewer, context.alike)
    aware = authority_aware(body, now)
    incident = _incident_values(context.incident_number, assessment, status, occurred, aware, now)
    referral = _referral_values(viewer, body, incident["id"], context.referral_number, now)
    know_addresses(session, context.addresses)
    duties, deliveries = duties_arising(session, incident, assessment, [body], viewer)
    insert_rows(
        session,
        [
            (Incident, [incident]),
            (Referral, [referral]),
            (ChildHash, hash_rows(incident["id"], hashes, occurred)),
            (Duty, duties),
            (DeliveryRow, deliveries),
        ],
    )
    ring_after_commit(session, "dispatch_due")
    _tell_services(session, viewer, incident, now)
    entries = [audit.Entry(viewer.actor, "duty-arose", f"duty:{duty['id']}", duty["rule"]) for duty in duties]
    audit.append(session, audit.Entry(viewer.actor, "referred", f"incident:{incident['id']}", status), *entries)
    return _answer(referral, incident, duties, _alike_shown(session, viewer, context.alike))


def _alike_shown(session: Session, viewer: Viewer, alike: Sequence[Alike]) -> list[Alike]:
    """Of the incidents alike, those that the caller may know of."""
    if viewer.scope != "all" or not alike:
        return []
    hidden = hidden_from(session, viewer)
    return [other for other in alike if other.id not in hidden]


def _used_before(referral_id: str, reference: str) -> Exception:
    link = f"/notify/api/v1/referrals/{referral_id}"
    detail = (
        f"Your agency has used this agency_reference for {reference}. Correct that referral, or use a new reference."
    )
    return conflict(detail, referral=link)


def assess_bodies(bodies: Sequence[dict[str, Any]], day: date) -> Assessment:
    here = partnership()
    return assess(facts_of(bodies), here.rules_on(day), here.authority.ons_code)


def authority_aware(body: dict[str, Any], submitted: datetime) -> datetime:
    """When the local authority became aware: as a referral (loaded or as stored) states, or by this referral."""
    stated = body["awareness"].get("local_authority_became_aware_at")
    return _moment(stated) if stated else submitted


def first_day(body: dict[str, Any]) -> date:
    """The day on which the incident of a referral (loaded or as stored) began, in Europe/London."""
    return london_day(_moment(body["incident"]["occurred"]["from"]))


def _moment(given: datetime | str) -> datetime:
    return datetime.fromisoformat(given) if isinstance(given, str) else given


def first_status(assessment: Assessment, viewer: Viewer, alike: Sequence[Alike]) -> str:
    """What becomes of an incident by the facts alone, before any person decides.

    Only the authority's own report closes without a decision: every other "no" needs its reasons and names
    (Working Together 2023, chapter 5), in every setting of who notifies.
    """
    if assessment.outcome == "no-duty":
        return "not-notifiable" if viewer.is_authority else "awaiting-decision"
    told_already = any(other.status in ALREADY_TOLD for other in alike)
    if assessment.outcome == "needs-decision" or told_already or not _goes_by_itself(viewer):
        return "awaiting-decision"
    return "passed-on" if assessment.outcome == "another-authority" else "notifiable"


def _goes_by_itself(viewer: Viewer) -> bool:
    mode = partnership().notification_mode
    return mode == "automatic-for-all" or (mode == "automatic-for-authority" and viewer.is_authority)


def _incident_values(
    number: int, assessment: Assessment, status: str, occurred: date, aware: datetime, now: datetime
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "reference": f"INC-{now.year}-{number:04}",
        "status": status,
        "assessment": describe_assessment(assessment),
        "occurred_on": occurred,
        "authority_aware_at": aware,
        "created_at": now,
    }


def _referral_values(
    viewer: Viewer, body: dict[str, Any], incident_id: str, number: int, now: datetime
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "reference": f"{partnership().short_name}-{now.year}-{number:04}",
        "incident_id": incident_id,
        "agency_id": viewer.agency_id,
        "agency_reference": body["agency_reference"],
        "submitted_at": now,
        "submitted_by": viewer.person_id or None,
        "body": body,
    }


def _tell_services(session: Session, viewer: Viewer, incident: dict[str, Any], now: datetime) -> None:
    data = {
        "incident_id": incident["id"],
        "reference": incident["reference"],
        "agency_id": viewer.agency_id,
        "submitted_at": now.isoformat(),
    }
    emit(session, SERVICE, "incident.referred", f"incident:{incident['id']}", data)


def describe_assessment(assessment: Assessment) -> dict[str, Any]:
    """The assessment as it is stored and answered: no fact of the case, only rules and positions of children."""
    return {
        "outcome": assessment.outcome,
        "kinds": list(assessment.kinds),
        "possible_kinds": list(assessment.possible_kinds),
        "decision_needed": assessment.decision_needed,
        "reasons": [asdict(reason) for reason in assessment.reasons],
    }


def _answer(
    referral: dict[str, Any], incident: dict[str, Any], duties: list[dict[str, Any]], alike: Sequence[Alike]
) -> dict[str, Any]:
    return {
        "id": referral["id"],
        "reference": referral["reference"],
        "incident": {
            "id": incident["id"],
            "reference": incident["reference"],
            "status": incident["status"],
            "assessment": incident["assessment"],
            "possible_duplicates": [asdict(other) for other in alike],
        },
        "duties": [
            describe_duty(SimpleNamespace(**NOT_YET | duty)) for duty in sorted(duties, key=lambda duty: duty["due_at"])
        ],
    }


def bodies_of(session: Session, incident_id: str) -> list[dict[str, Any]]:
    """The referrals of an incident as they now stand: the authority's own, since it notifies, then as submitted."""
    of_others = Referral.agency_id != partnership().authority.agency_id
    statement = (
        select(Referral.body).where(Referral.incident_id == incident_id).order_by(of_others, Referral.submitted_at)
    )
    return list(session.scalars(statement))
