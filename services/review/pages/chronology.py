"""A case's merged chronology as a page with its picture, and as a file to work on."""

from collections.abc import Sequence
from uuid import UUID

from flask import request

from services.review.chronology_files import KINDS, Looked, as_file, look_into, returns_with_entries, with_marks
from services.review.chronology_view import Wanted, as_lanes, read_window, windows
from services.review.models import AgencyReturn, Case, SharedMaterial
from services.review.pages.site import pages
from services.review.records import find
from shared.identity import rights
from shared.web.pages import Download, Page, Visit
from shared.web.problems import not_found

A_PAGE = 200
WHICHEVER = ("", "Whichever")
CHILD = [
    ("", "Whether or not seen or heard"),
    ("seen", "Seen"),
    ("not-seen", "Not seen"),
    ("heard", "Heard"),
    ("not-heard", "Not heard"),
]
MARKED = [
    ("", "Everything"),
    ("contradiction", "Marked as a contradiction"),
    ("same-event", "Marked as the same event"),
]


def looked_at(visit: Visit, case_id: str, returns: Sequence[AgencyReturn | SharedMaterial]) -> Looked:
    """The chronologies of some returns of a case, as the page's address asks for them."""
    return look_into(visit.session, case_id, returns, _wanted())


def _wanted() -> Wanted:
    args = request.args
    names = ("agency", "words", "person", "child", "theme", "episode", "marked")
    given = {name: args.get(name, "").strip()[:200] for name in names}
    return Wanted(**given, since=read_window(args.get("since", "")), until=read_window(args.get("until", "")))


def _of_case(visit: Visit, case: Case) -> Looked:
    visit.note_read(f"case:{case.id}")
    return looked_at(visit, case.id, returns_with_entries(visit.session, case))


@pages.get("/cases/<uuid:case_id>/chronology", allows=rights.office_or_partner)
def show_chronology(visit: Visit, case_id: UUID) -> Page:
    """The merged chronology: a picture by agency, then the entries, a page at a time."""
    case = find(visit.session, Case, case_id)
    at = f"/review/cases/{case.id}"
    about = f"{case.pseudonym}, review {case.reference}"
    return chronology_page(_of_case(visit, case), about, at, back=at, marks=rights.runs_reviews(visit.viewer))


def chronology_page(looked: Looked, about: str, at: str, *, back: str, marks: bool = False) -> Page:
    """A chronology as a page; `about` says what it is of, its files lie at `at`, and `marks` lets the person mark entries."""
    wanted, look, names = looked.wanted, looked.look, looked.names
    number = max(request.args.get("page", 1, int), 1)
    shown = look.entries[(number - 1) * A_PAGE : number * A_PAGE]
    values = {
        "about": about,
        "at": at,
        "wanted": wanted,
        "choices": _choices(looked),
        "picture": as_lanes(look, {agency: name for agency, name in names.items() if wanted.agency in ("", agency)}),
        "windows": windows(look, wanted),
        "entries": with_marks(shown, looked),
        "may_mark": marks,
        "total": len(look.entries),
        "first": (number - 1) * A_PAGE + 1,
        "earlier": number - 1,
        "later": number + 1 if number * A_PAGE < len(look.entries) else 0,
        "query": {name: value for name, value in vars(wanted).items() if value},
        "back": back,
    }
    return Page("chronology.html", "Chronology", values)


def _choices(looked: Looked) -> dict[str, list[dict[str, str]]]:
    """What may be chosen to show only some entries; for themes and episodes nothing where none is marked."""
    themes, episodes = ([(each, each) for each in looked.marks.all_words(kind)] for kind in ("theme", "episode"))
    offered = {
        "agency": [("", "All agencies"), *looked.names.items()],
        "child": CHILD,
        "theme": [WHICHEVER, *themes] if themes else [],
        "episode": [WHICHEVER, *episodes] if episodes else [],
        "marked": MARKED,
    }
    return {name: [{"value": value, "text": text} for value, text in pairs] for name, pairs in offered.items()}


@pages.get("/cases/<uuid:case_id>/chronology.<kind>", allows=rights.office_or_partner)
def export_chronology(visit: Visit, case_id: UUID, kind: str) -> Download:
    """What is looked at, as a file to work on."""
    case = find(visit.session, Case, case_id)
    return as_download(_of_case(visit, case), case.reference, kind)


def as_download(looked: Looked, reference: str, kind: str) -> Download:
    """A chronology as a file. Raises a 404 problem for a kind that there is not."""
    if kind not in KINDS:
        raise not_found()
    return Download(as_file(looked, reference, kind), KINDS[kind], f"chronology-{reference}.{kind}")
