"""A page that asks a person something and does what they say: its form, and the doing that loses nothing typed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from marshmallow import Schema, ValidationError
from wtforms import FileField, StringField, TextAreaField

from shared import clock
from shared.calendar import LONDON, london_day
from shared.exchange import attempt
from shared.identity.rights import Right
from shared.web.forms import Questions, at_most, may_be_empty, needed, trimmed
from shared.web.pages import Go, Page, Pages, Visit
from shared.web.problems import Problem, conflict, refused_fields


@dataclass(frozen=True)
class Shown:
    """What a person puts their name to, as it is while they read: in a few paragraphs, and where it is read whole.

    `seen` is another for each version of it. It goes with the form, so that nobody signs what came in the meantime.
    `whole` is (path, words); `then` ends the sentence that asks to read the newer version.
    """

    seen: str
    paragraphs: tuple[str, ...]
    whole: tuple[str, str] | None = None
    then: str = "sign"


def _newer(visit: Visit, shown: Shown | None) -> str:
    """What to say where the form was filled in on a page that showed another version; else nothing."""
    if shown is None or visit.typed is None or visit.typed.get("seen") == shown.seen:
        return ""
    return f"A newer version came while you read. Read it, then {shown.then}."


def reasons(label: str, hint: str = "", *, missing: str = "Give the reasons", rows: int = 4) -> Any:
    """A question to be answered in a few sentences."""
    return TextAreaField(
        label,
        description=hint,
        validators=[*needed(missing), at_most(20_000, "What you write")],
        filters=[trimmed],
        render_kw={"rows": rows},
    )


def form_page(
    title: str,
    form: Questions,
    *,
    button: str,
    back: str = "",
    about: str = "",
    note: str = "",
    picture: tuple[str, str] | None = None,
    shown: Shown | None = None,
) -> Page:
    """A page with one form. `about` says above the heading what it concerns: a reference, never a name of a case.

    `picture` is what the question is about, as (path, words); `shown` what is signed by it.
    """
    errors = form.error_list()
    takes_file = any(isinstance(field, FileField) for field in form)
    values = {"form": form, "errors": errors, "about": about, "button": button, "note": note, "back": back}
    values["picture_shown"] = picture
    values["takes_file"] = takes_file
    values["shown"] = shown
    return Page("form.html", title, values, 422 if errors else 200)


def acted(visit: Visit, form: Questions, blamed: str, act: Callable[[], object]) -> bool:
    """Do what a person asked. What cannot be done is undone, and said at the question `blamed`; nothing typed is lost."""
    if form.wants_a_row() or not form.validate():
        return False
    try:
        with attempt(visit.session):
            act()
    except Problem as problem:
        if problem.status not in (409, 422):
            raise
        _blame(form, blamed, problem)
        return False
    return True


def declare_act(
    pages: Pages,
    path: str,
    *,
    name: str,
    finds: Callable[[Visit, UUID, bool], Any],
    about: Callable[[Any], str],
    title: str,
    button: str,
    allows: Right,
    asks: Callable[[Visit, Any], Questions],
    does: Callable[[Visit, Any, Questions], object],
    back: Callable[[Visit, Any], str],
    blamed: str,
    done: str,
    note: str = "",
    shows: Callable[[Visit, Any], Shown | None] = lambda *_: None,
) -> None:
    """Declare what is recorded by one form on one record: shown at `path` (with `<uuid:record_id>`), and done there.

    `finds` gives the record, locked when it is to be changed; `asks` makes the form from what was typed; `does` calls
    the work. A fault that is of no question stands at `blamed`; afterwards the person is at `back`, and `done` is said.
    `shows` gives what the person puts their name to: it is done only to the version that the form showed.
    """

    def page(visit: Visit, row: Any, form: Questions) -> Page:
        shown = shows(visit, row)
        if (newer := _newer(visit, shown)) and newer not in form[blamed].errors:
            form.blame(blamed, newer)
        came_from, of = back(visit, row), about(row)
        return form_page(title, form, button=button, back=came_from, about=of, note=note, shown=shown)

    def show(visit: Visit, record_id: UUID) -> Page:
        row = finds(visit, record_id, False)
        return page(visit, row, asks(visit, row))

    def take(visit: Visit, record_id: UUID) -> Page | Go:
        row = finds(visit, record_id, True)
        form = asks(visit, row)

        def act() -> None:
            if newer := _newer(visit, shows(visit, row)):
                raise conflict(newer)
            does(visit, row, form)

        if not acted(visit, form, blamed, act):
            return page(visit, row, form)
        return Go(back(visit, row), done)

    show.__name__, take.__name__ = f"ask_{name}", name
    pages.get(path, allows=allows)(show)
    pages.post(path, allows=allows)(take)


def moment_on(day: str, after: datetime | None = None) -> datetime:
    """A moment on a day that a person gave: now, if it is today, else noon in London.

    It lies after what is known to have happened before it (`after`), where that was on the same day.
    """
    now = clock.now()
    if day == london_day(now).isoformat():
        return now
    noon = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=LONDON)
    return max(noon, after) if after and london_day(after).isoformat() == day else noon


def given(form: Questions, *names: str) -> dict[str, Any]:
    """The answers of these names, or of all, that were given."""
    answers = form.answers()
    return {name: answers[name] for name in names or answers if answers[name] is not None}


def checked(schema: Schema, values: dict[str, Any]) -> dict[str, Any]:
    """What people answered on a page, by the rules that systems' bodies go by. Raises a 422 problem with every fault."""
    try:
        loaded: dict[str, Any] = schema.load(values)
    except ValidationError as fault:
        raise refused_fields(fault.messages) from None
    return loaded


def line(label: str, missing: str = "", *, hint: str = "") -> Any:
    """A question to be answered in one line; may stay empty unless `missing` says what is missing."""
    checks = needed(missing) if missing else may_be_empty()
    return StringField(label, description=hint, validators=[*checks, at_most(400, "This")], filters=[trimmed])


def optional_text(label: str, hint: str = "", *, rows: int = 4) -> Any:
    """A question that may be answered in a few sentences."""
    checks = [*may_be_empty(), at_most(20_000, "What you write")]
    return TextAreaField(label, description=hint, validators=checks, filters=[trimmed], render_kw={"rows": rows})


def _blame(form: Questions, otherwise: str, problem: Problem) -> None:
    """Each fault at the question that it is of, `/owner/name` at `owner_name` or `owner`; what is of none at `otherwise`.

    A fault with `href` leads to the page where it is put right.
    """
    missing = problem.extra.get("missing") or [problem.detail]
    for error in problem.errors or [{"pointer": "", "message": sentence} for sentence in missing]:
        path = error["pointer"].strip("/")
        fitting = (name for name in (path.replace("/", "_"), path.partition("/")[0]) if name in form)
        form.blame(next(fitting, otherwise), error["message"], error.get("href"))


def in_words(problem: Problem) -> str:
    """What a problem says, with the sentences of its fields."""
    return " ".join([problem.detail, *(error["message"] for error in problem.errors)])
