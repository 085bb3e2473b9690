"""The National Collection of Case Reviews: a record and the file by e-mail, and the NSPCC's acknowledgement.

On the anonymous route nothing that leaves here names the partnership or its area: not the record, the subject, the
sender's shown name, a file name, or the PDF, whose bytes are the cleaned ones that were checked for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session, aliased

from services.publish.documents import REPORTS
from services.publish.models import Deposit, Document, Publication
from services.publish.notices import tell_office
from services.publish.nspcc_proof import Proof, prove_unnamed
from services.publish.nspcc_record import Catalogued, catalogue_record, chase_text, record_text, withdrawal_text
from services.publish.public_site.site_content import site_is_wanted_anew
from services.publish.publication_route import tell_services
from services.publish.recipients import recipient_now
from services.publish.schedule import public_name
from services.publish.service import SERVICE
from shared import audit, clock, files
from shared.calendar import day_in_words, london_day
from shared.database import new_id
from shared.delivery.deliveries import Recorded, add_deliveries, delivery_values
from shared.delivery.outcomes import answer_of
from shared.exchange import Rows
from shared.identity.viewer import Viewer
from shared.partnership import partnership
from shared.web.problems import conflict, refused

NOT_GIVEN = (
    "It was not sent to the NSPCC, and is not published until it is. See why; change the words or upload a new version, "
    "then correct it."
)
_Other = aliased(Deposit)
LATEST = select(func.max(_Other.number)).where(_Other.publication_id == Deposit.publication_id).scalar_subquery()
NEUTRAL_SENDER = "Safeguarding Reviews"
PURPOSE, CHASE, WITHDRAWAL = "nspcc-deposit", "nspcc-chase", "nspcc-withdrawal"
MOST_CHASES = 3


def deposit(session: Session, publication: Publication, documents: Sequence[Document]) -> Deposit | None:
    """Send the NSPCC a record with the published reports; None where no report of a review is published.

    A correction goes again, and asks to put the earlier ones out of use. On the anonymous route it goes only with the
    proof that nothing in it names the area; without, the office is told, and the earlier ones are asked back.
    """
    reports = [document for document in documents if document.kind in REPORTS]
    if not reports or publication.practice_review_id is None:
        return None
    earlier = _earlier(session, publication)
    made = _deposit(session, publication)
    letter = _letter(session, publication, reports, made, earlier)
    if made.anonymous:
        made.proof = (proof := _proof(session, publication, letter)).as_record()
        if proof.found:
            made.fault = f"Not sent: it names the area or somebody in {len(proof.found)} places. See the proof."
            take_back(session, publication, kept_back=made)
            tell_office(session, publication, "nspcc-not-sent", NOT_GIVEN)
            return made
    _cancel_unsent(session, publication)
    add_deliveries(session, [letter])
    return made


def was_kept_back(deposit: Deposit) -> bool:
    """Whether the proof kept it from leaving."""
    return bool(deposit.proof and deposit.proof["found"])


def is_first_given(session: Session, publication: Publication, made: Deposit) -> bool:
    """Whether this deposit is the first since the publication went live that was not kept back."""
    of_it = (Deposit.publication_id == publication.id, Deposit.number < made.number)
    before = session.scalars(select(Deposit).where(*of_it, Deposit.created_at >= publication.live_at))
    return not was_kept_back(made) and all(was_kept_back(each) for each in before)


def is_behind(session: Session, publication: Publication) -> bool:
    """Whether the NSPCC's record has other words than the publication has now, or was kept back and may be tried again."""
    of_it = (Deposit.publication_id == publication.id,)
    last = session.scalar(select(Deposit).where(*of_it).order_by(Deposit.number.desc()).limit(1))
    if last is None:
        return False
    later = (Document.kind == "page-text", Document.uploaded_at > last.created_at)
    words = select(Document.id).where(Document.publication_id == publication.id, *later).limit(1)
    return was_kept_back(last) or session.scalar(words) is not None


def _deposit(session: Session, publication: Publication) -> Deposit:
    now, delivery_id = clock.now(), new_id()
    made = Deposit(
        publication_id=publication.id,
        number=_next_number(session, publication),
        anonymous=publication.route == "anonymous",
        delivery_id=delivery_id,
        created_at=now,
        remind_at=_next_reminder(now),
        our_reference=f"SR-{delivery_id[-8:].upper()}",
    )
    session.add(made)
    session.flush()
    return made


