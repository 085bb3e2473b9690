"""Material of agencies that the office shares with others, marked with whose it is."""

from uuid import UUID

from sqlalchemy import select

from services.review.api.routes import api
from services.review.models import Case, SharedMaterial
from services.review.records import find
from services.review.schemas.common import NoFields
from services.review.schemas.sharing import ShareBody, SharedList, SharedNow, SharedQuery, SharedView
from services.review.sharing import share, stop_sharing
from services.review.views.sharing import describe_shared, describe_shared_whole
from shared.identity import rights
from shared.web.api import Call, Reply
from shared.web.paging import page


@api.get("/shared-material", allows=rights.any_agency, query=SharedQuery, gives=SharedList)
def list_shared_material(call: Call) -> Reply:
    """What is shared with your agency, and what of yours is shared; the office and the partners see all."""
    statement = select(SharedMaterial).where(SharedMaterial.ended_at.is_(None))
    if case := call.query.get("case_id"):
        statement = statement.where(SharedMaterial.case_id == str(case))
    order = (SharedMaterial.shared_at, SharedMaterial.id)
    found = page(call.session, statement, order, call.query, lambda row: row, newest_first=True)
    return Reply(found | {"items": describe_shared(call.session, found["items"])})


@api.get("/shared-material/<uuid:material_id>", allows=rights.any_agency, gives=SharedView)
def get_shared_material(call: Call, material_id: UUID) -> Reply:
    """One thing that is shared, in its owner's words."""
    material = find(call.session, SharedMaterial, material_id)
    call.note_read(f"case:{material.case_id}")
    return Reply(describe_shared_whole(call.session, material))


@api.post("/cases/<uuid:case_id>/shared-material", allows=rights.office, takes=ShareBody, gives=SharedNow, status=201)
def post_shared_material(call: Call, case_id: UUID) -> Reply:
    """Share newest returns or chronologies as they are now; whoever saw them before sees these."""
    case = find(call.session, Case, case_id, lock=True)
    shared = share(call.session, case, **call.body, viewer=call.viewer)
    return Reply({"items": describe_shared(call.session, shared)})


@api.post("/shared-material/<uuid:material_id>/end", allows=rights.office, takes=NoFields, gives=SharedNow, status=201)
def post_end_of_sharing(call: Call, material_id: UUID) -> Reply:
    """Stop sharing one thing."""
    material = find(call.session, SharedMaterial, material_id, lock=True)
    stop_sharing(call.session, material, call.viewer)
    return Reply({"items": describe_shared(call.session, [material])})
