"""Publications: the list, one with all that is still missing, its route, words and documents, and a preview."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from wtforms import FileField

from services.publish import schemas, views
from services.publish.cleaning.file_kinds import WORD
from services.publish.documents import UPLOADED_KINDS, Upload, upload_document
from services.publish.findings import open_findings
from services.publish.gate import STEP_MISSING
from services.publish.models import Document, Publication
from services.publish.pages.site import act, pages, publication_of, sections
from services.publish.public_site.site_content import address_of, documents_to_publish, preview_of
from services.publish.public_site.site_pages import review
from services.publish.publication_route import Route, decide_route, decisions, partner_names
from services.publish.schedule import public_name
from services.publish.site_hold import held_since
from services.publish.what_is_out import MAY_NAME, to_look_at
from services.publish.wording import AGE_BANDS, AGENCY_KINDS, KINDS, ROUTES, WARNINGS
from shared import files
from shared.duty_words import recipient_name
from shared.identity import rights
from shared.identity.viewer import Viewer
from shared.web.asking import Shown, checked, given, line, moment_on, optional_text, reasons
from shared.web.forms import DayField, Questions, RadioField, SelectMultipleField, SentBeside, may_be_empty, needed
from shared.web.layout import moment
from shared.web.pages import Download, Go, Page, Visit
from shared.web.problems import conflict, not_found
from shared.web.uploads import uploaded_file


@pages.get("", allows=rights.anyone)
def begin(visit: Visit) -> Go:
    """Where a person's work in publish begins; who is not signed in is asked to."""
    found = sections(visit.viewer)
    return Go(found[0][0] if found else "/notify/sign-in?next=/publish")


@pages.get("/publications", allows=rights.reads_publications)
def list_publications(visit: Visit) -> Page:
    """Every publication, the newest first."""
    waiting, look_now = views.waiting_for_decision(visit.session), to_look_at(visit.session)
    found = visit.session.scalars(select(Publication).order_by(Publication.created_at.desc()).limit(500))
    values = {
        "publications": [views.summary_of(each, each.id in waiting, each.id in look_now) for each in found],
        "to_look_at": visit.session.scalars(select(Publication).where(Publication.id.in_(look_now))).all(),
        "why": look_now,
        "held_since": held_since(visit.session),
        "edits": rights.edits_publications(visit.viewer),
    }
    return Page("publications.html", "Publications", values)


@pages.get("/publications/<uuid:publication_id>", allows=rights.reads_publications)
def show_publication(visit: Visit, publication_id: UUID) -> Page:
    """One publication: what is missing before it may go live, and everything that was done."""
    publication = publication_of(visit, publication_id)
    viewer, partners = visit.viewer, partner_names(visit.session)
    each = views.publication_view(visit.session, publication)
    values = {
        "each": each,
        "missing": [sentence for sentence in each["missing"] if not sentence.startswith(STEP_MISSING)],
        "steps_missing": [s.removeprefix(STEP_MISSING) for s in each["missing"] if s.startswith(STEP_MISSING)],
        "steps": _steps(viewer, each),
        "look_at": to_look_at(visit.session).get(publication.id, []),
        "may_name": MAY_NAME,
        "held_since": held_since(visit.session),
        "brings_out": rights.brings_out(viewer),
        "routes": ROUTES,
        "partners": partners,
        "told": [
            one | {"who": recipient_name(one["recipient"], lambda agency: partners.get(agency, agency))}
            for one in each["told"]
        ],
        "warnings": [WARNINGS[each] for each in publication.warnings],
        "agency_kinds": [AGENCY_KINDS[each] for each in publication.agency_kinds],
        "age_bands": [AGE_BANDS[each] for each in publication.age_bands],
        "back": "/publish/publications",
    }
    return Page("publication.html", f"Publication {publication.reference}", values)


def _steps(viewer: Viewer, each: dict[str, Any]) -> list[tuple[str, str]]:
    """What this person may do or look at of a publication as it is, as (path, words)."""
    here, state = f"/publish/publications/{each['id']}", each["status"]
    edits, brings_out = rights.edits_publications(viewer), rights.brings_out(viewer)
    decides = rights.decides_publication(viewer) and state not in ("live", "archived")
    sets_time = brings_out and state in ("route-decided", "scheduled", "held")
    prepares = sets_time or (brings_out and state == "draft")
    looks_after = edits or brings_out
    offered = [
        (decides, f"{here}/route", "Decide how it is published"),
        (edits, f"{here}/words", "The words of the page"),
        (edits, f"{here}/document", "Upload a document"),
        (prepares or (brings_out and state == "live"), f"{here}/protocol", "Record a step of the protocol"),
        (prepares, f"{here}/early-reader", "Name an early reader"),
        (prepares and each["early_readers"], f"{here}/embargo", "Record the embargo"),
        (sets_time, f"{here}/schedule", "Set the time"),
        (brings_out and state == "live", f"{here}/correction", "Correct the live page"),
        (brings_out and state in ("live", "archived"), f"{here}/withdrawal", "Take the page down"),
        (looks_after and each["nspcc"], f"{here}/nspcc-receipt", "Record the NSPCC's acknowledgement"),
        (looks_after and each["needs_decision"], f"{here}/retention", "Decide how long it stays"),
        (rights.office(viewer), f"{here}/access", "Who may see it, and who read it"),
        (True, f"{here}/preview", "See the page as the public will"),
    ]
    return [(path, words) for allowed, path, words in offered if allowed]


