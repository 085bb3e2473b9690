"""What the check found that may identify somebody, and what people decide on it."""

from uuid import UUID

from sqlalchemy import select

from services.publish import schemas, views
from services.publish.documents import current_documents
from services.publish.findings import Resolution, find, gone_from_newest, listed, rendering_of, resolve_finding
from services.publish.identifying.finding_words import (
    GROUPS,
    HINTS,
    PICTURES,
    UNLISTED,
    finding_why,
    finding_words,
    group_of,
)
from services.publish.models import Document, Finding, Publication
from services.publish.pages.site import pages, publication_of
from services.publish.wording import kind_words
from shared.identity import rights
from shared.web.asking import acted, checked, form_page, given, reasons
from shared.web.forms import Questions, RadioField, SelectMultipleField, may_be_empty, needed
from shared.web.pages import Download, Go, Page, Visit
from shared.web.problems import not_found, refused

MOST = 500
TOGETHER = (UNLISTED, HINTS)  # what may be let stay for one reason: each of the others is looked at by itself
PLACES = {"structure": "a part of the file that no page shows", "metadata": "the file's properties"}


class ResolutionForm(Questions):
    resolution = RadioField(
        "What is done about it?",
        choices=[("removed", "It is removed: a newer version is without it"), ("accepted", "It may stay")],
        validators=needed("Say what is done about it"),
    )
    reason = reasons("Why?", missing="Say why")


@pages.get("/publications/<uuid:publication_id>/findings", allows=rights.reads_publications)
def list_findings(visit: Visit, publication_id: UUID) -> Page:
    """The findings, those that nobody has decided on first."""
    publication = publication_of(visit, publication_id)
    statement = select(Finding, Document).join(Document, Document.id == Finding.document_id)
    statement = statement.where(listed(publication, {"open": False}))
    order = (Finding.resolution.is_not(None), Document.kind, Document.version.desc(), Finding.page, Finding.id)
    found = [
        views.finding_view(finding)
        | {"where": where(finding, document), "group": group_of(finding.kind), "what": what(finding)}
        for finding, document in visit.session.execute(statement.order_by(*order).limit(MOST))
    ]
    values = {
        "publication": publication,
        "groups": [(group, [each for each in found if each["group"] == group]) for group in GROUPS],
        "pictures": PICTURES,
        "judges": rights.judges_findings(visit.viewer),
        "several": any(each["group"] in TOGETHER and not each["resolution"] for each in found),
        "gone": bool(gone_from_newest(visit.session, publication)),
        "back": f"/publish/publications/{publication.id}",
    }
    return Page("findings.html", "What may identify somebody", values)


class SeveralForm(Questions):
    resolution = RadioField("What is done about them?", validators=needed("Say what is done about them"))
    findings = SelectMultipleField("Which may stay?", description="Only if some may stay", validators=may_be_empty())
    reason = reasons("Why?", missing="Say why")


def _several(visit: Visit, publication: Publication) -> tuple[dict[str, list[Finding]], Questions]:
    """What may be decided on at once, by the decision, and the form with one box for each that may stay."""
    asked = {"removed": gone_from_newest(visit.session, publication), "accepted": _questions(visit, publication)}
    words = {
        "removed": f"Removed: all {len(asked['removed'])} in older versions that the newest is without",
        "accepted": "They may stay: those that are chosen here",
    }
    form = SeveralForm(visit.typed)
    form.offer("resolution", [(how, words[how]) for how, found in asked.items() if found])
    form.offer("findings", [(each.id, f"{finding_words(each.kind)}: {each.value}") for each in asked["accepted"]])
    if not asked["accepted"]:
        del form["findings"]
    return asked, form


def _questions(visit: Visit, publication: Publication) -> list[Finding]:
    """The questions of the newest versions that nobody has decided on."""
    current = [each.id for each in current_documents(visit.session, publication.id).values()]
    statement = select(Finding).where(listed(publication, {"open": True}), Finding.document_id.in_(current))
    found = visit.session.scalars(statement.order_by(Finding.kind, Finding.page, Finding.id).limit(MOST))
    return [each for each in found if group_of(each.kind) in TOGETHER]


def _several_page(publication_id: UUID, form: Questions) -> Page:
    back = f"/publish/publications/{publication_id}/findings"
    note = (
        "What newer versions are without is marked as removed for one reason. Of names that nobody listed, and hints, choose "
        "only those that may stay for one reason, such as authors of research who are cited. What is in the case's record "
        "and still there is decided on one by one."
    )
    return form_page("Decide on several for one reason", form, button="Record", back=back, note=note)


