"""Changing by pages whom deadlines are told and how a recipient is reached: a dated row with who and why, never overwritten.

Gateways and sealed mailboxes stay the partnership's file's: their secrets and certificates stand beside it. A mailbox is used
once somebody has read the code that was sent there; one that gets whole reports needs two people of the office. The mailbox
that was told before hears of it. Publishing, which tells the NSPCC and the office too, hears of theirs.
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.notify.chosen_settings import CONTACTS, changed, deadline_contacts, recipient_now
from services.notify.messages import check_mailbox, mail_mailbox
from services.notify.service import SERVICE
from shared import audit, clock
from shared.delivery.deliveries import add_deliveries
from shared.encryption import keyed_hash
from shared.identity import rights
from shared.identity.viewer import Viewer
from shared.outbox import emit
from shared.partnership import Recipient, partnership
from shared.service import do_after_commit
from shared.setting_changes import change_setting
from shared.web.problems import conflict, not_found, refused

TOLD_BY_PUBLISHING = ("nspcc", "partnership-office")
MOST_CONTACTS, MOST_TRIES = 20, 5
CODE_WORKS = timedelta(days=7)

ASK = text("""
    INSERT INTO mailbox_proofs (name, address, code, reasons, asked_by, asked_at)
    VALUES (:name, :address, :code, :reasons, :by, :now)
    ON CONFLICT (name) DO UPDATE SET address = excluded.address, code = excluded.code, reasons = excluded.reasons,
        asked_by = excluded.asked_by, asked_at = excluded.asked_at, tries = 0
""")
ASKED = text(
    "SELECT address, code, reasons, asked_by, tries FROM mailbox_proofs WHERE name = :name AND asked_at > :since FOR UPDATE"
)
TRIED = text("UPDATE mailbox_proofs SET tries = tries + 1 WHERE name = :name")
DONE = text("DELETE FROM mailbox_proofs WHERE name = :name")


def changeable(recipient: Recipient, viewer: Viewer) -> bool:
    """Whether somebody may say by a page how a recipient is told. Whole reports are the office's to send, not the administrator's."""
    by_page = recipient.channel in ("email", "portal") and recipient.document != "attached-encrypted"
    return by_page and (recipient.document == "link" or rights.office(viewer))


def only_by_mail(recipient: str) -> bool:
    """Whether nobody can tell a recipient by hand: what the NSPCC gets is a file that publishing sends it."""
    return recipient == "nspcc"


def recipient_found(recipient: str, viewer: Viewer) -> Recipient:
    """A recipient of the partnership's file as it is told now, if they may change that by a page. Raises a 404 problem."""
    named = next((each for each in partnership().recipients if each.recipient == recipient), None)
    if named is None or not changeable(named, viewer):
        raise not_found()
    return recipient_now(recipient)


def change_contacts(session: Session, viewer: Viewer, addresses: Sequence[str], reasons: str) -> None:
    """Have deadlines told to these addresses from now on. Raises 422 problems; somebody must be warned."""
    if not addresses:
        raise refused("/addresses", "Enter at least one address: somebody must be warned")
    if len(addresses) > MOST_CONTACTS:
        raise refused("/addresses", f"Give {MOST_CONTACTS} addresses at most")
    for address in addresses:
        check_mailbox(address, "/addresses")
    if tuple(addresses) != deadline_contacts():
        change_setting(session, viewer, CONTACTS, list(addresses), reasons)
        do_after_commit(session, changed.read_again)


def tell_by_hand(session: Session, viewer: Viewer, recipient: str, reasons: str) -> None:
    """Have a recipient told by a person from now on. Raises a 404 problem, and 409 for one that is told by mail alone."""
    found = recipient_found(recipient, viewer)
    if only_by_mail(recipient):
        raise conflict("The NSPCC is sent the published reports by e-mail: give its address.")
    if found.channel != "portal":
        _change_recipient(session, viewer, found, {"channel": "portal", "address": ""}, reasons)


def ask_mailbox(session: Session, viewer: Viewer, recipient: str, address: str, reasons: str) -> None:
    """Send a code to the mailbox at which a recipient is to be told; it is used once the code comes back.

    Raises 404 and 422 problems.
    """
    found, code = recipient_found(recipient, viewer), f"{secrets.randbelow(10**8):08}"
    check_mailbox(address, "/address")
    name = f"recipient:{recipient}"
    values = {
        "name": name,
        "address": address,
        "code": _hash(name, code),
        "reasons": reasons,
        "by": viewer.actor,
        "now": clock.machine_now(),
    }
    session.execute(ASK, values)
    what = "published reports" if only_by_mail(recipient) else "messages, each with a reference and a link"
    sentence = (
        f"This mailbox is to get what is for {found.name}: {what}. "
        f"If that is right, give the partnership office this code: {code}"
    )
    add_deliveries(session, mail_mailbox(address, "Confirm this mailbox", sentence))
    audit.append(session, audit.Entry(viewer.actor, "mailbox-asked", name))


def confirm_mailbox(session: Session, viewer: Viewer, recipient: str, code: str) -> bool:
    """Take the mailbox into use if the code is right. False where it is not, which counts: the caller keeps that.

    Raises 404, and 409 problems where no code is open, too many were tried, or somebody else must enter it.
    """
    found = recipient_found(recipient, viewer)
    name = f"recipient:{recipient}"
    asked = session.execute(ASKED, {"name": name, "since": clock.machine_now() - CODE_WORKS}).first()
    if asked is None or asked.tries >= MOST_TRIES:
        raise conflict("There is no code that can be entered. Give the address again: a new code goes to it.")
    if found.document != "link" and asked.asked_by == viewer.actor:
        raise conflict("Somebody else of the office must enter the code: whole reports are sent to this mailbox.")
    if not secrets.compare_digest(bytes(asked.code), _hash(name, code.replace(" ", ""))):
        session.execute(TRIED, {"name": name})
        return False
    session.execute(DONE, {"name": name})
    _change_recipient(session, viewer, found, {"channel": "email", "address": asked.address}, asked.reasons)
    return True


def _change_recipient(session: Session, viewer: Viewer, before: Recipient, way: dict[str, str], reasons: str) -> None:
    name = f"recipient:{before.recipient}"
    change_id, at = change_setting(session, viewer, name, way, reasons)
    if before.channel == "email" and before.address != way["address"]:
        sentence = f"What is for {before.name} no longer comes to this mailbox. If that is not right, tell the partnership office."
        add_deliveries(session, mail_mailbox(before.address, "This mailbox is told no longer", sentence))
    if before.recipient in TOLD_BY_PUBLISHING:
        data = way | {"change_id": change_id, "recipient": before.recipient, "changed_at": at.isoformat()}
        emit(session, SERVICE, "recipient.changed", name, data)
    do_after_commit(session, changed.read_again)


def _hash(name: str, code: str) -> bytes:
    return keyed_hash("mailbox", name, code)