@pages.get("/publications/<uuid:publication_id>/preview", allows=rights.reads_publications)
def preview(visit: Visit, publication_id: UUID) -> Download:
    """The public page exactly as it would be written now; its documents, which are not there yet, are opened here."""
    publication = publication_of(visit, publication_id)
    page = preview_of(visit.session, publication)
    shown = review(page.published_on, page).decode()
    for document in documents_to_publish(visit.session, publication):
        public = f'href="/documents/{address_of(page.slug, document)}"'
        shown = shown.replace(public, f'href="/publish/publications/{publication.id}/documents/{document.id}/file"')
    return Download(shown.encode(), "text/html; charset=utf-8", "preview.html", shown=True)


def _document_of(visit: Visit, publication: Publication, document_id: UUID) -> Document:
    of_it = select(Document).where(Document.id == str(document_id), Document.publication_id == publication.id)
    document = visit.session.scalar(of_it)
    if document is None:
        raise not_found()
    return document


@pages.get("/publications/<uuid:publication_id>/documents/<uuid:document_id>", allows=rights.reads_publications)
def show_document(visit: Visit, publication_id: UUID, document_id: UUID) -> Page:
    """One version of a document: what was taken out, what it lacks, and what no page shows, for a person to look through."""
    publication = publication_of(visit, publication_id)
    document = _document_of(visit, publication, document_id)
    values = {
        "publication": publication,
        "one": document,
        "listed": document.listed or [],
        "open_findings": open_findings(visit.session, publication).get(document.id, 0),
        "from_word": document.came_as == WORD,
        "back": f"/publish/publications/{publication.id}",
    }
    return Page("document.html", "A document", values)


@pages.get("/publications/<uuid:publication_id>/documents/<uuid:document_id>/file", allows=rights.reads_publications)
def download_document(visit: Visit, publication_id: UUID, document_id: UUID) -> Download:
    """The cleaned bytes of a checked document, which are what may go live."""
    publication = publication_of(visit, publication_id)
    document = _document_of(visit, publication, document_id)
    if document.clean_key is None:
        raise conflict("This document has not been checked yet, or was refused.")
    return Download(files.get(document.clean_key), document.content_type, public_name(publication.pseudonym, document))


def _route_form(visit: Visit, _: Publication) -> Questions:
    fields: dict[str, Any] = {
        "route": RadioField(
            "How is it published?", choices=ROUTES.items(), validators=needed("Choose how it is published")
        ),
        "publish": SelectMultipleField(
            "What is published?", choices=[(kind, KINDS[kind]) for kind in UPLOADED_KINDS], validators=may_be_empty()
        ),
        "reasons": reasons("Why?", missing="Give the reasons of the partners"),
    }
    for agency, name in partner_names(visit.session).items():
        fields[f"name_{agency}"] = line(f"Who agreed for {name}?", f"Say who agreed for {name}")
        fields[f"role_{agency}"] = line(f"Their role at {name}", f"Give the role at {name}")
    fields |= {
        "nspcc_by": line("With whom at the NSPCC was it agreed?", hint="For the anonymous route: the agreement comes first"),
        "nspcc_on": DayField("When?", what="The day", validators=may_be_empty()),
        "local_improvements": optional_text("Information about improvements for the partnership's own site", "Where the report itself is not shown there", rows=8),
    }  # fmt: skip
    return type("RouteForm", (Questions,), fields)(visit.typed)  # type: ignore[no-any-return]


def _shown_decision(visit: Visit, publication: Publication) -> Shown | None:
    made = decisions(visit.session, publication)
    if not made:
        return None
    said = f"Decided on {moment(made[0].decided_at)}: {ROUTES[made[0].route]}. A new decision takes its place."
    return Shown(str(made[0].id), (said, f"Reasons: {made[0].reasons}"), then="decide")


def _decide(visit: Visit, publication: Publication, form: Questions) -> object:
    answers = form.answers()
    body = given(form, "route", "reasons", "local_improvements") | {"publish": answers["publish"] or None}
    body["agreed_by"] = [
        {"agency_id": agency, "name": answers[f"name_{agency}"], "role": answers[f"role_{agency}"]}
        for agency in partner_names(visit.session)
    ]
    if answers["nspcc_by"] and answers["nspcc_on"]:
        agreed = {"agreed_by": answers["nspcc_by"], "agreed_at": moment_on(answers["nspcc_on"]).isoformat()}
        body["nspcc_agreement"] = agreed
    return decide_route(visit.session, visit.viewer, publication, Route(**checked(schemas.RouteDecisionIn(), body)))


act(
    "route",
    name="decide_publication_route",
    title="Decide how it is published",
    button="Record the decision",
    allows=rights.decides_publication,
    asks=_route_form,
    does=_decide,
    shows=_shown_decision,
    blamed="route",
    done="The decision is recorded.",
    note="Not publishing is a decision too, and its reasons go to the Panel and the Secretary of State.",
)


class DocumentForm(Questions):
    kind = RadioField(
        "What is it?", choices=[(kind, KINDS[kind]) for kind in UPLOADED_KINDS], validators=needed("Choose what it is")
    )
    file = FileField("The file", description="A PDF, or a Word document (.docx) of which an accessible PDF is made", validators=[SentBeside()])  # fmt: skip


def _upload(visit: Visit, publication: Publication, form: Questions) -> object:
    name, content = uploaded_file("document.pdf")
    upload = Upload(form["kind"].data, name, content, visit.viewer.person_name)
    return upload_document(visit.session, visit.viewer, publication, upload)


act(
    "document",
    name="upload_publication_document",
    title="Upload a document",
    button="Upload",
    allows=rights.edits_publications,
    asks=lambda visit, _: DocumentForm(visit.typed),
    does=_upload,
    blamed="file",
    done="The document is being cleaned and checked. Its findings appear here in a moment.",
)
