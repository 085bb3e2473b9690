"""Bringing a publication out and after: its time, corrections, withdrawal, the NSPCC's receipt, how long it stays."""

from uuid import UUID

from services.publish import schemas, views
from services.publish.api.routes import api, etag, publication_to_change
from services.publish.early_readers import Reader, agree_embargo, early_readers, name_reader, remove_reader
from services.publish.nspcc import Receipt, record_receipt
from services.publish.page_orders import Order, correct, withdraw
from services.publish.past_items import withdraw_past_item
from services.publish.retention import RetentionDecision, decide_retention
from services.publish.schedule import schedule_publication
from shared import clock
from shared.calendar import CalendarUnknown, london_day
from shared.identity import rights
from shared.web.api import Call, Reply
from shared.web.problems import not_found, refused


@api.post(
    "/publications/<uuid:publication_id>/schedule",
    allows=rights.office_or_partner,
    takes=schemas.ScheduleIn,
    gives=schemas.ScheduleView,
    status=201,
)
def post_schedule(call: Call, publication_id: UUID) -> Reply:
    """The time of going live. 409 with `missing` where the gate is shut."""
    publication = publication_to_change(call, publication_id)
    try:
        made = schedule_publication(call.session, call.viewer, publication, **call.body)
    except CalendarUnknown as unknown:
        raise refused("/publish_at", str(unknown)) from None
    answer = views.fields_of(made, "publication_id", "publish_at")
    return Reply(answer | {"status": publication.state, "url": views.address(publication)}, headers=etag(publication))


@api.post(
    "/publications/<uuid:publication_id>/early-readers",
    allows=rights.office_or_partner,
    takes=schemas.EarlyReaderIn,
    gives=schemas.EarlyReaderView,
    status=201,
)
def post_early_reader(call: Call, publication_id: UUID) -> Reply:
    """Somebody who is given the report before the public."""
    publication = publication_to_change(call, publication_id)
    return Reply(views.reader_view(name_reader(call.session, call.viewer, publication, Reader(**call.body))))


@api.post(
    "/publications/<uuid:publication_id>/early-readers/<uuid:reader_id>",
    allows=rights.office_or_partner,
    takes=schemas.EmbargoIn,
    gives=schemas.PublicationView,
)
def post_embargo(call: Call, publication_id: UUID, reader_id: UUID) -> Reply:
    """An early reader agreed to the embargo in writing, or no longer has the report."""
    publication = publication_to_change(call, publication_id)
    reader = next((each for each in early_readers(call.session, publication) if each.id == str(reader_id)), None)
    if reader is None:
        raise not_found()
    if call.body["what"] == "removed":
        remove_reader(call.session, call.viewer, reader)
    else:
        agree_embargo(call.session, call.viewer, reader, call.body["agreed_on"] or london_day(clock.now()))
    return Reply(views.publication_view(call.session, publication), headers=etag(publication))


@api.post(
    "/publications/<uuid:publication_id>/correction",
    allows=rights.office_or_partner,
    takes=schemas.OrderIn,
    gives=schemas.OrderView,
    status=201,
)
def post_correction(call: Call, publication_id: UUID) -> Reply:
    """Put the newest checked documents in the place of the live ones."""
    publication = publication_to_change(call, publication_id)
    made = correct(call.session, call.viewer, publication, Order(**call.body))
    return Reply(views.fields_of(made, *views.ORDER), headers=etag(publication))


@api.post(
    "/publications/<uuid:publication_id>/withdrawal",
    allows=rights.office_or_partner,
    takes=schemas.OrderIn,
    gives=schemas.OrderView,
    status=201,
)
def post_withdrawal(call: Call, publication_id: UUID) -> Reply:
    """Take a live page down; its addresses answer 410 from now on."""
    publication = publication_to_change(call, publication_id)
    made = withdraw(call.session, call.viewer, publication, Order(**call.body))
    return Reply(views.fields_of(made, *views.ORDER), headers=etag(publication))


@api.post(
    "/past-reviews/<slug>/withdrawal",
    allows=rights.office_or_partner,
    takes=schemas.OrderIn,
    gives=schemas.PastWithdrawalView,
    status=201,
)
def post_past_withdrawal(call: Call, slug: str) -> Reply:
    """Take down what was published before this system; its addresses answer 410 from now on."""
    item = withdraw_past_item(call.session, call.viewer, slug, **call.body)
    shown = {"reasons": "withdrawn_because", "ordered_by": "withdrawn_by", "ordered_at": "withdrawn_at"}
    return Reply(views.fields_of(item, "slug", **shown))


@api.post(
    "/publications/<uuid:publication_id>/nspcc-receipt",
    allows=rights.office_or_partner,
    takes=schemas.NspccReceiptIn,
    gives=schemas.DepositView,
    status=201,
)
def post_nspcc_receipt(call: Call, publication_id: UUID) -> Reply:
    """The NSPCC's acknowledgement of what was sent to it."""
    publication = publication_to_change(call, publication_id)
    return Reply(views.deposit_view(record_receipt(call.session, call.viewer, publication, Receipt(**call.body))))


@api.post(
    "/publications/<uuid:publication_id>/retention",
    allows=rights.office_or_partner,
    takes=schemas.RetentionIn,
    gives=schemas.RetentionView,
    status=201,
)
def post_retention(call: Call, publication_id: UUID) -> Reply:
    """The answer to the question whether a page stays after its display period."""
    publication = publication_to_change(call, publication_id)
    answered = decide_retention(call.session, call.viewer, publication, RetentionDecision(**call.body))
    names = ("asked_at", "decision", "reasons", "until", "decided_at")
    return Reply(views.fields_of(answered, *names), headers=etag(publication))
