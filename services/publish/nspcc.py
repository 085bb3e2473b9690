"""The National Collection of Case Reviews: a record and the file by e-mail, and the NSPCC's acknowledgement.

On the anonymous route nothing that leaves here names the partnership or its area: not the record, the subject, the
sender's shown name, a file name, or the PDF, whose bytes are the cleaned ones that were checked for it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from services.publish.documents import REPORTS
from services.publish.models import Deposit, Document, Publication
from services.publish.notices import tell_office
from services.publish.publication_route import tell_services
from services.publish.schedule import public_name
from services.publish.service import SERVICE
from services.publish.site_pages import theme_name, type_name
from shared import audit, clock
from shared.calendar import london_day
from shared.database import new_id
from shared.delivery.deliveries import Recorded, add_deliveries, delivery_values
from shared.delivery.outcomes import answer_of
from shared.identity.viewer import Viewer
from shared.partnership import partnership
from shared.web.problems import conflict

UNNAMED = "Unnamed"
NEUTRAL_SENDER = "Safeguarding Reviews"
PURPOSE = "nspcc-deposit"


def deposit(session: Session, publication: Publication, documents: Sequence[Document]) -> Deposit | None:
    """Send the NSPCC a record with the published report; None where no report of a review is published. A correction goes again."""
    reports = [document for document in documents if document.kind in REPORTS]
    if not reports or publication.practice_review_id is None:
        return None
    anonymous = publication.route == "anonymous"
    now, delivery_id = clock.now(), new_id()
    add_deliveries(session, [_delivery(publication, reports, anonymous, delivery_id)])
    waits = partnership().rules_on(london_day(now)).duty("nspcc-receipt-wait")
    made = Deposit(
        publication_id=publication.id,
        number=_next_number(session, publication),
        anonymous=anonymous,
        delivery_id=delivery_id,
        created_at=now,
        remind_at=partnership().due(waits, now),
    )
    session.add(made)
    session.flush()
    return made


def _next_number(session: Session, publication: Publication) -> int:
    last = select(func.max(Deposit.number)).where(Deposit.publication_id == publication.id)
    return (session.scalar(last) or 0) + 1


def _delivery(
    publication: Publication, reports: Sequence[Document], anonymous: bool, delivery_id: str
) -> dict[str, Any]:
    nspcc = partnership().recipient("nspcc")
    body = {"text": record_text(catalogue_record(publication, reports, anonymous))}
    return delivery_values(
        delivery_id=delivery_id,
        purpose=PURPOSE,
        concerns=f"publication:{publication.id}",
        recipient="nspcc",
        channel=nspcc.channel,
        address=nspcc.address,
        reference=f"Case review for the national collection: {publication.pseudonym}",
        body=body | {"sender_name": NEUTRAL_SENDER} if anonymous else body,
        attachments=[
            {
                "key": report.clean_key,
                "filename": public_name(publication.pseudonym, report),
                "content_type": report.content_type,
            }
            for report in reports
        ],
    )


def catalogue_record(publication: Publication, reports: Sequence[Document], anonymous: bool) -> dict[str, str]:
    """What the NSPCC catalogues, in its order. The partnership stands as "Unnamed" on the anonymous route."""
    year = str(london_day(publication.live_at or clock.now()).year)
    return {
        "Year": year,
        "Partnership": UNNAMED if anonymous else partnership().name,
        "Pseudonym": publication.pseudonym,
        "Type": type_name(publication.kind),
        "Title": publication.title,
        "What happened": publication.summary or "See the report.",
        "Learning themes": ", ".join(theme_name(theme) for theme in publication.themes) or "See the report.",
        "Files": ", ".join(f"{report.kind.replace('-', ' ')} (SHA-256 {report.clean_sha256})" for report in reports),
    }


def record_text(record: dict[str, str]) -> str:
    """The record as the words of an e-mail."""
    lines = "\n".join(f"{name}: {value}" for name, value in record.items())
    return (
        f"A case review for the National Collection of Case Reviews.\n\n{lines}\n\nPlease acknowledge this by e-mail.\n"
    )


def record_receipt(
    session: Session, viewer: Viewer, publication: Publication, reference: str, received_at: datetime
) -> Deposit:
    """Record the NSPCC's acknowledgement of the latest deposit.

    Raises a 409 problem where nothing was sent to it, or the latest deposit is acknowledged already.
    """
    statement = select(Deposit).where(Deposit.publication_id == publication.id)
    latest = session.scalar(statement.order_by(Deposit.number.desc()).limit(1).with_for_update())
    if latest is None:
        raise conflict("Nothing has been sent to the NSPCC for this publication.")
    if latest.received_at:
        raise conflict("The NSPCC's acknowledgement is recorded already.")
    latest.nspcc_reference, latest.received_at = reference, received_at
    event = {"nspcc_reference": reference, "deposited_at": received_at.isoformat()}
    tell_services(session, publication, "publication.deposited", event)
    audit.append(session, audit.Entry(viewer.actor, "recorded receipt", f"publication:{publication.id}", "nspcc"))
    return latest


def remind_of_receipts() -> int:
    """Tell the office once of each deposit that the NSPCC has not acknowledged in time; returns how many."""
    with SERVICE.transaction() as session:
        statement = select(Deposit).where(
            Deposit.received_at.is_(None), Deposit.reminded_at.is_(None), Deposit.remind_at <= clock.now()
        )
        late = session.scalars(statement.with_for_update(skip_locked=True)).all()
        for each in late:
            each.reminded_at = clock.now()
            publication = session.get_one(Publication, each.publication_id)
            tell_office(
                session, publication, "nspcc-reminder", "The NSPCC has not acknowledged it. Ask whether it came."
            )
            audit.append(
                session, audit.Entry("system", "reminded", f"publication:{publication.id}", "nspcc-receipt-wait")
            )
    return len(late)


def note_dispatch(session: Session, recorded: Sequence[Recorded]) -> None:
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
