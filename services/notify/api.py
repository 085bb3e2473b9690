"""The JSON interface of notify: each route is its right, its schemas, and one call into the work."""

from typing import Any
from uuid import UUID

import orjson
from flask import request
from marshmallow import Schema, ValidationError
from sqlalchemy import select

from services.notify import answers
from services.notify.attachments import Upload, described, documents_of, open_file
from services.notify.corrections import add_documents, correct_referral
from services.notify.decisions import Decided, decide, withdraw
from services.notify.documents import fetch_document, fetch_file, fetch_file_signed
from services.notify.duties import describe_duty
from services.notify.merging import merge
from services.notify.models import Duty, Incident, Referral
from services.notify.need_to_know import references_of
from services.notify.panel_form import as_text
from services.notify.plausibility import awareness_errors
from services.notify.rate_limits import UPLOADS, count_one
from services.notify.receipts import gateway_secrets, receive_receipt, signed_by, verified
from services.notify.receipts_by_hand import Given, record_receipt
from services.notify.referrals import submit_referral
from services.notify.schemas import ReferralSchema
from services.notify.service import SERVICE
from services.notify.views import (
    describe_decision,
    describe_duty_whole,
    describe_incident,
    describe_referral,
    describe_referral_briefly,
    pack_of,
)
from shared import clock
from shared.database import see_as
from shared.identity import rights
from shared.identity.viewer import SYSTEM
from shared.web.api import Api, Call, Reply, expected_version
from shared.web.emergency import declare_list_of_accesses
from shared.web.paging import PageQuery, page
from shared.web.problems import Problem, not_found, refused_fields
from shared.web.uploads import disposition, uploaded_files

api = Api(SERVICE)
declare_list_of_accesses(api, references_of)


@api.post(
    "/referrals",
    allows=rights.reports_incidents,
    takes=ReferralSchema,
    gives=answers.ReferralAnswer,
    status=201,
    key_required=True,
)
def post_referral(call: Call) -> Reply:
    """Refer an incident. The answer says what was assessed and which duties arose."""
    if errors := awareness_errors(call.body, call.viewer.kind):
        raise refused_fields(errors)
    answer = submit_referral(call.session, call.viewer, call.body, clock.now())
    return Reply(answer, headers={"Location": f"/notify/api/v1/referrals/{answer['id']}"})


@api.get("/referrals", allows=rights.any_agency, query=PageQuery, gives=answers.page_of(answers.ReferralSummary))
def get_referrals(call: Call) -> Reply:
    """Your agency's referrals, newest first; the office and the authority see all."""
    order = [Referral.submitted_at, Referral.id]
    return Reply(page(call.session, select(Referral), order, call.query, describe_referral_briefly, newest_first=True))


@api.get("/referrals/<uuid:referral_id>", allows=rights.any_agency, gives=answers.ReferralView)
def get_referral(call: Call, referral_id: UUID) -> Reply:
    """A referral as it was sent, with its incident and duties."""
    referral = _found(call.session.get(Referral, str(referral_id)))
    call.note_read(f"referral:{referral.id}")
    return Reply(describe_referral(call.session, referral), headers={"ETag": f'"{referral.version}"'})


@api.post(
    "/referrals/<uuid:referral_id>/corrections",
    allows=rights.any_agency,
    takes=answers.CorrectionSchema,
    gives=answers.ReferralView,
    status=201,
)
def post_correction(call: Call, referral_id: UUID) -> Reply:
    """Correct a referral: the former version is kept, and whoever was told gets a follow-up."""
    if errors := awareness_errors(call.body["referral"], call.viewer.kind):
        raise refused_fields({"referral": errors})
    body, reasons = call.body["referral"], call.body["reasons"]
    version = expected_version()
    referral = correct_referral(call.session, call.viewer, str(referral_id), body, reasons, version, clock.now())
    see_as(call.session, call.viewer)
    return Reply(describe_referral(call.session, referral), headers={"ETag": f'"{referral.version}"'})


@api.post(
    "/referrals/<uuid:referral_id>/documents",
    allows=rights.any_agency,
    takes=answers.DocumentUpload,
    gives=answers.ReferralDocuments,
    status=201,
    upload=True,
)
def post_documents(call: Call, referral_id: UUID) -> Reply:
    """Add files to a referral, each in a part named `file`: whoever was told gets one follow-up that names them all.

    At most 25 MB in one request; PDF, Word, Excel, JPEG, PNG, text and e-mail, told by their content.
    """
    count_one(call.session, UPLOADS, call.viewer.actor, request.remote_addr or "")
    title = call.body.get("title") or ""
    uploads = [Upload(title, name, content) for name, content in uploaded_files("document")]
    _, added = add_documents(call.session, call.viewer, str(referral_id), uploads, clock.now())
    return Reply({"items": described(call.session, added)})


