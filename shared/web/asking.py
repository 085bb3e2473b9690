"""A page that asks a person something and does what they say: its form, and the doing that loses nothing typed."""

from collections.abc import Callable
from typing import Any

from wtforms import FileField, TextAreaField

from shared.web.forms import Questions, at_most, needed, trimmed
from shared.web.pages import Page, Visit
from shared.web.problems import Problem


def reasons(label: str, hint: str = "", *, missing: str = "Give the reasons", rows: int = 4) -> Any:
    """A question to be answered in a few sentences."""
    return TextAreaField(
        label,
        description=hint,
        validators=[*needed(missing), at_most(20_000, "What you write")],
        filters=[trimmed],
        render_kw={"rows": rows},
    )


def form_page(title: str, form: Questions, *, button: str, back: str = "", about: str = "", note: str = "") -> Page:
    """A page with one form. `about` says above the heading what it concerns: a reference, never a name of a case."""
    errors = form.error_list()
    takes_file = any(isinstance(field, FileField) for field in form)
    values = {"form": form, "errors": errors, "about": about, "button": button, "note": note, "back": back}
    values["takes_file"] = takes_file
    return Page("form.html", title, values, 422 if errors else 200)


def acted(visit: Visit, form: Questions, blamed: str, act: Callable[[], object]) -> bool:
    """Do what a person asked. What cannot be done is undone, and said at the question `blamed`; nothing typed is lost."""
    if not form.validate():
        return False
    try:
        with visit.session.begin_nested():
            act()
    except Problem as problem:
        if problem.status not in (409, 422):
            raise
        _blame(form, blamed, problem)
        return False
    return True


def _blame(form: Questions, otherwise: str, problem: Problem) -> None:
    """Each fault at the question that it is of, `/owner/name` at `owner_name`; what is of none at `otherwise`."""
    for error in problem.errors or [{"pointer": "", "message": problem.detail}]:
        name = error["pointer"].strip("/").replace("/", "_")
        form.blame(name if name in form else otherwise, error["message"])


def in_words(problem: Problem) -> str:
    """What a problem says, its fields' sentences included."""
    return " ".join([problem.detail, *(error["message"] for error in problem.errors)])
