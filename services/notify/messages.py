"""What is told to whom: the document a recipient gets, over the channel the partnership chose for it.

An e-mail carries a reference and a link, never a name of a case or a narrative; the document is fetched over the link.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.notify.chosen_settings import deadline_contacts, recipient_now, told_by_hand
from services.notify.duties import RULE_OF
from services.notify.panel_form import as_text
from shared.database import new_id
from shared.delivery.addresses import AddressRefused, check_address
from shared.delivery.deliveries import delivery_values
from shared.partnership import partnership
from shared.settings import settings
from shared.web.fields import Email
from shared.web.problems import refused

EMAILS = text("SELECT emails FROM agencies WHERE id = :id AND ended_at IS NULL")

LEADS = text("SELECT email FROM people WHERE agency_id = :agency AND 'agency-lead' = ANY(roles) AND ended_at IS NULL")

URGENCY = {"notification": 1, "follow-up": 2, "withdrawal": 2, "request": 4, "warning": 4}
MOST_URGENT = 0  # a notification to those whom the law has told first


@dataclass(frozen=True)
class Way:
    """How one recipient is reached."""

    channel: str
    addresses: tuple[str, ...]


def check_mailbox(address: str, pointer: str) -> None:
    """Raise a 422 problem at `pointer` where an address is none of a mailbox, or of one that this environment may not write to."""
    if not Email.shape.fullmatch(address):
        raise refused(pointer, "Enter an e-mail address like name@agency.example")
    try:
        check_address(address.rpartition("@")[2], production=settings().is_production)
    except AddressRefused as error:
        raise refused(pointer, str(error)) from None


def way_to(session: Session, recipient: str) -> Way:
    """The channel and addresses of a recipient: as the office or the file says; else the e-mail addresses of the agency it names; else
    the portal, since somebody must tell them and no machine can."""
    chosen = recipient_now(recipient)
    if chosen.channel != "portal":
        return Way(chosen.channel, (chosen.address,))
    kind, _, agency_id = recipient.partition(":")
    by_mail = kind in ("agency", "safeguarding-partner") and not told_by_hand(recipient)
    if by_mail and (emails := _addresses(session, agency_id)):
        return Way("email", tuple(emails))
    return Way("portal", ("",))


def know_addresses(session: Session, addresses: Mapping[str, Sequence[str]]) -> None:
    """Note the e-mail addresses of agencies, read together with something else, for the length of a transaction."""
    session.info.setdefault("addresses", {}).update(addresses)


def _addresses(session: Session, agency_id: str) -> Sequence[str]:
    known: dict[str, Sequence[str]] = session.info.setdefault("addresses", {})
    if agency_id not in known:
        know_addresses(session, {agency_id: session.scalar(EMAILS, {"id": agency_id}) or ()})
    return known[agency_id]


def tell(
    session: Session,
    recipient: str,
    *,
    purpose: str,
    concerns: str,
    reference: str,
    sentence: str,
    document: dict[str, Any] | None,
    duty_id: str | None = None,
    page: str = "",
) -> list[dict[str, Any]]:
    """Rows of the deliveries that tell `recipient`; the caller stores them with their cause. `page` is where people act.

    `sentence` and `reference` stand in an e-mail as they are, so they hold no case content; `document` may.
    """
    way = way_to(session, recipient)
    return [
        _delivery(
            way.channel,
            address,
            recipient=recipient,
            purpose=purpose,
            concerns=concerns,
            reference=reference,
            sentence=sentence,
            document=document,
            duty_id=duty_id,
            page=page,
        )
        for address in way.addresses
    ]


def _delivery(
    channel: str, address: str, *, sentence: str, document: dict[str, Any] | None, page: str = "", **facts: Any
) -> dict[str, Any]:
    delivery_id = new_id()
    words = _words(delivery_id, facts["reference"], sentence, with_link=document is not None, page=page)
    return delivery_values(
        delivery_id=delivery_id,
        channel=channel,
        address=address,
        body={"document": document, "text": words} | _for_envelope(facts["recipient"], document),
        urgency=_urgency(facts["purpose"], facts["recipient"]),
        **facts,
    )


def _urgency(purpose: str, recipient: str) -> int:
    if purpose == "notification" and recipient in RULE_OF:
        return MOST_URGENT
    return URGENCY.get(purpose, 5)


def _for_envelope(recipient: str, document: dict[str, Any] | None) -> dict[str, str]:
    """A notification as a person reads it, where it goes in an envelope that only the recipient opens."""
    sealed = document and "notifier" in document and partnership().recipient(recipient).certificate
    return {"in_words": as_text(document)} if document and sealed else {}


def _words(delivery_id: str, reference: str, sentence: str, *, with_link: bool, page: str) -> str:
    here = f"{settings().public_url}/notify"
    by_key = f"Systems read it with your agency's key:\n{here}/api/v1/documents/{delivery_id}\n\n"
    read = f"Sign in to read it:\n{here}/documents/{delivery_id}\n\n{by_key}" if with_link else ""
    sign_in = f"Sign in to answer:\n{settings().public_url}{page}\n\n" if page else ""
    return (
        f"{partnership().marking}\n\n{sentence}\n\nReference: {reference}\n\n{sign_in}{read}"
        "This message carries no names and no details. Do not reply with any.\n\n"
        f"{partnership().name}\n"
    )


def _letter(
    address: str, recipient: str, purpose: str, concerns: str, reference: str, sentence: str, page: str = ""
) -> dict[str, Any]:
    """The row of an e-mail of a few words, without a document, to one address."""
    facts = {"recipient": recipient, "purpose": purpose, "concerns": concerns, "reference": reference}
    return _delivery("email", address, sentence=sentence, document=None, page=page, **facts)


def tell_leads(
    session: Session, agency_id: str, concerns: str, reference: str, sentence: str, page: str
) -> list[dict[str, Any]]:
    """Rows of the e-mails to an agency's leads, each at their own address, about what their agency has not done."""
    leads = session.execute(LEADS, {"agency": agency_id}).scalars()
    agency = f"agency:{agency_id}"
    return [_letter(address, agency, "request", concerns, reference, sentence, page) for address in leads]