@api.get("/referrals/<uuid:referral_id>/documents/<uuid:document_id>", allows=rights.any_agency)
def get_referral_document(call: Call, referral_id: UUID, document_id: UUID) -> Reply:
    """The bytes of a file of a referral, once nothing speaks against giving it out (409 until then)."""
    referral = _found(call.session.get(Referral, str(referral_id)))
    entry, attachment, content = open_file(call.session, documents_of(referral.body), str(document_id))
    call.note_read(f"document:{attachment.id}")
    return _handed_out(entry["filename"], attachment.content_type, content)


def _handed_out(filename: str, content_type: str, content: bytes) -> Reply:
    headers = {"Content-Disposition": disposition(filename), "X-Content-Type-Options": "nosniff"}
    return Reply(content, headers=headers, content_type=content_type)


@api.get(
    "/incidents",
    allows=rights.office_or_partner,
    query=answers.IncidentQuery,
    gives=answers.page_of(answers.IncidentListed),
)
def get_incidents(call: Call) -> Reply:
    """Incidents, newest first."""
    statement = select(Incident)
    if status := call.query.get("status"):
        statement = statement.where(Incident.status == status)
    order = [Incident.created_at, Incident.id]
    describe = lambda incident: describe_incident(call.session, incident, whole=False)  # noqa: E731
    return Reply(page(call.session, statement, order, call.query, describe, newest_first=True))


@api.get("/incidents/<uuid:incident_id>", allows=rights.office_or_partner, gives=answers.IncidentView)
def get_incident(call: Call, incident_id: UUID) -> Reply:
    """One incident with its referrals, possible duplicates, assessment, decisions and duties."""
    incident = _found(call.session.get(Incident, str(incident_id)))
    call.note_read(f"incident:{incident.id}")
    see_as(
        call.session, SYSTEM
    )  # a partner sees which referrals and duplicates there are, not the referrals themselves
    return Reply(describe_incident(call.session, incident, whole=True))


@api.post(
    "/incidents/<uuid:incident_id>/merge", allows=rights.office, takes=answers.MergeSchema, gives=answers.IncidentView
)
def post_merge(call: Call, incident_id: UUID) -> Reply:
    """Make this incident one with another; both referrals are kept, one notification goes out."""
    into, reasons = str(call.body["into"]), call.body["reasons"]
    incident = merge(call.session, call.viewer, str(incident_id), into, reasons, clock.now())
    return Reply(describe_incident(call.session, incident, whole=True))


@api.post(
    "/incidents/<uuid:incident_id>/decisions",
    allows=rights.authority,
    takes=answers.DecisionSchema,
    gives=answers.DecisionView,
    status=201,
)
def post_decision(call: Call, incident_id: UUID) -> Reply:
    """Decide whether an incident is notified, with reasons and who agreed."""
    body = call.body
    apart = [str(other) for other in body.get("separate_from") or ()]
    decided = Decided(body["outcome"], body["reasons"], body["agreed_by"], apart)
    decision = decide(call.session, call.viewer, str(incident_id), decided, clock.now())
    return Reply(describe_decision(call.session, decision))


@api.post(
    "/incidents/<uuid:incident_id>/withdrawal",
    allows=rights.authority,
    takes=answers.WithdrawalSchema,
    gives=answers.IncidentView,
    status=201,
)
def post_withdrawal(call: Call, incident_id: UUID) -> Reply:
    """Withdraw a notification, with reasons; everyone who was told is told."""
    reasons, agreed = call.body["reasons"], call.body.get("agreed_by") or ()
    incident = withdraw(call.session, call.viewer, str(incident_id), reasons, clock.now(), agreed)
    return Reply(describe_incident(call.session, incident, whole=True))


@api.get("/duties", allows=rights.office_or_authority, query=answers.DutyQuery, gives=answers.page_of(answers.DutyView))
def get_duties(call: Call) -> Reply:
    """Duties, soonest first."""
    return Reply(page(call.session, _wanted_duties(call.query), [Duty.due_at, Duty.id], call.query, describe_duty))


