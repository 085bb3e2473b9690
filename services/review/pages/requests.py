"""What an agency was asked: involved or not, how far its return is, sending it; and more time from the office."""

from datetime import date
from uuid import UUID

from sqlalchemy import select, text
from wtforms import StringField

from services.review.agency_returns import note_read
from services.review.information_requests import extend_request
from services.review.models import Extension, InformationRequest
from services.review.pages.acts import act
from services.review.pages.site import pages
from services.review.records import find
from services.review.return_drafts import (
    draft_body,
    make_ready,
    missing_parts,
    newest_version,
    send_nil_return,
    sign_off_and_send,
    waiting_for_sign_off,
)
from services.review.return_parts import PARTS_IN_ORDER
from services.review.views.returns import describe_request, describe_requests
from services.review.whom_to_search import of_no_person
from shared.identity import rights
from shared.web.asking import Shown, optional_text, reasons
from shared.web.forms import DayField, Questions, at_most, needed, trimmed
from shared.web.layout import moment
from shared.web.pages import Go, Page, Visit
from shared.web.problems import not_found

AWAITED = ("requested", "draft")


class RoleForm(Questions):
    role = StringField(
        "Your role", validators=[*needed("Give your role"), at_most(200, "Your role")], filters=[trimmed]
    )


class NilForm(Questions):
    records_searched = optional_text("Which records were searched?")


class ExtensionForm(Questions):
    due_on = DayField("New day", what="The new day", validators=needed("Give the new day"))
    reasons = reasons("Why is more time given?", missing="Say why more time is given")


class ReadForm(Questions):
    reasons = reasons("What comes of it?", missing="Say what comes of it, and why")


def own_request(visit: Visit, request_id: UUID, *, lock: bool = False) -> InformationRequest:
    """A request to the person's own agency; another's is not there."""
    request = find(visit.session, InformationRequest, request_id, lock=lock)
    if request.agency_id != visit.viewer.agency_id:
        raise not_found()
    return request


@pages.get("/requests", allows=rights.writes_returns)
def list_requests(visit: Visit) -> Page:
    """What the person's agency was asked, what awaits an answer first."""
    own = select(InformationRequest).where(InformationRequest.agency_id == visit.viewer.agency_id)
    order = (InformationRequest.status.not_in(AWAITED), InformationRequest.due_at)
    requests = list(visit.session.scalars(own.order_by(*order).limit(200)))
    to_sign = waiting_for_sign_off(visit.session, requests)
    requests.sort(key=lambda each: each.id not in to_sign)
    values = {"requests": describe_requests(visit.session, requests), "to_sign": to_sign}
    return Page("requests.html", "Returns asked of your agency", values)


@pages.get("/requests/<uuid:request_id>", allows=rights.any_agency)
def show_request(visit: Visit, request_id: UUID) -> Page:
    """One request: to its own agency what is to be done; to the office and the partners what was returned."""
    request = find(visit.session, InformationRequest, request_id)
    own = request.agency_id == visit.viewer.agency_id
    writes = own and rights.writes_returns(visit.viewer)
    visit.note_read(f"case:{request.case_id}")
    newest = newest_version(visit.session, request)
    draft = newest if newest and not newest.submitted_at else None
    body = draft_body(visit.session, request) if writes else {}
    extensions = select(Extension).where(Extension.request_id == request.id).order_by(Extension.given_at)
    values = {
        "request": describe_request(visit.session, request, drafts=False),
        "others": of_no_person(request.concerns or [], request.people or []),
        "own": own,
        "writes": writes and request.status != "cancelled",
        "writing": bool(draft) and writes,
        "parts": [(part, bool(body.get(part.name))) for part in PARTS_IN_ORDER],
        "missing": missing_parts(body),
        "ready": bool(draft and draft.prepared_by_actor),
        "to_sign": {"content": draft.content, "chronology": draft.chronology} if draft else None,
        "own_work": bool(draft and draft.prepared_by_actor == visit.viewer.actor),
        "signs": own and rights.signs_off_returns(visit.viewer),
        "extensions": list(visit.session.scalars(extensions)),
        "may_extend": rights.office(visit.viewer) and request.status in AWAITED,
        "back": "/review/requests" if own else f"/review/cases/{request.case_id}",
    }
    return Page("request.html", "Return asked of your agency" if own else "Return of an agency", values)


