"""Changing by pages whom deadlines are told and how a recipient is reached: a dated row with who and why, never overwritten.

Gateways, sealed mailboxes, the NSPCC and the office stay the partnership's file's: their secrets and certificates stand
beside it, and publishing reads the last two as well. A mailbox is used once somebody has read the code that was sent there.
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from services.notify.chosen_settings import CONTACTS, deadline_contacts, read_again, recipient_now
from services.notify.messages import mail_mailbox
from shared import audit, clock
from shared.database import new_id
from shared.delivery.addresses import AddressRefused, check_address
from shared.delivery.deliveries import add_deliveries
from shared.encryption import keyed_hash
from shared.identity.viewer import Viewer
from shared.partnership import Recipient, partnership
from shared.settings import settings
from shared.web.fields import Email
from shared.web.problems import conflict, not_found, refused

IN_THE_FILE = ("nspcc", "partnership-office")
MOST_CONTACTS, MOST_TRIES = 20, 5
CODE_WORKS = timedelta(days=7)

ADD = text("""
    INSERT INTO setting_changes (id, name, value, reasons, changed_by, changed_at) VALUES (:id, :name, :value, :reasons, :by, :now)
""").bindparams(bindparam("value", type_=JSONB))
HISTORY = text("""
    SELECT c.name, c.value, c.reasons, c.changed_at, coalesce(p.name, c.changed_by) AS who FROM setting_changes c
      LEFT JOIN people p ON 'person:' || p.id = c.changed_by ORDER BY c.changed_at DESC, c.id LIMIT 50
""")
ASK = text("""
    INSERT INTO mailbox_proofs (name, address, code, reasons, asked_at) VALUES (:name, :address, :code, :reasons, :now)
    ON CONFLICT (name) DO UPDATE SET address = excluded.address, code = excluded.code, reasons = excluded.reasons,
        asked_at = excluded.asked_at, tries = 0
""")
ASKED = text(
    "SELECT address, code, reasons, tries FROM mailbox_proofs WHERE name = :name AND asked_at > :since FOR UPDATE"
)
TRIED = text("UPDATE mailbox_proofs SET tries = tries + 1 WHERE name = :name")
DONE = text("DELETE FROM mailbox_proofs WHERE name = :name")


def changeable(recipient: Recipient) -> bool:
    """Whether a page may say how a recipient is told."""
    by_hand_or_mail = recipient.channel in ("email", "portal") and recipient.document == "link"
    return by_hand_or_mail and recipient.recipient not in IN_THE_FILE


def recipient_found(recipient: str) -> Recipient:
    """A recipient of the partnership's file as it is told now, if a page may change that. Raises a 404 problem."""
    named = next((each for each in partnership().recipients if each.recipient == recipient), None)
    if named is None or not changeable(named):
        raise not_found()
    return recipient_now(recipient)


def history(session: Session) -> Sequence[Any]:
    """What was changed by pages, the latest first: when, by whom, and why."""
    return session.execute(HISTORY).all()


def change_contacts(session: Session, viewer: Viewer, addresses: Sequence[str], reasons: str) -> None:
    """Have deadlines told to these addresses from now on. Raises 422 problems; somebody must be warned."""
    if not addresses:
        raise refused("/addresses", "Enter at least one address: somebody must be warned")
    if len(addresses) > MOST_CONTACTS:
        raise refused("/addresses", f"Give {MOST_CONTACTS} addresses at most")
    for address in addresses:
        _check(address, "/addresses")
    if tuple(addresses) != deadline_contacts():
        _add(session, viewer, CONTACTS, list(addresses), reasons)


def tell_by_hand(session: Session, viewer: Viewer, recipient: str, reasons: str) -> None:
    """Have a recipient told by a person from now on. Raises a 404 problem."""
    found = recipient_found(recipient)
    if found.channel != "portal":
        _add(session, viewer, f"recipient:{recipient}", {"channel": "portal", "address": ""}, reasons)


def ask_mailbox(session: Session, viewer: Viewer, recipient: str, address: str, reasons: str) -> None:
    """Send a code to the mailbox at which a recipient is to be told; it is used once the code comes back.

    Raises 404 and 422 problems.
    """
    found, code = recipient_found(recipient), f"{secrets.randbelow(10**8):08}"
    _check(address, "/address")
    name = f"recipient:{recipient}"
    values = {
        "name": name,
        "address": address,
        "code": _hash(name, code),
        "reasons": reasons,
        "now": clock.machine_now(),
    }
    session.execute(ASK, values)
    sentence = (
        f"This mailbox is to get the messages for {found.name}, each with a reference and a link. "
        f"If that is right, give the partnership office this code: {code}"
    )
    add_deliveries(session, mail_mailbox(address, sentence))
    audit.append(session, audit.Entry(viewer.actor, "mailbox-asked", name))


def confirm_mailbox(session: Session, viewer: Viewer, recipient: str, code: str) -> bool:
    """Take the mailbox into use if the code is right. False where it is not, which counts: the caller keeps that.

    Raises 404, and 409 problems where no code is open or too many were tried.
    """
    recipient_found(recipient)
    name = f"recipient:{recipient}"
    asked = session.execute(ASKED, {"name": name, "since": clock.machine_now() - CODE_WORKS}).first()
    if asked is None or asked.tries >= MOST_TRIES:
        raise conflict("There is no code that can be entered. Give the address again: a new code goes to it.")
    if not secrets.compare_digest(bytes(asked.code), _hash(name, code.replace(" ", ""))):
        session.execute(TRIED, {"name": name})
        return False
    session.execute(DONE, {"name": name})
    _add(session, viewer, name, {"channel": "email", "address": asked.address}, asked.reasons)
    return True


def _add(session: Session, viewer: Viewer, name: str, value: Any, reasons: str) -> None:
    values = {"id": new_id(), "name": name, "value": value, "reasons": reasons, "by": viewer.actor}
    session.execute(ADD, values | {"now": clock.machine_now()})
    audit.append(session, audit.Entry(viewer.actor, "setting-changed", name))
    read_again()


def _hash(name: str, code: str) -> bytes:
    return keyed_hash("mailbox", name, code)


def _check(address: str, pointer: str) -> None:
    if not Email.shape.fullmatch(address):
        raise refused(pointer, "Enter an e-mail address like name@agency.example")
    try:
        check_address(address.rpartition("@")[2], production=settings().is_production)
    except AddressRefused as error:
        raise refused(pointer, str(error)) from None
