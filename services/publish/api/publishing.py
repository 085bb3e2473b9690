"""Bringing a publication out and after: its time, corrections, withdrawal, the NSPCC's receipt, how long it stays."""

from uuid import UUID

from services.publish import schemas, views
from services.publish.api.routes import api, etag, publication_to_change
from services.publish.nspcc import record_receipt
from services.publish.page_orders import Order, correct, withdraw
from services.publish.retention import RetentionDecision, decide_retention
from services.publish.schedule import schedule_publication
from shared.calendar import CalendarUnknown
from shared.identity import rights
from shared.web.api import Call, Reply
from shared.web.problems import refused


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
        made = schedule_publication(call.session, call.viewer, publication, call.body["publish_at"])
    except CalendarUnknown as unknown:
        raise refused("/publish_at", str(unknown)) from None
    answer = views.fields_of(made, "publication_id", "publish_at")
    return Reply(answer | {"status": publication.state, "url": views.address(publication)}, headers=etag(publication))


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
    return Reply(views.fields_of(made, "what", "reasons", "ordered_by", "ordered_at"), headers=etag(publication))


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
    return Reply(views.fields_of(made, "what", "reasons", "ordered_by", "ordered_at"), headers=etag(publication))


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
    deposit = record_receipt(call.session, call.viewer, publication, call.body["reference"], call.body["received_at"])
    names = ("number", "anonymous", "created_at", "sent_at", "fault", "reminded_at", "received_at")
    return Reply(views.fields_of(deposit, *names, reference="nspcc_reference"))


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
