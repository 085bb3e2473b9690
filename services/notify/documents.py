"""The document behind a message's link, and the files that it names: read by the recipient, which is its receipt."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.notify.attachments import Entry, open_named
from services.notify.duties import holding_incidents_of
from services.notify.models import Attachment
from services.notify.receipts import Signs, discharge
from shared import audit, clock
from shared.database import see_as
from shared.delivery.deliveries import acknowledge
from shared.encryption import unseal_json
from shared.exchange import in_one_exchange
from shared.identity.viewer import SYSTEM, Viewer
from shared.partnership import partnership
from shared.web.problems import not_found

FIND = text("""
    SELECT d.id::text, d.duty_id::text, d.recipient, d.channel, d.status, d.reference, d.sha256, d.body,
           EXISTS (SELECT 1 FROM bars b JOIN duties t ON t.incident_id = b.incident_id
                    WHERE t.id = d.duty_id AND b.person_id = CAST(:person AS uuid) AND b.lifted_at IS NULL) AS barred
      FROM deliveries d WHERE d.id = :id
""")
# Of a recipient's people, those who read for their agency what is told to it as one.
READ_FOR_THEIR_AGENCY = ("agency-lead", "duty-officer", "partner-approver", "partnership-office")


def fetch_document(session: Session, viewer: Viewer, delivery_id: str) -> dict[str, Any]:
    """The document of a message, for the agency it was sent to (which thereby acknowledges it), the office and the
    authority. Raises a 404 problem for everybody else, and for a person who is kept from its incident."""
    found, document = _readable(session, viewer, delivery_id)
    if _is_recipient(viewer, found.recipient) and found.status in ("pending", "sent"):
        _note_fetched(session, viewer, found.id, found.duty_id)
    audit.append(session, audit.Entry(viewer.actor, "read", f"delivery:{found.id}"))
    return {"id": found.id, "reference": found.reference, "sha256": found.sha256, "document": document}


def fetch_file(session: Session, viewer: Viewer, delivery_id: str, sha256: str) -> tuple[Entry, Attachment, bytes]:
    """A file that a message's document names, for whoever may read the document. Raises 404 and 409 problems."""
    found, document = _readable(session, viewer, delivery_id)
    return _given_out(session, viewer.actor, found.id, document, sha256)


def fetch_file_signed(session: Session, delivery_id: str, sha256: str, signs: Signs) -> tuple[Entry, Attachment, bytes]:
    """The same for a recipient's gateway, which has no key but a secret: `signs` says whether one is that of the request.

    The caller sees as the system. Raises 404 and 409 problems.
    """
    found = session.execute(FIND, {"id": delivery_id, "person": None}).first()
    if found is None or not signs(partnership().secret_of(found.recipient)):
        raise not_found()
    return _given_out(session, found.recipient, found.id, _document(found), sha256)


def _readable(session: Session, viewer: Viewer, delivery_id: str) -> tuple[Any, dict[str, Any]]:
    see_as(session, SYSTEM)  # the duty behind it is the partnership's, not the reader's
    found = session.execute(FIND, {"id": delivery_id, "person": viewer.person_id or None}).first()
    see_as(session, viewer)
    if found is None or found.barred or not (_is_recipient(viewer, found.recipient) or viewer.scope == "all"):
        raise not_found()
    return found, _document(found)


def _document(found: Any) -> dict[str, Any]:
    document: dict[str, Any] | None = unseal_json(bytes(found.body), "deliveries.body")["document"]
    if document is None:
        raise not_found()
    return document


def _given_out(
    session: Session, who: str, delivery_id: str, document: dict[str, Any], sha256: str
) -> tuple[Entry, Attachment, bytes]:
    see_as(session, SYSTEM)  # the referral that it came with is another agency's
    opened = open_named(session, document.get("documents") or (), sha256)
    audit.append(session, audit.Entry(who, "read", f"document:{opened[1].id}", f"delivery:{delivery_id}"))
    return opened


def _is_recipient(viewer: Viewer, recipient: str) -> bool:
    return viewer.agency_id == agency_behind(recipient) and viewer.acts_as(*READ_FOR_THEIR_AGENCY)


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
        in_one_exchange(session, holding_incidents_of([duty_id]))
    if acknowledge(session, delivery_id, evidence, now) and duty_id:
        discharge(session, viewer.actor, duty_id, now, evidence)
