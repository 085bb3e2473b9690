"""What is recorded by one form on one record: declared once, shown and done here for all of them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from services.review.models import Model
from services.review.pages.site import pages
from services.review.records import find
from shared import clock
from shared.calendar import LONDON, london_day
from shared.identity.rights import Right
from shared.web.asking import acted, form_page
from shared.web.forms import Questions
from shared.web.pages import Go, Page, Visit

Row = TypeVar("Row", bound=Model)


def act(
    path: str,
    *,
    name: str,
    on: type[Row],
    title: str,
    button: str,
    allows: Right,
    asks: Callable[[Visit, Row], Questions],
    does: Callable[[Visit, Row, Questions], object],
    back: Callable[[Visit, Row], str],
    blamed: str,
    done: str,
    note: str = "",
) -> None:
    """Declare a form at `path` (with `<uuid:record_id>`) and what is done with it.

    `asks` makes the form from what was typed; `does` calls the work, on the locked record; a fault that is of no
    question stands at `blamed`; afterwards the person is back at `back`, where `done` is said.
    """

    def page(visit: Visit, row: Row, form: Questions) -> Page:
        about = str(getattr(row, "reference", "") or getattr(row, "case_reference", ""))
        return form_page(title, form, button=button, back=back(visit, row), about=about, note=note)

    def show(visit: Visit, record_id: UUID) -> Page:
        row = find(visit.session, on, record_id)
        return page(visit, row, asks(visit, row))

    def take(visit: Visit, record_id: UUID) -> Page | Go:
        row = find(visit.session, on, record_id, lock=True)
        form = asks(visit, row)
        if not acted(visit, form, blamed, lambda: does(visit, row, form)):
            return page(visit, row, form)
        return Go(back(visit, row), done)

    show.__name__, take.__name__ = f"ask_{name}", name
    pages.get(path, allows=allows)(show)
    pages.post(path, allows=allows)(take)


def at(day: str) -> datetime:
    """A moment on a day that a person gave: now, if it is today, else noon in London."""
    now = clock.now()
    noon = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=LONDON)
    return now if day == london_day(now).isoformat() else noon


def given(form: Questions, *names: str) -> dict[str, Any]:
    """The answers of these names that were given."""
    answers = form.answers()
    return {name: answers[name] for name in names or answers if answers[name] is not None}
