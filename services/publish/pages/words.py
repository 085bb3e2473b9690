"""The words of a public page and of the NSPCC's record, and opening what belongs to no review."""

from services.publish import schemas
from services.publish.models import Publication
from services.publish.own_items import NAMES, OwnItem, open_own_item
from services.publish.pages.site import act, pages
from services.publish.publications import change_page
from services.publish.wording import AGE_BANDS, AGENCY_KINDS, WARNINGS
from shared.identity import rights
from shared.web.asking import acted, checked, form_page, given, line, optional_text
from shared.web.forms import Questions, RadioField, SelectMultipleField, may_be_empty, needed
from shared.web.pages import Go, Page, Visit


class PageForm(Questions):
    title = line("Title", "Give the title of the page")
    summary = optional_text("Summary", "What the review is about, without anything that identifies anybody", rows=8)
    themes = optional_text("Themes", "One on a line", rows=4)
    warnings = SelectMultipleField(
        "What may be hard to read in it?",
        WARNINGS.items(),
        description="The page says so before anything else",
        validators=may_be_empty(),
    )
    agency_kinds = SelectMultipleField("Which agencies is it about?", AGENCY_KINDS.items(), validators=may_be_empty())
    age_bands = SelectMultipleField(
        "How old was the child, or were the children?",
        AGE_BANDS.items(),
        description="Leave it out where the age could identify somebody",
        validators=may_be_empty(),
    )
    recommendations = optional_text(
        "Recommendations, for the NSPCC's record", "In short; not shown on the page", rows=6
    )
    keywords = optional_text("Keywords, for the NSPCC's record", "One on a line, in the words of the NSPCC's collection; without any, they are taken from the themes", rows=4)  # fmt: skip


LISTED = ("warnings", "agency_kinds", "age_bands")


def _page_form(visit: Visit, publication: Publication) -> Questions:
    same = {name: getattr(publication, name) for name in ("title", "summary", "recommendations", *LISTED)}
    lines = {name: "\n".join(getattr(publication, name)) for name in ("themes", "keywords")}
    return PageForm(visit.typed, data=same | lines)


def _change_page(visit: Visit, publication: Publication, form: Questions) -> None:
    answers = form.answers()
    body = {name: answers[name] for name in ("title", "summary", "recommendations")}
    body |= {name: answers[name] or [] for name in LISTED}
    body["themes"] = ["-".join(each.casefold().split()) for each in _lines(answers["themes"])]
    body["keywords"] = _lines(answers["keywords"])
    change_page(visit.session, visit.viewer, publication, checked(schemas.PageIn(), body))


def _lines(words: str | None) -> list[str]:
    return [line.strip() for line in (words or "").split("\n") if line.strip()]


act(
    "words",
    name="change_page_words",
    title="The words of the page",
    button="Save",
    allows=rights.edits_publications,
    asks=_page_form,
    does=_change_page,
    blamed="title",
    done="The words are saved, and are being checked for what identifies somebody.",
)


class OwnItemForm(Questions):
    kind = RadioField("What is it?", choices=NAMES.items(), validators=needed("Choose what it is"))
    title = line("Title", "Give the title")
    period = line("Period", "Give the period", hint="The year, such as 2026, or 2025 to 2026, or autumn 2026")


def _own_page(form: Questions) -> Page:
    return form_page("Publish something of your own", form, button="Open it", back="/publish/publications")


@pages.get("/publications/new", allows=rights.edits_publications)
def ask_own_item(visit: Visit) -> Page:
    return _own_page(OwnItemForm(visit.typed))


@pages.post("/publications/new", allows=rights.edits_publications)
def open_own(visit: Visit) -> Page | Go:
    """A yearly report or learning from rapid reviews begins its way to the public."""
    form = OwnItemForm(visit.typed)
    opened: list[Publication] = []

    def act() -> None:
        item = OwnItem(**checked(schemas.OwnItemIn(), given(form)))
        opened.append(open_own_item(visit.session, visit.viewer, item))

    if not acted(visit, form, "title", act):
        return _own_page(form)
    return Go(f"/publish/publications/{opened[0].id}", "It is open. Upload its document and have the partners agree.")
