"""How a report is published, or not: decided by the three safeguarding partners, together and with reasons."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from services.publish.documents import add_text
from services.publish.models import Publication, RouteDecision
from services.publish.service import SERVICE
from services.publish.states import moved
from shared import audit, clock
from shared.identity.viewer import Viewer
from shared.outbox import emit
from shared.partnership import partnership
from shared.settings import settings
from shared.web.problems import Problem, refused

ROUTES = ("local", "improvements", "anonymous", "withheld")
NAMELESS = "improvements-"  # how an address begins that says nothing of its review
OWN_DOCUMENT = {"yearly-report": "full-report", "rapid-review-learning": "learning-briefing"}
CHOSEN_WHERE_SILENT = {"local": ["full-report"], "anonymous": ["full-report"], "improvements": [], "withheld": []}


@dataclass(frozen=True)
class Route:
    """A decision as the partners made it. `agreed_by` entries: agency_id, name, role, agreed_at (RFC 3339)."""

    route: str
    publish: list[str] | None
    reasons: str
    agreed_by: list[dict[str, Any]]
    nspcc_agreement: dict[str, Any] | None = None
    local_improvements: str | None = None


def decide_route(session: Session, viewer: Viewer, publication: Publication, decision: Route) -> RouteDecision:
    """Record a route with the agreement of all three partners; a change before going live is a new decision.

    Raises a 422 problem naming the partners whose agreement is missing, or for an anonymous route without the NSPCC's
    agreement; 409 once the publication is live.
    """
    check_agreement(session, decision.agreed_by)
    if publication.practice_review_id is None and decision.route not in ("local", "withheld"):
        raise refused("/route", "This belongs to no review: choose local or withheld.")
    if decision.route == "anonymous" and not decision.nspcc_agreement:
        raise refused("/nspcc_agreement", "Record who at the NSPCC agreed to this, and when.")
    publication.state = moved(publication.state, "withhold" if decision.route == "withheld" else "decide-route")
    former = publication.route
    publication.route, publication.publish = decision.route, _chosen(publication, decision)
    publication.publish_at, publication.held_because = None, []
    _let_go_of_address(publication)
    publication.version += 1
    kept = _keep(session, viewer, publication, decision)
    if decision.local_improvements and decision.route != "withheld":
        add_text(session, viewer, publication, "improvements", decision.local_improvements)
    tell_services(session, publication, "publication.route-decided", _event(kept, former))
    audit.append(session, audit.Entry(viewer.actor, "decided route", f"publication:{publication.id}", kept.route))
    return kept


def _let_go_of_address(publication: Publication) -> None:
    """A withdrawn page keeps its address, one never shown has none to keep; one that says which review it is may not
    stand on the anonymous route, and is left to the note that the review was withdrawn."""
    if publication.live_at is None:
        publication.slug = None
    elif publication.route == "anonymous" and publication.slug and not publication.slug.startswith(NAMELESS):
        publication.former_slugs = [*publication.former_slugs, publication.slug]
        publication.slug = None


def check_agreement(session: Session, agreed_by: list[dict[str, Any]]) -> None:
    """Raise a 422 problem unless exactly the three safeguarding partners have agreed."""
    partners = partnership().safeguarding_partners
    agreed = [each["agency_id"] for each in agreed_by]
    if missing := [partner for partner in partners if partner not in agreed]:
        names = partner_names(session)
        listed = " and ".join(names.get(partner, partner) for partner in missing)
        raise refused("/agreed_by", f"Record the agreement of {listed}. All three safeguarding partners decide.")
    for place, agency in enumerate(agreed):
        if agency not in partners or agency in agreed[:place]:
            raise refused(f"/agreed_by/{place}/agency_id", "Name each of the three safeguarding partners once.")


def partner_names(session: Session) -> dict[str, str]:
    """The safeguarding partners' names by agency id, from the directory."""
    statement = text("SELECT id, name FROM agencies WHERE id = ANY(:ids)")
    return {row.id: row.name for row in session.execute(statement, {"ids": list(partnership().safeguarding_partners)})}


def _chosen(publication: Publication, decision: Route) -> list[str]:
    if decision.route == "withheld":
        return []
    if publication.practice_review_id is None:
        return decision.publish or [OWN_DOCUMENT.get(publication.kind, "full-report")]
    chosen = decision.publish if decision.publish is not None else CHOSEN_WHERE_SILENT[decision.route]
    if decision.route in ("local", "anonymous") and not {"full-report", "executive-summary"} & set(chosen):
        raise refused("/publish", "Choose the full report, the executive summary or both.")
    if decision.route == "improvements" and {"full-report", "executive-summary"} & set(chosen):
        raise Problem(
            422,
            "On this route the report is not published. Choose the route local, or leave the report out.",
            [{"pointer": "/publish", "message": "Leave out the full report and the executive summary."}],
        )
    with_improvements = decision.local_improvements or decision.route == "improvements"
    return [*dict.fromkeys(chosen), *(["improvements"] if with_improvements else [])]


def _keep(session: Session, viewer: Viewer, publication: Publication, decision: Route) -> RouteDecision:
    kept = RouteDecision(
        publication_id=publication.id,
        route=decision.route,
        publish=publication.publish,
        reasons=decision.reasons,
        agreed_by=[{name: _plain(value) for name, value in each.items()} for each in decision.agreed_by],
        nspcc_agreement={name: _plain(value) for name, value in (decision.nspcc_agreement or {}).items()} or None,
        decided_at=clock.now(),
        recorded_by=viewer.agency_id,
    )
    session.add(kept)
    session.flush()
    return kept


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _event(decision: RouteDecision, former: str | None) -> dict[str, Any]:
    return {
        "route": decision.route,
        "former_route": former,
        "reasons": decision.reasons,
        "decided_at": decision.decided_at.isoformat(),
    }


def tell_services(session: Session, publication: Publication, kind: str, facts: dict[str, Any]) -> None:
    """Emit an event of a publication. What belongs to no review concerns no other service."""
    if publication.practice_review_id is None:
        return
    about = {
        "publication_id": publication.id,
        "practice_review_id": publication.practice_review_id,
        "incident_id": publication.incident_id,
        "reference": publication.reference,
    }
    emit(session, SERVICE, kind, f"publication:{publication.id}", about | facts)


def tell_live(session: Session, publication: Publication, at: datetime) -> None:
    """Say that a review is published: on the public site, or without its name in the NSPCC's collection."""
    url = f"{settings().public_url}/reviews/{publication.slug}" if publication.slug else None
    event = {"route": publication.route, "live_at": at.isoformat(), "url": url}
    tell_services(session, publication, "publication.live", event)


def decisions(session: Session, publication: Publication) -> list[RouteDecision]:
    """Every decision on the route, the latest first."""
    statement = select(RouteDecision).where(RouteDecision.publication_id == publication.id)
    return list(session.scalars(statement.order_by(RouteDecision.decided_at.desc())))
