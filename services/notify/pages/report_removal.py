"""Taking a child or another person out of a report that is not sent, or the whole report: asked first, for nothing of it comes back."""

from typing import Any
from uuid import UUID

from flask import flash, request

from services.notify import drafts
from services.notify.agreements import fingerprint
from services.notify.drafts import Draft
from services.notify.pages.report_answers import named
from services.notify.pages.site import ask_first, pages
from shared.identity import rights
from shared.web.pages import Go, Page, Visit
from shared.web.problems import not_found

CHANGED = "The report has changed since you were asked. This is how it stands now."


@pages.get("/report/<uuid:draft_id>/<any(child,person):part>/<int:place>/remove", allows=rights.reports_incidents)
def ask_removal(visit: Visit, draft_id: UUID, part: str, place: int) -> Page:
    draft, entries = _found(visit, draft_id, part, place)
    return ask_first(
        f"Remove {part} {place + 1} and all answers about this {part}?",
        ["You cannot undo this."],
        about=named("child" if part == "child" else "person", place, entries[place]),
        yes="Yes, remove",
        no="No, keep",
        back=_list_of(draft, part),
        seen=fingerprint(draft).hex(),
    )


@pages.post("/report/<uuid:draft_id>/<any(child,person):part>/<int:place>/remove", allows=rights.reports_incidents)
def remove_from_report(visit: Visit, draft_id: UUID, part: str, place: int) -> Go:
    """Sent twice, it removes one: the next has the place of the first by then, and the report is not what was seen."""
    draft = drafts.draft_of(visit.session, visit.viewer, str(draft_id))
    if request.form.get("seen") != fingerprint(draft).hex():
        flash(CHANGED, "notice")
        return Go(_list_of(draft, part))
    draft, entries = _found(visit, draft_id, part, place)
    del entries[place]
    drafts.store_draft(visit.session, draft)
    return Go(_list_of(draft, part), "Removed.")


def _found(visit: Visit, draft_id: UUID, part: str, place: int) -> tuple[Draft, list[dict[str, Any]]]:
    draft = drafts.draft_of(visit.session, visit.viewer, str(draft_id))
    entries = draft.children if part == "child" else draft.people
    if place >= len(entries):
        raise not_found()
    return draft, entries


def _list_of(draft: Draft, part: str) -> str:
    return f"/notify/report/{draft.id}/{'children' if part == 'child' else 'people'}"


@pages.get("/report/<uuid:draft_id>/delete", allows=rights.reports_incidents)
def ask_deletion(visit: Visit, draft_id: UUID) -> Page | Go:
    draft = drafts.draft_of(visit.session, visit.viewer, str(draft_id))
    if draft.referral_id:
        return Go(f"/notify/report/{draft.id}/sent")
    what, after = ("correction", ["What you sent before stays as it is."]) if draft.corrects else ("report", [])
    return ask_first(
        f"Delete this {what}?",
        ["It was not sent to anybody. You cannot get it back.", *after],
        yes="Delete it",
        no="Go back",
        back=f"/notify/report/{draft.id}/check",
    )


@pages.post("/report/<uuid:draft_id>/delete", allows=rights.reports_incidents)
def delete_draft(visit: Visit, draft_id: UUID) -> Go:
    gone = drafts.remove_draft(visit.session, visit.viewer, str(draft_id))
    return Go("/notify/reports", "What you had begun is deleted." if gone else "")
