"""Having files scanned for viruses: rung for when one comes, and swept, so that a scanner that was away costs time only.

The scanner is asked with no transaction open. A file is given out once it was found clean.
"""

import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session

from services.notify.corrections import hold_with_incident
from services.notify.messages import tell, warn_contacts
from services.notify.models import Attachment, Referral
from services.notify.new_facts import take_in
from services.notify.referrals import bodies_of
from services.notify.service import SERVICE
from shared import audit, clock, files
from shared.delivery.deliveries import add_deliveries
from shared.identity.viewer import SYSTEM
from shared.virus_scan import Clean, Infected, NotScanned, Verdict, scan, scanner_is_set

log = structlog.get_logger()

# What came before there was a scanner is looked at, too, after what waits.
NEXT = text("""
    SELECT id::text, file_key FROM attachments
     WHERE scan IN ('waiting', 'not-scanned') AND removed_at IS NULL ORDER BY scan DESC, scanned_at NULLS FIRST, added_at, id LIMIT 10
""")
RECORD = text("""
    UPDATE attachments SET scan = :verdict, scanned_at = :now WHERE id = :id AND scan IN ('waiting', 'not-scanned')
    RETURNING id
""")
TRIED = text("UPDATE attachments SET scanned_at = :now WHERE id = :id")
TAKEN_OUT = "Malware was found in a file that came with a report. It is not given out, and whoever was told is told so."
SEND_ANOTHER = (
    "Malware was found in a file that your agency sent with a report. Send a clean copy of it as a correction."
)


def scan_documents() -> int:
    """Scan what waits for it; how many were. Where the scanner does not answer, the rest waits for the next sweep."""
    if not scanner_is_set():
        return 0
    with SERVICE.transaction() as session:
        waiting = session.execute(NEXT).all()
    done = 0
    for row in waiting:
        verdict = _asked(row.id, row.file_key)
        if isinstance(verdict, NotScanned):
            log.warning("scan.unanswered", document=row.id, reason=verdict.reason)
            if verdict.unreachable:
                break
            _let_others_go_first(row.id)
        else:
            _record(row.id, verdict)
            done += 1
    return done


def _asked(attachment_id: str, key: str) -> Verdict:
    try:
        return scan(files.get(key))
    except files.FileMissing:
        log.error("scan.file_missing", document=attachment_id)
        return NotScanned("the file is not in the store")


def _let_others_go_first(attachment_id: str) -> None:
    with SERVICE.transaction() as session:
        session.execute(TRIED, {"id": attachment_id, "now": clock.machine_now()})


def _record(attachment_id: str, verdict: Clean | Infected) -> None:
    name = "clean" if isinstance(verdict, Clean) else "infected"
    with SERVICE.transaction() as session:
        values = {"id": attachment_id, "verdict": name, "now": clock.machine_now()}
        if session.execute(RECORD, values).first() is None:
            return  # another process had it scanned, too
        why = verdict.signature if isinstance(verdict, Infected) else ""
        audit.append(session, audit.Entry("system", f"scanned-{name}", f"document:{attachment_id}", why))
        if isinstance(verdict, Infected):
            _take_out(session, session.get_one(Attachment, attachment_id))


def _take_out(session: Session, attachment: Attachment) -> None:
    """Malware in a file of a report that was sent: whoever was told hears that it is no longer part of it. (In a draft, the
    person who writes it is shown.)"""
    if attachment.referral_id is None:
        return
    referral = session.get_one(Referral, attachment.referral_id)
    incident = hold_with_incident(session, referral)
    entries = take_in(session, SYSTEM, incident, bodies_of(session, incident.id), clock.now())
    about = f"incident:{incident.id}"
    messages = warn_contacts(about, incident.reference, TAKEN_OUT)
    messages += tell(
        session,
        f"agency:{attachment.agency_id}",
        purpose="request",
        concerns=about,
        reference=referral.reference,
        sentence=SEND_ANOTHER,
        document=None,
    )
    add_deliveries(session, messages)
    if entries:
        audit.append(session, *entries)