def ask_person(
    person_id: str, address: str, concerns: str, reference: str, sentence: str, page: str
) -> list[dict[str, Any]]:
    """The row of an e-mail that asks one person to look at a page."""
    return [_letter(address, f"person:{person_id}", "request", concerns, reference, sentence, page)]


def warn_contacts(concerns: str, reference: str, sentence: str, but_not: Collection[str] = ()) -> list[dict[str, Any]]:
    """Rows of the e-mails that warn the people whom the partnership names; `but_not` those addresses, in small letters."""
    told = [address for address in deadline_contacts() if address.lower() not in but_not]
    return [_letter(address, "deadline-contact", "warning", concerns, reference, sentence) for address in told]


def mail_person(person_id: str, address: str, sentence: str, link: str) -> list[dict[str, Any]]:
    """The row of an e-mail to one person about their own account."""
    words = f"{sentence}\n{link}\n\nIf you did not expect this, tell the partnership office.\n\n{partnership().name}\n"
    return [_account_letter(address, f"person:{person_id}", person_id, "Your account", words)]


def tell_contacts_of_access(person_id: str, sentence: str) -> list[dict[str, Any]]:
    """Rows of the e-mails that tell the people whom the partnership names what somebody may see now.

    `sentence` names colleagues, and nothing of a case.
    """
    words = (
        f"{sentence}\n\nIf this is not right, end the access and tell the partnership office:\n"
        f"{settings().public_url}/notify/people/{person_id}\n\n{partnership().name}\n"
    )
    return [
        _account_letter(address, "deadline-contact", person_id, "Access to cases", words)
        for address in deadline_contacts()
    ]


def _account_letter(address: str, recipient: str, person_id: str, subject: str, words: str) -> dict[str, Any]:
    return delivery_values(
        delivery_id=new_id(),
        channel="email",
        address=address,
        body={"document": None, "text": words},
        urgency=3,
        recipient=recipient,
        purpose="account",
        concerns=f"person:{person_id}",
        reference=subject,
        duty_id=None,
    )


def mail_mailbox(address: str, subject: str, sentence: str) -> list[dict[str, Any]]:
    """The row of an e-mail to a mailbox about its being told or not."""
    return [_letter(address, "mailbox", "account", "mailbox", subject, sentence)]
