"""Publications: the editors' list and view, the route, the words of the page, the protocol."""

from uuid import UUID

from sqlalchemy import select

from services.publish import schemas, views
from services.publish.api.routes import api, etag, publication_to_change, publication_to_read
from services.publish.models import Publication
from services.publish.own_items import OwnItem, open_own_item
from services.publish.protocol import complete_step, steps_of
from services.publish.publication_route import Route, decide_route
from services.publish.publications import change_page
from services.publish.what_is_out import to_look_at
from shared.identity import rights
from shared.web.api import Call, Reply
from shared.web.paging import page


@api.get(
    "/publications",
    allows=rights.office_authority_or_partner,
    query=schemas.PublicationQuery,
    gives=schemas.PublicationList,
)
def get_publications(call: Call) -> Reply:
    """Publications, the newest first."""
    waiting, look_now = views.waiting_for_decision(call.session), to_look_at(call.session)
    statement = select(Publication)
    if call.query["status"]:
        statement = statement.where(Publication.state == call.query["status"])
    order = (Publication.created_at, Publication.id)
    return Reply(
        page(
            call.session,
            statement,
            order,
            call.query,
            lambda each: views.summary_of(each, each.id in waiting, each.id in look_now),
            newest_first=True,
        )
    )


@api.post(
    "/publications",
    allows=rights.office,
    takes=schemas.OwnItemIn,
    gives=schemas.PublicationView,
    status=201,
)
def post_own_item(call: Call) -> Reply:
    """Open a yearly report, or learning from rapid reviews. Reviews open by themselves, when their report is signed."""
    publication = open_own_item(call.session, call.viewer, OwnItem(**call.body))
    headers = {"Location": f"/publish/api/v1/publications/{publication.id}"} | etag(publication)
    return Reply(views.publication_view(call.session, publication), headers=headers)


@api.get(
    "/publications/<uuid:publication_id>", allows=rights.office_authority_or_partner, gives=schemas.PublicationView
)
def get_publication(call: Call, publication_id: UUID) -> Reply:
    """One publication, with what the gate still asks for."""
    publication = publication_to_read(call, publication_id)
    return Reply(views.publication_view(call.session, publication), headers=etag(publication))


@api.post(
    "/publications/<uuid:publication_id>/route",
    allows=rights.office_authority_or_partner,
    takes=schemas.RouteDecisionIn,
    gives=schemas.RouteDecisionView,
    status=201,
)
def post_route(call: Call, publication_id: UUID) -> Reply:
    """The three partners' decision on how, or whether, the report is published."""
    publication = publication_to_change(call, publication_id)
    decided = decide_route(call.session, call.viewer, publication, Route(**call.body))
    return Reply(views.decision_view(decided), headers=etag(publication))


@api.post(
    "/publications/<uuid:publication_id>/page",
    allows=rights.office_or_partner,
    takes=schemas.PageIn,
    gives=schemas.PublicationView,
)
def post_page(call: Call, publication_id: UUID) -> Reply:
    """The title, summary and themes of the public page; a live page shows them after a correction."""
    publication = publication_to_change(call, publication_id)
    change_page(call.session, call.viewer, publication, call.body)
    return Reply(views.publication_view(call.session, publication), headers=etag(publication))


@api.post(
    "/publications/<uuid:publication_id>/protocol/<step>",
    allows=rights.office_or_partner,
    takes=schemas.StepIn,
    gives=schemas.StepView,
    status=201,
)
def post_protocol_step(call: Call, publication_id: UUID, step: str) -> Reply:
    """A step of the media and communications protocol, done."""
    publication = publication_to_change(call, publication_id)
    done = complete_step(call.session, call.viewer, publication, step, call.body["done_by"], call.body["note"])
    known = next(each for each in steps_of(publication) if each.id == step)
    return Reply(views.step_view(known, done, publication.publish_at))