def _wanted_duties(query: dict[str, Any]) -> Any:
    statement = select(Duty)
    if status := query.get("status"):
        statement = statement.where(Duty.status == status)
    if moment := query.get("due_before"):
        statement = statement.where(Duty.due_at < moment)
    if recipient := query.get("recipient"):
        statement = statement.where(Duty.recipient == recipient)
    return statement


@api.get("/duties/<uuid:duty_id>", allows=rights.office_or_authority, gives=answers.DutyDetail)
def get_duty(call: Call, duty_id: UUID) -> Reply:
    """One duty with every attempt and the evidence."""
    return Reply(describe_duty_whole(call.session, _found(call.session.get(Duty, str(duty_id)))))


@api.get("/duties/<uuid:duty_id>/pack", allows=rights.office_or_authority, gives=answers.PackView)
def get_pack(call: Call, duty_id: UUID) -> Reply:
    """What to enter in the national system for a duty, in the order of its form; or what to send."""
    pack = _found(pack_of(call.session, _found(call.session.get(Duty, str(duty_id)))))
    call.note_read(f"duty:{duty_id}")
    text = as_text(pack["document"]) if "notifier" in pack["document"] else ""
    return Reply(pack | {"text": text})


@api.post(
    "/duties/<uuid:duty_id>/receipt", allows=rights.authority, takes=answers.ReceiptSchema, gives=answers.DutyDetail
)
def post_receipt(call: Call, duty_id: UUID) -> Reply:
    """Record the reference that a recipient gave; it discharges the duty.

    Where other facts were sent than now stand, a follow-up falls due; where it was withdrawn meanwhile, its withdrawal.
    """
    body = call.body
    given = Given(body["reference"], body["received_at"], body.get("sha256"))
    duty = record_receipt(call.session, call.viewer, str(duty_id), given)
    return Reply(describe_duty_whole(call.session, duty))


@api.get("/documents/<uuid:delivery_id>", allows=rights.any_agency, gives=answers.DocumentView)
def get_document(call: Call, delivery_id: UUID) -> Reply:
    """The document behind a message's link; reading it as its recipient is the receipt."""
    return Reply(fetch_document(call.session, call.viewer, str(delivery_id)))


@api.get("/documents/<uuid:delivery_id>/files/<sha256>", allows=rights.any_agency)
def get_document_file(call: Call, delivery_id: UUID, sha256: str) -> Reply:
    """A file that the document names, by its SHA-256, for whoever may read the document."""
    entry, attachment, content = fetch_file(call.session, call.viewer, str(delivery_id), sha256)
    return _handed_out(entry["filename"], attachment.content_type, content)


@api.post("/callbacks/files", allows=rights.anyone)
def post_file_asked(call: Call) -> Reply:
    """A recipient's gateway asks, signed like its receipts, for a file that a notification to it names."""
    raw, headers = request.get_data(), dict(request.headers)
    verified(headers, raw, gateway_secrets())
    asked = _signed_body(raw, _FILE_ASKED)
    see_as(call.session, SYSTEM)
    entry, attachment, content = fetch_file_signed(
        call.session, str(asked["delivery"]), asked["sha256"], signed_by(headers, raw)
    )
    return _handed_out(entry["filename"], attachment.content_type, content)


@api.post("/callbacks/receipts", allows=rights.anyone, gives=None, status=204)
def post_callback(call: Call) -> Reply:
    """A recipient's gateway says, signed (Standard Webhooks), that it has a delivery. A repeat is 204 too."""
    raw = request.get_data()
    headers = dict(request.headers)
    webhook_id = verified(headers, raw, gateway_secrets())
    said = _signed_body(raw, _CALLBACK)
    see_as(call.session, SYSTEM)
    signs = signed_by(headers, raw)
    receive_receipt(call.session, webhook_id, str(said["delivery"]), said["receipt"], said["received_at"], signs)
    return Reply()


_CALLBACK, _FILE_ASKED = answers.CallbackSchema(), answers.FileAsked()


def _signed_body(raw: bytes, schema: Schema) -> dict[str, Any]:
    try:
        values: dict[str, Any] = schema.load(orjson.loads(raw))
    except orjson.JSONDecodeError:
        raise Problem(400, "Send one JSON object in UTF-8.") from None
    except ValidationError as error:
        raise refused_fields(error.messages) from None
    return values


def _found(thing: Any) -> Any:
    if thing is None:
        raise not_found()
    return thing
