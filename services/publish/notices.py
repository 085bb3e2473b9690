"""E-mail to who is to act: that something of a publication waits for a person. Reference and link, no more."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.publish.models import Publication
from services.publish.recipients import recipient_now
from shared.delivery.deliveries import add_deliveries, delivery_values
from shared.partnership import partnership
from shared.settings import settings

HOLDERS = text("""
    SELECT p.id::text, p.email FROM people p JOIN agencies a ON a.id = p.agency_id AND a.ended_at IS NULL
     WHERE p.roles && CAST(:roles AS text[]) AND p.ended_at IS NULL AND NOT EXISTS (
        SELECT FROM bars b WHERE b.person_id = p.id AND b.incident_id = ANY(CAST(:incidents AS uuid[])) AND b.lifted_at IS NULL)
""")


def tell_office(session: Session, publication: Publication, purpose: str, sentence: str) -> None:
    """Tell the partnership office that a publication needs somebody. One without a mailbox sees it on signing in."""
    office = recipient_now(session, "partnership-office")
    if office.channel != "email":
        return
    add_deliveries(session, [_letter(publication, "partnership-office", office.address, purpose, sentence)])


def tell_roles(session: Session, publication: Publication, roles: Sequence[str], purpose: str, sentence: str) -> None:
    """Tell the people who hold one of these roles, each at their own address; not who is kept from the case."""
    found = session.execute(HOLDERS, {"roles": list(roles), "incidents": publication.incidents})
    letters = [_letter(publication, f"person:{each.id}", each.email, purpose, sentence) for each in found]
    if letters:
        add_deliveries(session, letters)


def _letter(publication: Publication, recipient: str, address: str, purpose: str, sentence: str) -> dict[str, Any]:
    link = f"{settings().public_url}/publish/publications/{publication.id}"
    return delivery_values(
        purpose=purpose,
        concerns=f"publication:{publication.id}",
        recipient=recipient,
        channel="email",
        address=address,
        reference=f"{partnership().short_name}: a publication needs you ({publication.reference})",
        body={"text": f"{publication.reference}. {sentence}\n\nSee what to do: {link}\n"},
    )
