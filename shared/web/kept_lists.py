"""Lists that the office keeps by pages, such as a checklist: an entry is added, changed, moved, taken out, each with reasons.

An entry is a JSON object with an `id`, by which records know it for good.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from wtforms import StringField

from shared.identity.rights import Right
from shared.web.asking import acted, form_page, reasons
from shared.web.forms import Questions, SelectField, may_be_empty, needed, trimmed
from shared.web.pages import Go, Page, Pages, Visit
from shared.web.problems import conflict, not_found

Entry = dict[str, Any]
FIRST = "-"
LONGEST_CHOICE = 70
SAVED = "Saved. It holds from now on; what stood before is kept with the reasons."


def comes_after() -> Any:
    """The question of an entry's form that says where it stands; every list's form has it as `after`, and `reasons`."""
    return SelectField("What does it come after?", validators=needed("Say what it comes after"))


def days_line(label: str, hint: str) -> Any:
    """A question for a number of days, which may stay empty."""
    few = {"classes": "govuk-input--width-3", "inputmode": "numeric"}
    return StringField(label, description=hint, validators=may_be_empty(), filters=[trimmed], render_kw=few)


def days_in(answer: str | None) -> int | str | None:
    """The number that was answered; what is none stays as it was typed, for a schema to refuse."""
    return int(answer) if answer and answer.isascii() and answer.isdigit() else answer


class RemovalForm(Questions):
    reasons = reasons("Why is it taken out?", missing="Say why it is taken out")


@dataclass(frozen=True)
class KeptList:
    """One list: the words for an entry and what they are kept by. Afterwards a person is at `back`.

    `entries` gives the list as it stands, and `store` keeps it anew with the reasons; both take the values of the path.
    `answered` makes of a form's answers what an entry holds beside its id, and `shown` the reverse. `label` names one.
    """

    noun: str
    form: type[Questions]
    entries: Callable[..., list[Entry]]
    store: Callable[..., None]
    answered: Callable[[Questions, Entry], Entry]
    shown: Callable[[Entry], dict[str, Any]]
    label: Callable[[Entry], str]
    blamed: str
    back: str

    def ask_new(self, visit: Visit, **at: str) -> Page:
        others = self.entries(visit, **at)
        return self._page("Add", self._form(visit, others, {}, len(others)))

    def add(self, visit: Visit, **at: str) -> Page | Go:
        others = self.entries(visit, **at)
        return self._saved("Add", visit, others, {}, len(others), at)

    def ask_change(self, visit: Visit, slug: str, **at: str) -> Page:
        return self._page("Change", self._form(visit, *_found(self.entries(visit, **at), slug)))

    def change(self, visit: Visit, slug: str, **at: str) -> Page | Go:
        return self._saved("Change", visit, *_found(self.entries(visit, **at), slug), at)

    def ask_removal(self, visit: Visit, slug: str, **at: str) -> Page:
        return self._removal_page(_found(self.entries(visit, **at), slug)[1], RemovalForm(visit.typed))

    def remove(self, visit: Visit, slug: str, **at: str) -> Page | Go:
        others, entry, _ = _found(self.entries(visit, **at), slug)
        form = RemovalForm(visit.typed)

        def act() -> None:
            if not others:
                raise conflict(f"This is the last {self.noun}. Add another first.")
            self.store(visit, others, form["reasons"].data, **at)

        return Go(self.back, SAVED) if acted(visit, form, "reasons", act) else self._removal_page(entry, form)

    def _form(self, visit: Visit, others: Sequence[Entry], entry: Entry, place: int) -> Questions:
        before = others[place - 1]["id"] if place else FIRST
        form = self.form(visit.typed, data=self.shown(entry) | {"after": before})
        choices = [(each["id"], _short(self.label(each))) for each in others]
        form.offer("after", [(FIRST, "Nothing: it is the first"), *choices])
        return form

    def _page(self, what: str, form: Questions) -> Page:
        return form_page(f"{what} a {self.noun}", form, button="Save", back=self.back)

    def _saved(
        self, what: str, visit: Visit, others: Sequence[Entry], entry: Entry, place: int, at: dict[str, str]
    ) -> Page | Go:
        form = self._form(visit, others, entry, place)

        def act() -> None:
            new = entry | self.answered(form, entry)
            new.setdefault("id", _id_for(self.label(new), others))
            after = next((n for n, each in enumerate(others, start=1) if each["id"] == form["after"].data), 0)
            self.store(visit, [*others[:after], new, *others[after:]], form["reasons"].data, **at)

        return Go(self.back, SAVED) if acted(visit, form, self.blamed, act) else self._page(what, form)

    def _removal_page(self, entry: Entry, form: Questions) -> Page:
        note = f"“{self.label(entry)}” What has begun keeps it."
        return form_page(f"Take a {self.noun} out", form, button="Take it out", back=self.back, note=note)


def declare_list(pages: Pages, path: str, kept: KeptList, *, name: str, allows: Right) -> None:
    """Declare the pages of a list's entries: `path`/new, `path`/<slug> and `path`/<slug>/removal."""

    def page(method: Callable[..., Page | Go]) -> Callable[..., Page | Go]:
        view = partial(method)
        view.__name__ = f"{method.__name__}_of_{name}"  # type: ignore[attr-defined]  # by it Flask tells pages apart
        return view

    for rest, asks, acts in (
        ("/new", kept.ask_new, kept.add),
        ("/<slug>", kept.ask_change, kept.change),
        ("/<slug>/removal", kept.ask_removal, kept.remove),
    ):
        pages.get(path + rest, allows=allows)(page(asks))
        pages.post(path + rest, allows=allows)(page(acts))


def _found(entries: list[Entry], entry_id: str) -> tuple[list[Entry], Entry, int]:
    """The other entries, the one with this id, and its place among them. Raises a 404 problem."""
    place = next((n for n, each in enumerate(entries) if each["id"] == entry_id), None)
    if place is None:
        raise not_found()
    return [*entries[:place], *entries[place + 1 :]], entries[place], place


def _short(words: str) -> str:
    return words if len(words) <= LONGEST_CHOICE else f"{words[: LONGEST_CHOICE - 1].rstrip()}…"


def _id_for(words: str, others: Sequence[Entry]) -> str:
    """An id that an entry keeps whatever is made of its words later."""
    taken = {"new", *(each["id"] for each in others)}
    stem = re.sub("[^a-z0-9]+", "-", words.lower()).strip("-")[:30].rstrip("-") or "entry"
    return next(each for n in range(1, len(taken) + 2) if (each := stem if n == 1 else f"{stem}-{n}") not in taken)