def _next_reminder(now: datetime) -> datetime:
    return partnership().due(partnership().rules_on(london_day(now)).duty("nspcc-receipt-wait"), now)


def _next_number(session: Session, publication: Publication) -> int:
    last = select(func.max(Deposit.number)).where(Deposit.publication_id == publication.id)
    return (session.scalar(last) or 0) + 1


def _letter(
    session: Session,
    publication: Publication,
    reports: Sequence[Document],
    made: Deposit,
    earlier: Sequence[Deposit],
) -> dict[str, Any]:
    record = catalogue_record(
        Catalogued(
            year=london_day(publication.live_at or clock.now()).year,
            partnership=None if made.anonymous else partnership().name,
            pseudonym=publication.pseudonym,
            kind=publication.kind,
            title=publication.title,
            what_happened=publication.summary,
            themes=publication.themes,
            recommendations=publication.recommendations,
            keywords=publication.keywords,
            files=[(report.kind, report.clean_sha256 or "") for report in reports],
            our_reference=made.our_reference or "",
        )
    )
    attached = [
        {
            "key": report.clean_key,
            "filename": public_name(publication.pseudonym, report),
            "content_type": report.content_type,
        }
        for report in reports
    ]
    words = record_text(record, [(each.our_reference or "", _sent_on(each)) for each in earlier])
    return _mail(session, publication, made, PURPOSE, words, made.delivery_id, attached)