@pages.post("/requests/<uuid:request_id>/not-involved", allows=rights.writes_returns)
def send_not_involved(visit: Visit, request_id: UUID) -> Go:
    """A nil return, in one click."""
    send_nil_return(visit.session, own_request(visit, request_id, lock=True), "", visit.viewer)
    return Go("/review/requests", "Thank you. It is recorded that your agency was not involved.")


def _own(visit: Visit, request: InformationRequest) -> InformationRequest:
    return own_request(visit, UUID(request.id))


def _at(_: Visit, request: InformationRequest) -> str:
    return f"/review/requests/{request.id}"


def _shown_return(visit: Visit, request: InformationRequest) -> Shown | None:
    newest = newest_version(visit.session, request)
    if newest is None or newest.submitted_at or not newest.prepared_by_actor:
        return None
    who = newest.content["prepared_by"]
    whose = f"as {who['name']}, {who['role']}, made it ready on {moment(newest.saved_at)}"
    said = f"You sign off version {newest.number} of the return, {whose}."
    return Shown(f"{newest.id} {newest.saved_at.timestamp()}", (said,), (_at(visit, request), "Read it"))


act(
    "/requests/<uuid:record_id>/ready",
    name="make_return_ready",
    on=InformationRequest,
    title="The return is whole",
    button="Hand it over for sign-off",
    allows=rights.writes_returns,
    asks=lambda visit, request: RoleForm(visit.typed) if _own(visit, request) else RoleForm(),
    does=lambda visit, request, form: make_ready(visit.session, request, form["role"].data, visit.viewer),
    back=_at,
    blamed="role",
    done="It waits for sign-off by somebody else of your agency.",
    note="Somebody else of your agency, its safeguarding lead for example, reads it, signs it off and sends it.",
)
act(
    "/requests/<uuid:record_id>/nil",
    name="send_nil_after_all",
    on=InformationRequest,
    title="We were not involved",
    button="Send that we were not involved",
    allows=rights.writes_returns,
    asks=lambda visit, request: NilForm(visit.typed) if _own(visit, request) else NilForm(),
    does=lambda visit, request, form: send_nil_return(
        visit.session, request, form["records_searched"].data or "", visit.viewer
    ),
    back=_at,
    blamed="records_searched",
    done="It is recorded that your agency was not involved.",
    note="What was written so far is not sent, and is not kept.",
)
act(
    "/requests/<uuid:record_id>/sign-off",
    name="sign_return_off",
    on=InformationRequest,
    title="Sign off and send",
    button="Sign off and send",
    allows=rights.signs_off_returns,
    asks=lambda visit, request: RoleForm(visit.typed) if _own(visit, request) else RoleForm(),
    does=lambda visit, request, form: sign_off_and_send(visit.session, request, form["role"].data, visit.viewer),
    shows=_shown_return,
    back=_at,
    blamed="role",
    done="The return is sent. What was sent is kept as it is; a changed return would be a further version.",
    note="By sending it you say for your agency that it is right and complete, as far as its records show.",
)
act(
    "/requests/<uuid:record_id>/extension",
    name="extend_time",
    on=InformationRequest,
    title="Give more time",
    button="Give more time",
    allows=rights.office,
    asks=lambda visit, request: ExtensionForm(visit.typed),
    does=lambda visit, request, form: extend_request(
        visit.session, request, date.fromisoformat(form["due_on"].data), form["reasons"].data, visit.viewer
    ),
    back=_at,
    blamed="due_on",
    done="The agency has more time.",
)
act(
    "/requests/<uuid:record_id>/read-after-decision",
    name="note_return_read",
    on=InformationRequest,
    title="What was sent after the decision",
    button="It is read",
    allows=rights.office,
    asks=lambda visit, request: ReadForm(visit.typed),
    does=lambda visit, request, form: note_read(visit.session, request, form["reasons"].data, visit.viewer),
    back=_at,
    blamed="reasons",
    done="It is noted, and waits no more.",
    note="Read the return, and what was changed in it, on the page before. Does it call for another decision of the partners?",
)


def agencies_to_ask(visit: Visit, asked: set[str]) -> list[tuple[str, str]]:
    """The agencies of the directory that were not asked yet, as (id, name)."""
    rows = visit.session.execute(text("SELECT id, name, kind FROM agencies WHERE ended_at IS NULL ORDER BY name"))
    return [(row.id, row.name) for row in rows if row.id not in asked and row.kind != "partnership-office"]
