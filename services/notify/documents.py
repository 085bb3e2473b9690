"""The document behind a message's link: fetched by the recipient with its own key, which is its receipt."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.notify.duties import hold_incidents_of
from services.notify.receipts import discharge
from shared import audit, clock
from shared.database import see_as
from shared.delivery.deliveries import acknowledge
from shared.encryption import unseal_json
from shared.identity.viewer import SYSTEM, Viewer
from shared.partnership import partnership
from shared.web.problems import not_found

FIND = text(
    "SELECT id::text, duty_id::text, recipient, channel, status, reference, sha256, body FROM deliveries WHERE id = :id"
)


def fetch_document(session: Session, viewer: Viewer, delivery_id: str) -> dict[str, Any]:
    """The document of a message, for the agency it was sent to (which thereby acknowledges it), the office and the
    authority. Raises a 404 problem for everybody else."""
    found = session.execute(FIND, {"id": delivery_id}).first()
    is_recipient = found is not None and viewer.agency_id == agency_behind(found.recipient)
    if found is None or not (is_recipient or viewer.scope == "all"):
        raise not_found()
    document = unseal_json(bytes(found.body), "deliveries.body")["document"]
    if document is None:
        raise not_found()
    if is_recipient and found.status in ("pending", "sent"):
        _note_fetched(session, viewer, found.id, found.duty_id)
    audit.append(session, audit.Entry(viewer.actor, "read", f"delivery:{found.id}"))
    return {"id": found.id, "reference": found.reference, "sha256": found.sha256, "document": document}


def agency_behind(recipient: str) -> str | None:
    """The agency in the directory that a recipient stands for, if any."""
    here = partnership()
    kind, _, name = recipient.partition(":")
    if kind in ("agency", "safeguarding-partner"):
        return name
    if recipient == "partnership-office":
        return here.partnership_office
    return here.authority.agency_id if recipient == f"local-authority:{here.authority.ons_code}" else None


def _note_fetched(session: Session, viewer: Viewer, delivery_id: str, duty_id: str | None) -> None:
    now = clock.now()
    evidence = f"fetched by {viewer.agency_id}"
    see_as(session, SYSTEM)  # the duty is the partnership's, not the reader's
    if duty_id:
        hold_incidents_of(session, [duty_id])
    if acknowledge(session, delivery_id, evidence, now) and duty_id:
        discharge(session, viewer.actor, duty_id, now, evidence)