@pages.get("/publications/<uuid:publication_id>/findings/several", allows=rights.judges_findings)
def ask_several(visit: Visit, publication_id: UUID) -> Page:
    return _several_page(publication_id, _several(visit, publication_of(visit, publication_id))[1])


@pages.post("/publications/<uuid:publication_id>/findings/several", allows=rights.judges_findings)
def resolve_several(visit: Visit, publication_id: UUID) -> Page | Go:
    """Each of them decided on with the same reason: as one alone, and by the same rules."""
    publication = publication_of(visit, publication_id, lock=True)
    asked, form = _several(visit, publication)

    def act() -> None:
        answers = form.answers()
        decided = {name: answers[name] for name in ("resolution", "reason")} | {"by": visit.viewer.person_name}
        decision = Resolution(**checked(schemas.ResolutionIn(), decided))
        chosen = asked[decision.resolution]
        if decision.resolution == "accepted":
            chosen = [each for each in chosen if each.id in (answers["findings"] or ())]
            if not chosen:
                raise refused("/findings", "Choose those that may stay")
        for finding in chosen:
            resolve_finding(visit.session, visit.viewer, publication, finding, decision)

    if not acted(visit, form, "resolution", act):
        return _several_page(publication_id, form)
    return Go(f"/publish/publications/{publication_id}/findings", "They are recorded.")


def _asked(visit: Visit, publication_id: UUID, finding_id: UUID, *, lock: bool) -> tuple[Finding, Questions, str]:
    publication = publication_of(visit, publication_id, lock)
    finding = find(visit.session, publication, str(finding_id))
    if finding is None:
        raise not_found()
    place = where(finding, visit.session.get_one(Document, finding.document_id))
    return finding, ResolutionForm(visit.typed), place


def what(finding: Finding) -> str:
    """The document's words, or what is to be looked at."""
    if group_of(finding.kind) != PICTURES:
        return finding.value or finding_words(finding.kind)
    return f"{finding_words(finding.kind)}, page {finding.page}" if finding.page else finding_words(finding.kind)


def where(finding: Finding, document: Document) -> str:
    """In which document, on which page, and in which part of it that no page shows."""
    said = [f"{kind_words(document.kind)}, version {document.version}"]
    if finding.page:
        said.append(f"page {finding.page}")
    if finding.place != "text" and not finding.kind.startswith("hidden-"):
        said.append(PLACES.get(finding.place, finding.place.replace("-", " ")))
    if finding.times > 1:
        said.append(f"{finding.times} times" if finding.kind != "picture" else f"and on {finding.times - 1} more")
    return ", ".join(said)


def _page(publication_id: UUID, finding: Finding, place: str, form: Questions) -> Page:
    back = f"/publish/publications/{publication_id}/findings"
    picture = (f"{back}/{finding.id}/picture", what(finding)) if finding.is_shown else None
    words = finding.context if group_of(finding.kind) == PICTURES else f"“{finding.value}” in “{finding.context}”"
    note = f"{finding_words(finding.kind)}. {finding_why(finding.kind)} {place}: {words}"
    return form_page("Decide on a finding", form, button="Record", back=back, note=note, picture=picture)


@pages.get("/publications/<uuid:publication_id>/findings/<uuid:finding_id>/picture", allows=rights.reads_publications)
def show_picture(visit: Visit, publication_id: UUID, finding_id: UUID) -> Download:
    """The picture that a finding is about, or the page without text, as a small JPEG."""
    finding = find(visit.session, publication_of(visit, publication_id), str(finding_id))
    return Download(rendering_of(finding), "image/jpeg", "picture.jpg", shown=True)


@pages.get("/publications/<uuid:publication_id>/findings/<uuid:finding_id>", allows=rights.judges_findings)
def ask_resolution(visit: Visit, publication_id: UUID, finding_id: UUID) -> Page:
    finding, form, place = _asked(visit, publication_id, finding_id, lock=False)
    return _page(publication_id, finding, place, form)


@pages.post("/publications/<uuid:publication_id>/findings/<uuid:finding_id>", allows=rights.judges_findings)
def record_resolution(visit: Visit, publication_id: UUID, finding_id: UUID) -> Page | Go:
    """Removed in a newer version, or accepted by somebody else than who uploaded the document."""
    finding, form, place = _asked(visit, publication_id, finding_id, lock=True)

    def act() -> None:
        body = checked(schemas.ResolutionIn(), given(form) | {"by": visit.viewer.person_name})
        publication = publication_of(visit, publication_id, lock=True)
        resolve_finding(visit.session, visit.viewer, publication, finding, Resolution(**body))

    if not acted(visit, form, "resolution", act):
        return _page(publication_id, finding, place, form)
    return Go(f"/publish/publications/{publication_id}/findings", "It is recorded.")
