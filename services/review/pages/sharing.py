"""Sharing what agencies returned: the office says with whom, and they see it marked with whose it is."""

from uuid import UUID

from flask import request

from services.review.directory import Agencies
from services.review.meeting_plans import shown_though_uninvited
from services.review.models import Case, SharedMaterial
from services.review.pages.chronology import as_download, chronology_page, looked_at
from services.review.pages.site import pages
from services.review.records import find
from services.review.sharing import WHAT, newest_numbers, share, shared_of, shared_with, stop_sharing, stop_sharing_with
from services.review.views.cases import describe_case, describe_summary
from shared.identity import rights
from shared.web.asking import acted
from shared.web.forms import Questions, SelectMultipleField, needed
from shared.web.pages import Download, Go, Page, Visit
from shared.web.problems import not_found

REVIEWER = "reviewer"


class ShareForm(Questions):
    owners = SelectMultipleField("Whose material is shared?", validators=needed("Choose whose material is shared"))
    what = SelectMultipleField("What of it?", choices=list(WHAT.items()), validators=needed("Choose what is shared"))
    with_agencies = SelectMultipleField("With whom?", validators=needed("Choose with whom it is shared"))


@pages.get("/cases/<uuid:case_id>/sharing", allows=rights.office)
def show_sharing(visit: Visit, case_id: UUID) -> Page:
    """What of a case is shared with whom, and the form to share more."""
    case = find(visit.session, Case, case_id)
    return _sharing_page(visit, case, _form(visit, case))


def _form(visit: Visit, case: Case) -> Questions:
    form = ShareForm(visit.typed)
    requests = describe_case(visit.session, case)["information_requests"]
    answered = newest_numbers(visit.session, case)
    named = [(each["agency"]["id"], each["agency"]["name"]) for each in requests]
    form.offer("owners", [(agency, name) for agency, name in named if agency in answered])
    form.offer("with_agencies", [(REVIEWER, "The reviewer of this case"), *named])
    return form


def _sharing_page(visit: Visit, case: Case, form: Questions) -> Page:
    shared = shared_of(visit.session, case)
    whom = [agency for each in shared for agency in (each.agency_id, *each.with_agencies)]
    values = {
        "case": describe_summary(case),
        "form": form,
        "errors": form.error_list(),
        "shared": shared,
        "uninvited": shown_though_uninvited(visit.session, case),
        "names": Agencies(visit.session, whom),
        "newest": newest_numbers(visit.session, case),
        "what": WHAT,
        "back": f"/review/cases/{case.id}",
    }
    return Page("sharing.html", "Share returns and chronologies", values, 422 if form.errors else 200)


@pages.post("/cases/<uuid:case_id>/sharing", allows=rights.office)
def post_sharing(visit: Visit, case_id: UUID) -> Page | Go:
    """Share, stop sharing one thing, or stop sharing anything with one agency."""
    case = find(visit.session, Case, case_id, lock=True)
    if agency := request.form.get("stop_with"):
        stop_sharing_with(visit.session, case, agency, visit.viewer)
        return Go(request.path, "Nothing is shared with them any more.")
    if stop := request.form.get("stop"):
        material = next((each for each in shared_of(visit.session, case) if each.id == stop), None)
        if material is None:
            raise not_found()
        stop_sharing(visit.session, material, visit.viewer)
        return Go(request.path, "It is not shared any more.")
    form = _form(visit, case)

    def act() -> None:
        whom = form["with_agencies"].data
        agencies = [each for each in whom if each != REVIEWER]
        owners, what = form["owners"].data, form["what"].data
        share(visit.session, case, owners, what, agencies, REVIEWER in whom, visit.viewer)

    if not acted(visit, form, "owners", act):
        return _sharing_page(visit, case, form)
    return Go(request.path, "It is shared, as it is now. A later version is shared anew.")


@pages.get("/shared", allows=rights.shown_material)
def list_shared(visit: Visit) -> Page:
    """What others returned that was shared with the person's agency, or with them as the reviewer."""
    shared = shared_with(visit.session, visit.viewer)
    by_case: dict[str, list[SharedMaterial]] = {}
    for each in shared:
        by_case.setdefault(each.case_id, []).append(each)
    values = {"cases": by_case, "names": Agencies(visit.session, [each.agency_id for each in shared]), "what": WHAT}
    return Page("shared.html", "Shared with us", values)


@pages.get("/shared/<uuid:material_id>", allows=rights.shown_material)
def show_shared(visit: Visit, material_id: UUID) -> Page:
    """One return that was shared, marked with whose it is."""
    material = find(visit.session, SharedMaterial, material_id)
    if material not in shared_with(visit.session, visit.viewer, material.case_id):
        raise not_found()
    visit.note_read(f"case:{material.case_id}")
    values = {
        "material": material,
        "owner": Agencies(visit.session, [material.agency_id])[material.agency_id]["name"],
        "back": "/review/shared",
    }
    return Page("shared_return.html", "Shared return", values)


def _chronologies(visit: Visit, case_id: UUID) -> list[SharedMaterial]:
    found = [each for each in shared_with(visit.session, visit.viewer, str(case_id)) if each.what == "chronology"]
    if not found:
        raise not_found()
    visit.note_read(f"case:{case_id}")
    return found


@pages.get("/shared/cases/<uuid:case_id>/chronology", allows=rights.shown_material)
def show_shared_chronology(visit: Visit, case_id: UUID) -> Page:
    """The chronologies that were shared, merged."""
    found = _chronologies(visit, case_id)
    about = f"Review {found[0].case_reference}, what was shared"
    return chronology_page(
        looked_at(visit, str(case_id), found), about, f"/review/shared/cases/{case_id}", back="/review/shared"
    )


@pages.get("/shared/cases/<uuid:case_id>/chronology.<kind>", allows=rights.shown_material)
def export_shared_chronology(visit: Visit, case_id: UUID, kind: str) -> Download:
    found = _chronologies(visit, case_id)
    return as_download(looked_at(visit, str(case_id), found), found[0].case_reference, kind)
