"""Break-glass: opening one record in an emergency with reasons, and the office's look at it afterwards.

Both are a person's own acts, on pages; systems of the office read what came of them.
"""

from collections.abc import Callable
from uuid import UUID

from marshmallow import Schema, fields
from sqlalchemy.orm import Session
from wtforms import StringField

from shared import audit
from shared.identity import rights
from shared.identity.need_to_know import ACCESS, ACCESSES, accesses_to_look_at, describe_accesses, review_access
from shared.web.api import Api, Call, Reply
from shared.web.asking import acted, form_page, reasons
from shared.web.forms import Questions, at_most, needed, trimmed
from shared.web.pages import Go, Page, Pages, Visit
from shared.web.paging import PageQuery, page
from shared.web.problems import Problem

NOTE = (
    "For when a child's safety depends on it. It opens for 24 hours; the partnership is told at once, and looks at "
    "your reasons afterwards. One person may open three within half an hour."
)


class ReviewForm(Questions):
    review = reasons("What did you find?", missing="Say what you found")


def declare_emergency_access(
    pages: Pages,
    *,
    what: str,
    asks_for: str,
    hint: str,
    back: str,
    opens: Callable[[Visit, str, str], str],
    references: Callable[[Session, list[str]], dict[str, str]],
) -> None:
    """Declare `/emergency` and `/emergencies` of a service. `what` is opened there ("incident").

    `opens` lets the person in by reference and reasons and gives the record's id, shown at `/emergency/<id>`;
    `references` gives what people call the records of some incidents.
    """
    base = f"/{pages.service.name}"

    class EmergencyForm(Questions):
        reference = StringField(
            asks_for,
            description=hint,
            validators=[*needed("Enter the reference"), at_most(60, "The reference")],
            filters=[trimmed],
            render_kw={"classes": "govuk-input--width-20", "spellcheck": False},
        )
        reasons = reasons("Why must you see it now?")

    def page_of(form: Questions) -> Page:
        return form_page(f"Open {what} in an emergency", form, note=NOTE, button="Open it", back=back)

    @pages.get("/emergency", allows=rights.any_agency)
    def get_emergency(visit: Visit) -> Page:
        return page_of(EmergencyForm(visit.typed))

    @pages.post("/emergency", allows=rights.any_agency)
    def post_emergency(visit: Visit) -> Page | Go:
        form, opened = EmergencyForm(visit.typed), []
        said = (form["reference"], form["reasons"])
        try:
            done = acted(
                visit, form, "reference", lambda: opened.append(opens(visit, *(field.data or "" for field in said)))
            )
        except Problem as problem:
            if problem.status == 429:
                _record_refusal(pages, visit)
            raise
        if not done:
            return page_of(form)
        return Go(f"{base}/emergency/{opened[0]}", "It is open to you for 24 hours. The partnership has been told.")

    @pages.get("/emergencies", allows=rights.office)
    def list_emergencies(visit: Visit) -> Page:
        accesses = describe_accesses(accesses_to_look_at(visit.session), lambda ids: references(visit.session, ids))
        return Page("emergencies.html", "Emergency access", {"accesses": accesses, "base": base, "what": what})

    _declare_look(pages, base)


def _record_refusal(pages: Pages, visit: Visit) -> None:
    """Have it in the trail that somebody was let into no more: whoever runs through references is to be found."""
    who = visit.viewer.actor
    with pages.service.transaction() as recording:  # this one's is rolled back
        audit.append(recording, audit.Entry(who, "emergency-refused", who, "too many opened within half an hour"))


def _declare_look(pages: Pages, base: str) -> None:
    def page_of(form: Questions) -> Page:
        note = "What you write is kept with it and cannot be changed afterwards."
        return form_page("Look at an emergency access", form, note=note, button="Record", back=f"{base}/emergencies")

    @pages.get("/emergencies/<uuid:access_id>", allows=rights.office)
    def get_review(visit: Visit, access_id: UUID) -> Page:
        return page_of(ReviewForm(visit.typed))

    @pages.post("/emergencies/<uuid:access_id>", allows=rights.office)
    def post_review(visit: Visit, access_id: UUID) -> Page | Go:
        form = ReviewForm(visit.typed)
        if not acted(
            visit,
            form,
            "review",
            lambda: review_access(visit.session, visit.viewer, str(access_id), form["review"].data),
        ):
            return page_of(form)
        return Go(f"{base}/emergencies", "Recorded.")


class EmergencyAccessView(Schema):
    """One emergency access: who opened which record and why; `review` is what somebody else found of it, or null."""

    id = fields.UUID(required=True)
    incident_id = fields.UUID(required=True)
    reference = fields.String(required=True)
    name = fields.String(required=True)
    agency = fields.String(required=True)
    reasons = fields.String(required=True)
    opened_at = fields.AwareDateTime(required=True)
    until = fields.AwareDateTime(required=True)
    reviewed_at = fields.AwareDateTime(required=True, allow_none=True)
    reviewed_by = fields.String(required=True, allow_none=True)
    review = fields.String(required=True, allow_none=True)


class EmergencyAccessList(Schema):
    items = fields.List(fields.Nested(EmergencyAccessView), required=True)
    next = fields.String(required=True, allow_none=True)


def declare_list_of_accesses(api: Api, references: Callable[[Session, list[str]], dict[str, str]]) -> None:
    """Declare `/emergency-accesses` of a service's JSON interface; `references` as for its pages."""

    @api.get("/emergency-accesses", allows=rights.office, query=PageQuery, gives=EmergencyAccessList)
    def list_emergency_accesses(call: Call) -> Reply:
        """Who let themselves into a record in an emergency and why, the latest first, and what was found of it."""
        order = (ACCESS.c.opened_at, ACCESS.c.id)
        found = page(call.session, ACCESSES, order, call.query, lambda row: row, newest_first=True)
        named = describe_accesses(found["items"], lambda ids: references(call.session, ids))
        return Reply(found | {"items": named})
