"""Recommendations, actions and evidence."""

from uuid import UUID

from sqlalchemy import select

from services.review.actions import add_evidence, agree_action, attach_file, kind_of_file, make_recommendation
from services.review.api.routes import api
from services.review.directory import Agencies
from services.review.models import Action, Evidence, Recommendation
from services.review.records import find
from services.review.schemas.improvement import (
    ActionBody,
    ActionView,
    EvidenceBody,
    EvidenceView,
    RecommendationBody,
    RecommendationList,
    RecommendationQuery,
    RecommendationView,
)
from services.review.views.improvement import describe_actions, describe_evidence, describe_recommendations
from shared import files
from shared.identity import rights
from shared.web.api import Call, Reply
from shared.web.paging import page
from shared.web.problems import not_found
from shared.web.uploads import uploaded_file

FILTERS = ("case_id", "practice_review_id", "owner_agency", "theme")


@api.get("/recommendations", allows=rights.any_agency, query=RecommendationQuery, gives=RecommendationList)
def list_recommendations(call: Call) -> Reply:
    """Recommendations: your agency's own; the office, the authority and the partners see all."""
    statement = select(Recommendation)
    for name in FILTERS:
        if name in call.query:
            statement = statement.where(getattr(Recommendation, name) == str(call.query[name]))
    order = (Recommendation.made_at, Recommendation.id)
    found = page(call.session, statement, order, call.query, lambda row: row, newest_first=True)
    return Reply(found | {"items": describe_recommendations(call.session, found["items"])})


@api.get("/recommendations/<uuid:recommendation_id>", allows=rights.any_agency, gives=RecommendationView)
def get_recommendation(call: Call, recommendation_id: UUID) -> Reply:
    """One recommendation with its actions and their evidence."""
    recommendation = find(call.session, Recommendation, recommendation_id)
    call.note_read(f"case:{recommendation.case_id}")
    return Reply(describe_recommendations(call.session, [recommendation])[0])


@api.post(
    "/recommendations",
    allows=rights.office_or_partner,
    takes=RecommendationBody,
    gives=RecommendationView,
    status=201,
)
def post_recommendation(call: Call) -> Reply:
    """Make a recommendation to the agency that will own it."""
    recommendation = make_recommendation(call.session, call.body, call.viewer)
    return Reply(describe_recommendations(call.session, [recommendation])[0])


@api.post(
    "/recommendations/<uuid:recommendation_id>/actions",
    allows=rights.any_agency,
    takes=ActionBody,
    gives=ActionView,
    status=201,
)
def post_action(call: Call, recommendation_id: UUID) -> Reply:
    """Record what will be done about a recommendation: its owner, the office or a partner."""
    recommendation = find(call.session, Recommendation, recommendation_id)
    action = agree_action(call.session, recommendation, call.body, call.viewer)
    return Reply(describe_actions(call.session, [action])[0])


@api.post(
    "/actions/<uuid:action_id>/evidence", allows=rights.any_agency, takes=EvidenceBody, gives=EvidenceView, status=201
)
def post_evidence(call: Call, action_id: UUID) -> Reply:
    """Record what an action has changed: its owner, the office or a partner."""
    action = find(call.session, Action, action_id, lock=True)
    evidence = add_evidence(call.session, action, call.body, call.viewer)
    return Reply(describe_evidence(evidence, Agencies(call.session, [evidence.recorded_by])))


@api.post("/evidence/<uuid:evidence_id>/file", allows=rights.any_agency, gives=EvidenceView, status=201, upload=True)
def post_evidence_file(call: Call, evidence_id: UUID) -> Reply:
    """Add the file (PDF, PNG or JPEG) that shows the change."""
    evidence = find(call.session, Evidence, evidence_id, lock=True)
    filename, content = uploaded_file("evidence")
    attach_file(call.session, evidence, filename, content, call.viewer)
    return Reply(describe_evidence(evidence, Agencies(call.session, [evidence.recorded_by])))


@api.get("/evidence/<uuid:evidence_id>/file", allows=rights.any_agency)
def get_evidence_file(call: Call, evidence_id: UUID) -> Reply:
    """The file of evidence, as it was sent."""
    evidence = find(call.session, Evidence, evidence_id)
    if evidence.file_key is None:
        raise not_found()
    content = files.get(evidence.file_key)
    headers = {"Content-Disposition": "attachment", "Cache-Control": "no-store"}
    return Reply(content, headers=headers, content_type=kind_of_file(content) or "application/octet-stream")
