"""A case's records: legal holds, decisions on what is due, confirmation by a second person, certificates."""

from uuid import UUID

from services.review.api.routes import api
from services.review.destruction import confirm_destruction
from services.review.models import Case, DestructionCertificate, LegalHold, RetentionDecision
from services.review.records import find
from services.review.retention import decide_retention, lift_legal_hold, place_legal_hold
from services.review.schemas.common import NoFields, Reasons
from services.review.schemas.retention import (
    CertificateView,
    LegalHoldView,
    RecordsView,
    RetentionDecisionBody,
    RetentionDecisionView,
)
from services.review.views.retention import (
    describe_certificate,
    describe_decision,
    describe_legal_hold,
    describe_records,
)
from shared.identity import rights
from shared.web.api import Call, Reply


@api.get("/cases/<uuid:case_id>/records", allows=rights.office_or_partner, gives=RecordsView)
def get_records(call: Call, case_id: UUID) -> Reply:
    """The classes of a case's records with their times, decisions and certificates, and its legal holds."""
    return Reply(describe_records(call.session, find(call.session, Case, case_id)))


@api.post(
    "/cases/<uuid:case_id>/legal-holds",
    allows=rights.office_or_partner,
    takes=Reasons,
    gives=LegalHoldView,
    status=201,
)
def post_legal_hold(call: Call, case_id: UUID) -> Reply:
    """Forbid the destruction of anything of a case."""
    case = find(call.session, Case, case_id, lock=True)
    hold = place_legal_hold(call.session, case, call.body["reasons"], call.viewer)
    return Reply(describe_legal_hold(hold))


@api.post(
    "/legal-holds/<uuid:hold_id>/lift", allows=rights.office_or_partner, takes=Reasons, gives=LegalHoldView, status=201
)
def post_legal_hold_lift(call: Call, hold_id: UUID) -> Reply:
    """Lift a legal hold, with reasons."""
    hold = find(call.session, LegalHold, hold_id, lock=True)
    lift_legal_hold(call.session, hold, call.body["reasons"], call.viewer)
    return Reply(describe_legal_hold(hold))


@api.post(
    "/cases/<uuid:case_id>/retention-decisions",
    allows=rights.office,
    takes=RetentionDecisionBody,
    gives=RetentionDecisionView,
    status=201,
)
def post_retention_decision(call: Call, case_id: UUID) -> Reply:
    """Decide on a class of records whose time has passed: keep it until a day, or have it destroyed."""
    case = find(call.session, Case, case_id, lock=True)
    decision = decide_retention(call.session, case, call.body, call.viewer)
    return Reply(describe_decision(decision))


@api.post(
    "/retention-decisions/<uuid:decision_id>/confirmation",
    allows=rights.office_or_partner,
    takes=NoFields,
    gives=CertificateView,
    status=201,
)
def post_destruction(call: Call, decision_id: UUID) -> Reply:
    """Confirm, as somebody else than who decided it, that records are destroyed; the answer is the certificate."""
    decision = find(call.session, RetentionDecision, decision_id, lock=True)
    case = find(call.session, Case, decision.case_id, lock=True)
    certificate = confirm_destruction(call.session, case, decision, call.viewer)
    return Reply(describe_certificate(call.session, certificate))


@api.get("/destruction-certificates/<uuid:certificate_id>", allows=rights.office_or_partner, gives=CertificateView)
def get_certificate(call: Call, certificate_id: UUID) -> Reply:
    """A certificate of destruction."""
    return Reply(describe_certificate(call.session, find(call.session, DestructionCertificate, certificate_id)))