def _mail(
    session: Session,
    publication: Publication,
    made: Deposit,
    purpose: str,
    words: str,
    delivery_id: str,
    attachments: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    nspcc = recipient_now(session, "nspcc")
    body = {"text": words}
    return delivery_values(
        delivery_id=delivery_id,
        purpose=purpose,
        concerns=f"publication:{publication.id}",
        recipient="nspcc",
        channel=nspcc.channel,
        address=nspcc.address,
        reference=f"Case review for the national collection: {publication.pseudonym} ({made.our_reference})",
        body=body | {"sender_name": NEUTRAL_SENDER} if made.anonymous else body,
        attachments=list(attachments),
    )


def _proof(session: Session, publication: Publication, letter: dict[str, Any]) -> Proof:
    body = letter["body"]
    words = {
        "the e-mail's subject": letter["reference"],
        "the record in it": body["text"],
        "its sender's name": body["sender_name"],
    }
    attached = [(each["filename"], files.get(each["key"])) for each in letter["attachments"]]
    return prove_unnamed(session, publication, words, attached)


@dataclass(frozen=True)
class Receipt:
    """The NSPCC's acknowledgement: its reference, when it came, and our own reference if the NSPCC gave it."""

    reference: str
    received_at: datetime
    our_reference: str | None = None


def record_receipt(session: Session, viewer: Viewer, publication: Publication, receipt: Receipt) -> Deposit:
    """Record the NSPCC's acknowledgement of the deposit that it names, or of the latest.

    One that it was asked to hold back is not acknowledged any more. Raises a 409 problem where nothing else was sent to
    it, or that deposit is acknowledged already; 422 for a reference that is no deposit's.
    """
    of_it = (Deposit.publication_id == publication.id, Deposit.taken_back_at.is_(None))
    statement = select(Deposit).where(*of_it).order_by(Deposit.number.desc())
    deposits = session.scalars(statement.with_for_update()).all()
    if not deposits:
        raise conflict("Nothing has been sent to the NSPCC for this publication, but what it was asked to hold back.")
    found = _acknowledged(deposits, receipt.our_reference)
    if found.received_at:
        raise conflict("The NSPCC's acknowledgement is recorded already.")
    found.nspcc_reference, found.received_at = receipt.reference, receipt.received_at
    event = {"nspcc_reference": receipt.reference, "deposited_at": receipt.received_at.isoformat()}
    tell_services(session, publication, "publication.deposited", event)
    site_is_wanted_anew(session)  # the page has the reference, and until when the NSPCC keeps the file
    why = f"nspcc, deposit {found.number}"
    audit.append(session, audit.Entry(viewer.actor, "recorded receipt", f"publication:{publication.id}", why))
    return found


def _acknowledged(deposits: Sequence[Deposit], our_reference: str | None) -> Deposit:
    """The deposit of this reference; without one, the latest."""
    if not our_reference:
        return deposits[0]
    sought = our_reference.strip().upper()
    found = next((each for each in deposits if each.our_reference == sought), None)
    if found is None:
        raise refused("/our_reference", "No deposit of this publication has this reference. Check it in the e-mail.")
    return found


# What was tried may have arrived, though nobody answered; what the mailbox refused has not.
MAY_HAVE = text("""
    SELECT t.id::text FROM deposits t JOIN deliveries d ON d.id = t.delivery_id
     WHERE t.publication_id = :publication AND (t.sent_at IS NOT NULL OR d.attempts > 0 AND d.status <> 'rejected')
     FOR UPDATE OF d
""")
NOT_SENT = text("""
    UPDATE deliveries SET status = 'cancelled'
     WHERE concerns = :concerns AND purpose = ANY(:purposes) AND status IN ('pending', 'waiting-for-person', 'rejected')
""")


def take_back(session: Session, publication: Publication, kept_back: Deposit | None = None) -> None:
    """Ask the NSPCC, once, to hold back every deposit that it may have of a publication; none that waits goes out.

    All are marked so, but for one that is `kept_back` here, about which the office is reminded still.
    """
    earlier = [each for each in _earlier(session, publication) if each.taken_back_at is None]
    _cancel_unsent(session, publication)
    stands = (Deposit.publication_id == publication.id, Deposit.taken_back_at.is_(None))
    for each in session.scalars(select(Deposit).where(*stands)):
        if each is not kept_back:
            each.taken_back_at = clock.now()
    for each in earlier:
        words = withdrawal_text(publication.pseudonym, each.our_reference or "", _sent_on(each))
        add_deliveries(session, [_mail(session, publication, each, WITHDRAWAL, words, new_id())])


def _earlier(session: Session, publication: Publication) -> Sequence[Deposit]:
    """The deposits that the NSPCC may have, in their order."""
    may_have = session.scalars(MAY_HAVE, {"publication": publication.id}).all()
    return session.scalars(select(Deposit).where(Deposit.id.in_(may_have)).order_by(Deposit.number)).all()


def _cancel_unsent(session: Session, publication: Publication) -> None:
    """Let no deposit, and no question about one, go that waits still."""
    its = {"concerns": f"publication:{publication.id}", "purposes": [PURPOSE, CHASE]}
    session.execute(NOT_SENT, its)


def remind_of_receipts() -> int:
    """Ask the NSPCC, and tell the office, of each deposit that is not acknowledged in time; returns how many.

    Of a deposit that was taken back, or that another replaced, no acknowledgement is asked for.
    Asked again each time that the wait (rule nspcc-receipt-wait) has passed once more, three times in all.
    """
    with SERVICE.transaction() as session:
        statement = select(Deposit).where(Deposit.received_at.is_(None), Deposit.taken_back_at.is_(None))
        statement = statement.where(Deposit.remind_at <= clock.now(), Deposit.chased < MOST_CHASES)
        statement = statement.where(Deposit.number == LATEST)
        late = session.scalars(statement.with_for_update(skip_locked=True, of=Deposit)).all()
        for each in late:
            _chase(session, each, session.get_one(Publication, each.publication_id))
    return len(late)


def _chase(session: Session, late: Deposit, publication: Publication) -> None:
    late.reminded_at, late.remind_at = clock.now(), _next_reminder(clock.now())
    late.chased += 1
    if late.sent_at:
        words = chase_text(publication.pseudonym, late.our_reference or "", _sent_on(late))
        add_deliveries(session, [_mail(session, publication, late, CHASE, words, new_id())])
    sentence = "The NSPCC has not acknowledged it, and is asked again. Ask by telephone, too, whether it came."
    tell_office(session, publication, "nspcc-reminder", sentence)
    why = f"nspcc-receipt-wait, the {late.chased}. time"
    audit.append(session, audit.Entry("system", "reminded", f"publication:{publication.id}", why))


def _sent_on(deposit: Deposit) -> str:
    return day_in_words(london_day(deposit.sent_at or deposit.created_at))


def note_dispatch(session: Session, recorded: Sequence[Recorded], _: Rows) -> None:
    """What sending came to, kept with the deposit: when it went, or why the mailbox refused it."""
    entries = []
    for one in recorded:
        delivery = one.result.delivery
        if not one.moved:
            continue
        if delivery.purpose == PURPOSE:
            went = {"sent_at": one.result.started_at} if one.status in ("sent", "acknowledged") else {}
            fault = answer_of(one.result.outcome) if one.status == "rejected" else None
            values = went | {"fault": fault}
            session.execute(update(Deposit).where(Deposit.delivery_id == delivery.id).values(values))
        entries.append(audit.Entry("system", one.status, delivery.concerns, delivery.purpose))
    if entries:
        audit.append(session, *entries)
