"""Who may see a case and who read it, its team, and who opened a case in an emergency."""

from uuid import UUID

from services.review.api.routes import api
from services.review.models import Case
from services.review.need_to_know import (
    add_to_team,
    records_of_case,
    references_of,
    take_off_team,
    team_of,
    to_put_on_team,
    who_sees,
)
from services.review.records import find
from services.review.schemas.common import NoFields
from services.review.schemas.need_to_know import AccessView, TeamBody, TeamView
from shared.identity import rights
from shared.identity.need_to_know import kept_from, readers_shown
from shared.web.api import Call, Reply
from shared.web.emergency import declare_list_of_accesses

declare_list_of_accesses(api, references_of)


@api.get("/cases/<uuid:case_id>/access", allows=rights.office, gives=AccessView)
def get_access(call: Call, case_id: UUID) -> Reply:
    """Who sees a case and why, who is kept from it, its team, and who read it last."""
    session, case = call.session, find(call.session, Case, case_id)
    readers = readers_shown(session, records_of_case(session, case))
    return Reply(
        {
            "case_id": case.id,
            "seen_by": [dict(zip(("name", "agency", "why"), each, strict=True)) for each in who_sees(session, case)],
            "kept_from": kept_from(session, [case.incident_id]),
            "team": team_of(session, case),
            "may_join": [{"person_id": person, "name": name} for person, name in to_put_on_team(session, case)],
            "readers": [dict(zip(("at", "who", "agency"), each, strict=True)) for each in readers],
        }
    )


@api.post("/cases/<uuid:case_id>/team", allows=rights.office, takes=TeamBody, gives=TeamView, status=201)
def post_team_member(call: Call, case_id: UUID) -> Reply:
    """Put one of the partners' approvers on the team. From the first on, only the team's people of the partners see it."""
    case = find(call.session, Case, case_id, lock=True)
    add_to_team(call.session, case, str(call.body["person_id"]), call.viewer)
    return Reply({"items": team_of(call.session, case)})


@api.post(
    "/cases/<uuid:case_id>/team/<uuid:member_id>/end", allows=rights.office, takes=NoFields, gives=TeamView, status=201
)
def post_end_of_membership(call: Call, case_id: UUID, member_id: UUID) -> Reply:
    """Take somebody off the team."""
    case = find(call.session, Case, case_id, lock=True)
    take_off_team(call.session, case, str(member_id), call.viewer)
    return Reply({"items": team_of(call.session, case)})
