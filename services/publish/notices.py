"""E-mail to the partnership office: that something of a publication waits for a person. Reference and link, no more."""

from sqlalchemy.orm import Session

from services.publish.models import Publication
from services.publish.recipients import recipient_now
from shared.delivery.deliveries import add_deliveries, delivery_values
from shared.partnership import partnership
from shared.settings import settings


def tell_office(session: Session, publication: Publication, purpose: str, sentence: str) -> None:
    """Tell the partnership office that a publication needs somebody. One without a mailbox sees it on signing in."""
    office = recipient_now(session, "partnership-office")
    if office.channel != "email":
        return
    link = f"{settings().public_url}/publish/publications/{publication.id}"
    row = delivery_values(
        purpose=purpose,
        concerns=f"publication:{publication.id}",
        recipient="partnership-office",
        channel="email",
        address=office.address,
        reference=f"{partnership().short_name}: a publication needs you ({publication.reference})",
        body={"text": f"{publication.reference}. {sentence}\n\nSee what to do: {link}\n"},
    )
    add_deliveries(session, [row])
