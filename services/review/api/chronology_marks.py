"""Marks on a case's merged chronology: themes, key practice episodes, the same event, contradictions."""

from typing import Any
from uuid import UUID

from services.review.api.routes import api
from services.review.chronology_marks import mark, standing_marks, take_mark_back
from services.review.models import Case, ChronologyMark
from services.review.records import find
from services.review.schemas.chronology import MarkBody, MarkList, MarkView
from services.review.schemas.common import NoFields
from shared.identity import rights
from shared.web.api import Call, Reply


def _described(made: ChronologyMark) -> dict[str, Any]:
    names = ("id", "case_id", "kind", "made_at", "ended_at")
    return {name: getattr(made, name) for name in names} | made.content


@api.get("/cases/<uuid:case_id>/chronology/marks", allows=rights.any_agency, gives=MarkList)
def list_chronology_marks(call: Call, case_id: UUID) -> Reply:
    """The marks that stand; the entries' keys are those of the merged chronology."""
    case = find(call.session, Case, case_id)
    call.note_read(f"case:{case.id}")
    return Reply({"items": [_described(each) for each in standing_marks(call.session, case.id)]})


@api.post(
    "/cases/<uuid:case_id>/chronology/marks",
    allows=rights.office_or_partner,
    takes=MarkBody,
    gives=MarkView,
    status=201,
)
def post_chronology_mark(call: Call, case_id: UUID) -> Reply:
    """Mark entries; what one agency says is laid beside another's."""
    case = find(call.session, Case, case_id, lock=True)
    made = mark(call.session, case, call.body["kind"], call.body["entries"], call.body.get("words", ""), call.viewer)
    return Reply(_described(made))


@api.post(
    "/chronology-marks/<uuid:mark_id>/end", allows=rights.office_or_partner, takes=NoFields, gives=MarkView, status=201
)
def post_end_of_mark(call: Call, mark_id: UUID) -> Reply:
    """Take a mark back; that it was made is kept."""
    made = find(call.session, ChronologyMark, mark_id, lock=True)
    take_mark_back(call.session, made, call.viewer)
    return Reply(_described(made))
